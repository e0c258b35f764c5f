"""Who falls behind, and how evenly services fell."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.requests.coverage.domain import (
    Cell,
    counted_from,
    fairness_of,
    gini,
    of_townships,
    with_who_is_behind,
)

TODAY = date(2014, 7, 16)


def cell(township: str, services: int, *, waiting_since: date | None = None) -> Cell:
    return Cell(
        township_code=township,
        item_code="clinic",
        services=services,
        waiting=1 if waiting_since else 0,
        waiting_since=waiting_since,
    )


def behind(*cells: Cell, townships: int | None = None) -> list[str]:
    codes = [str(number) for number in range(townships or len(cells))]
    judged = with_who_is_behind(cells, codes, TODAY)
    return [each.township_code for each in judged if each.is_behind]


@pytest.mark.parametrize(
    ("services", "waiting_since", "is_behind"),
    [
        pytest.param(1, date(2014, 7, 1), True, id="waits, and got less than half of the median"),
        pytest.param(2, date(2014, 7, 1), False, id="waits, and got half of the median"),
        pytest.param(9, date(2014, 5, 17), False, id="has waited for sixty days"),
        pytest.param(9, date(2014, 5, 16), True, id="has waited for longer"),
        pytest.param(0, None, False, id="never asked for it"),
    ],
)
def test_behind_is_who_waits_and_got_little_or_waits_long(
    services: int, waiting_since: date | None, is_behind: bool
) -> None:
    others = [cell("1", 4), cell("2", 4), cell("3", 5)]
    found = behind(cell("0", services, waiting_since=waiting_since), *others)
    assert found == (["0"] if is_behind else [])


def test_townships_that_never_got_an_item_count_for_its_median() -> None:
    """Of five townships three got nothing, so the median is 0, and nobody is behind it."""
    cells = (cell("0", 0, waiting_since=TODAY), cell("1", 9), cell("2", 9))
    assert behind(*cells, townships=5) == []
    assert behind(*cells, townships=3) == ["0"]


@given(st.lists(st.integers(0, 500), min_size=1, max_size=40))
def test_gini_is_half_the_relative_mean_difference(services: list[int]) -> None:
    values = sorted(float(each) for each in services)
    total, count = sum(values), len(values)
    if total == 0:
        assert gini(values) is None
        return
    differences = sum(abs(one - other) for one in values for other in values)
    assert gini(values) == pytest.approx(differences / (2 * count * total), abs=0.0006)


def test_fairness_counts_per_head_only_where_every_population_is_known() -> None:
    cells = [cell("0", 2), cell("1", 6)]
    counted = fairness_of(of_townships(cells, {"0": 20_000, "1": 60_000}))
    assert (counted.by_population, counted.least, counted.most, counted.gini) == (True, 1, 1, 0)
    counted = fairness_of(of_townships(cells, {"0": 20_000, "1": None, "2": 900}))
    assert (counted.by_population, counted.least, counted.median, counted.most) == (False, 0, 2, 6)


@pytest.mark.parametrize(
    ("today", "first"),
    [
        (date(2014, 7, 31), date(2013, 8, 1)),
        (date(2014, 1, 31), date(2013, 2, 1)),
        (date(2014, 12, 1), date(2014, 1, 1)),
    ],
)
def test_the_twelve_months_end_with_this_one(today: date, first: date) -> None:
    assert counted_from(today) == first
