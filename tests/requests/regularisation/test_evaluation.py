"""How well the daily work tells needs that come back from those that do not, on years that know nothing of its rule.

``python -m bench.regularisation`` prints the figures; docs/decisions/0029-regularisation.md has them with their date.
"""

from pathlib import Path
from statistics import fmean

import pytest

from bench.regularisation import FOUR_WEEKS, SEEDS, evaluate
from bench.synthetic_year import synthetic_year
from tests.support.tree import ROOT

LEAST_PRECISION, LEAST_RECALL = 0.85, 0.85
MOST_WITHOUT_NEED = 0.03
"""Of all pairs of an empty year."""


@pytest.mark.long
async def test_most_planted_needs_are_proposed_and_little_else(tmp_path: Path) -> None:
    found = [await evaluate(seed, empty=False, every=FOUR_WEEKS, folder=tmp_path) for seed in SEEDS]
    precision = fmean(each.precision or 0 for each in found)
    recall = fmean(each.recall or 0 for each in found)
    assert precision >= LEAST_PRECISION, found
    assert recall >= LEAST_RECALL, found


@pytest.mark.long
async def test_years_without_needs_propose_next_to_nothing(tmp_path: Path) -> None:
    found = [await evaluate(seed, empty=True, every=FOUR_WEEKS, folder=tmp_path) for seed in SEEDS]
    assert max(each.proposed / each.pairs for each in found) <= MOST_WITHOUT_NEED, found


async def test_a_year_is_proposed_the_same_again(tmp_path: Path) -> None:
    outcomes = []
    for name in ("one", "again"):
        (tmp_path / name).mkdir()
        outcomes.append(await evaluate(SEEDS[0], empty=False, every=182, folder=tmp_path / name))
    assert outcomes[0] == outcomes[1]
    assert outcomes[0].right > 0


def test_the_generator_knows_nothing_of_the_rule() -> None:
    source = (ROOT / "bench" / "synthetic_year.py").read_text("utf-8")
    assert "import services" not in source
    assert "from services" not in source
    assert synthetic_year(1) == synthetic_year(1)
    assert synthetic_year(1, empty=True).truth == {}
