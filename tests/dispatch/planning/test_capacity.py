"""An item is served no more often in a week than it can be, whichever planner searches."""

from collections import Counter
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.dispatch.planning.optimizer.list_planner import ListPlanner
from services.dispatch.planning.optimizer.optimizer import Optimizer
from services.dispatch.planning.optimizer.repair import Repairer
from services.dispatch.planning.problem.capacity import WithinCapacity
from services.dispatch.planning.problem.check import check_plan
from services.dispatch.planning.problem.circuit import Circuit, Effort, TourPlanner
from services.dispatch.planning.problem.files import read_problem
from services.dispatch.planning.problem.problem import (
    Booth,
    Capacity,
    Fixed,
    Line,
    PlanningProblem,
    Site,
    Slot,
    Team,
)
from services.dispatch.planning.problem.score import score
from shared.kernel.errors import InvalidInput
from tests.dispatch.planning.problems import DAYS, ITEMS, best_by_trying_all, problems, sample

CLINIC, LEGAL = "医疗义诊", "法律咨询"
FIRST_WEEK, SECOND_WEEK = frozenset(range(7)), frozenset(range(7, 14))
PLANNERS: list[TourPlanner] = [WithinCapacity(ListPlanner()), WithinCapacity(Optimizer())]


def two_weeks(*lines: Line, first: int = 2, second: int = 2, **more: Any) -> PlanningProblem:
    """One township that a team can reach on each of fourteen days, clinics only so often a week."""
    free = frozenset(Slot(day) for day in range(14))
    return PlanningProblem(
        (Site("高楼镇", "高楼镇", (0, 0)),),
        (Team("卫生队", frozenset({CLINIC, LEGAL}), 6, free),),
        lines,
        14,
        capacities=(
            Capacity(CLINIC, FIRST_WEEK, first),
            Capacity(CLINIC, SECOND_WEEK, second),
        ),
        **more,
    )


def clinics(count: int, **more: Any) -> list[Line]:
    return [Line(f"义诊{n}", "高楼镇", CLINIC, 1, 0, 13, **more) for n in range(count)]


def weeks_of(circuit: Circuit) -> Counter[int]:
    return Counter(booth.slot.day // 7 for booth in circuit.booths)


@pytest.mark.parametrize("planner", PLANNERS)
def test_what_a_week_does_not_hold_goes_to_the_next_or_says_why_not(planner: TourPlanner) -> None:
    problem = two_weeks(*clinics(5, preferred_days=(1,)))
    circuit = planner.plan(problem, Effort(seconds=5)).circuit
    assert check_plan(problem, circuit) == []
    assert weeks_of(circuit) == {0: 2, 1: 2}
    (left,) = circuit.unserved
    assert (left.reason, left.facts) == ("unserved.too_often", {"item": CLINIC, "most": 2})
    assert left.relaxation is not None
    assert left.relaxation.code == "relax.capacity"


@pytest.mark.parametrize("planner", PLANNERS)
def test_the_more_urgent_line_is_served_first(planner: TourPlanner) -> None:
    urgent = Line("急", "高楼镇", CLINIC, 1, 0, 6, priority=5)
    problem = two_weeks(*clinics(3), urgent, first=1, second=1)
    circuit = planner.plan(problem, Effort(seconds=5)).circuit
    assert "急" in {booth.line for booth in circuit.booths}
    assert len(circuit.booths) == 2


@pytest.mark.parametrize("planner", PLANNERS)
def test_other_items_have_no_limit(planner: TourPlanner) -> None:
    legal = [Line(f"法律{n}", "高楼镇", LEGAL, 1, 0, 6) for n in range(4)]
    problem = two_weeks(*clinics(1), *legal, first=0, second=0)
    circuit = planner.plan(problem, Effort(seconds=5)).circuit
    assert sorted(booth.line for booth in circuit.booths) == [line.id for line in legal]


def test_what_is_fixed_stays_beyond_the_capacity() -> None:
    lines = clinics(3)
    fixed = tuple(Fixed(Booth(line.id, "卫生队", Slot(1), 1), "confirmed") for line in lines[:2])
    problem = two_weeks(*lines, first=2, fixed=fixed)
    circuit = WithinCapacity(ListPlanner()).plan(problem).circuit
    assert {fix.booth for fix in fixed} <= set(circuit.booths)
    assert weeks_of(circuit) == {0: 2, 1: 1}


def test_a_repair_leaves_what_was_planned_in_its_week() -> None:
    lines = clinics(4)
    problem = two_weeks(*lines)
    before = WithinCapacity(Optimizer()).plan(problem, Effort(seconds=5)).circuit
    published = replace(problem, published=before.booths)
    after = WithinCapacity(Repairer()).plan(published, Effort(seconds=5, start=before)).circuit
    assert after.booths == before.booths


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(problem=problems(most_lines=3), most=st.integers(0, 2), item=st.sampled_from(ITEMS))
@pytest.mark.parametrize("planner", PLANNERS)
def test_plans_hold_and_bounds_are_above_the_best_of_all(
    planner: TourPlanner, problem: PlanningProblem, most: int, item: str
) -> None:
    limited = replace(problem, capacities=(Capacity(item, frozenset(range(DAYS)), most),))
    solution = planner.plan(limited, Effort(seconds=5))
    assert check_plan(limited, solution.circuit) == []
    assert score(limited, solution.circuit).objective == solution.objective
    if solution.bound is not None:
        assert solution.bound >= best_by_trying_all(limited)


def test_without_capacities_the_other_planner_answers() -> None:
    problem = sample("S")
    assert WithinCapacity(ListPlanner()).plan(problem) == ListPlanner().plan(problem)


def test_capacities_are_read_from_a_file() -> None:
    whole = {
        "format": "diancai.planning/v1",
        "days": 2,
        "townships": [{"id": "高楼镇", "x_km": 0, "y_km": 0}],
        "items": [{"id": CLINIC}],
        "teams": [],
        "lines": [],
        "capacities": [{"item": CLINIC, "days": [0, 1], "most": 3}],
    }
    assert read_problem(whole).capacities == (Capacity(CLINIC, frozenset({0, 1}), 3),)
    twice = whole | {"capacities": [{"item": CLINIC, "days": [0], "most": 3}] * 2}
    with pytest.raises(InvalidInput) as refused:
        read_problem(twice)
    assert (refused.value.code, refused.value.field) == (
        "file.days_shared",
        "capacities[1].days",
    )
