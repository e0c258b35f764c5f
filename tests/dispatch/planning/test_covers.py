"""Covers say just which lines are too many for one visit."""

from itertools import chain, combinations

from hypothesis import given
from hypothesis import strategies as st

from services.dispatch.planning.optimizer.covers import MOST_LINES, covers
from services.dispatch.planning.optimizer.instance import instance_of
from services.dispatch.planning.optimizer.lp_relaxation import LpRelaxation
from services.dispatch.planning.problem.problem import Line, PlanningProblem, Site, Slot, Team


@given(st.lists(st.integers(1, 9), max_size=MOST_LINES), st.integers(0, 20))
def test_a_set_of_lines_fits_just_when_no_cover_forbids_it(
    volunteers: list[int], members: int
) -> None:
    needed = dict(enumerate(volunteers))
    found = list(covers(needed, members))
    for chosen in chain.from_iterable(
        combinations(needed, size) for size in range(len(needed) + 1)
    ):
        allowed = all(len(set(chosen).intersection(cover)) <= most for cover, most in found)
        assert allowed == (sum(needed[line] for line in chosen) <= members)


def test_who_needs_as_many_as_any_of_a_cover_is_in_it_too() -> None:
    assert list(covers({1: 5, 2: 5, 3: 5, 4: 1}, 9)) == [([1, 2, 3], 1)]


def test_of_very_many_lines_nothing_is_said() -> None:
    assert list(covers(dict.fromkeys(range(MOST_LINES + 1), 5), 9)) == []


def test_the_relaxed_plan_has_no_fraction_of_a_line_too_many() -> None:
    site = Site("高楼镇", "高楼镇", (0.0, 0.0))
    team = Team("人民医院服务队", frozenset({"医疗义诊"}), 5, frozenset({Slot(0)}))
    lines = tuple(
        Line(f"项目{number}", site.id, "医疗义诊", 3, 0, 0, priority=1) for number in range(2)
    )
    problem = PlanningProblem((site,), (team,), lines, days=1)
    assert LpRelaxation(instance_of(problem)).advance(2_000).values.sum() <= 1.001
