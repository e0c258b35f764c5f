"""A line whose township has long gone without the item is worth more, and bound, score and search agree on that."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from services.dispatch.planning.optimizer.list_planner import ListPlanner
from services.dispatch.planning.optimizer.optimizer import Optimizer
from services.dispatch.planning.problem.certificate import Prices, bound_by
from services.dispatch.planning.problem.check import check_plan
from services.dispatch.planning.problem.files import read_problem
from services.dispatch.planning.problem.problem import (
    MOST_MONTHS,
    Booth,
    Line,
    PlanningProblem,
    Site,
    Slot,
    Team,
    Weights,
)
from services.dispatch.planning.problem.score import score
from services.dispatch.plans.queries.planning_problem import months_unserved
from services.dispatch.settings import DispatchSettings
from shared.kernel.errors import InvalidInput
from tests.dispatch.planning.problems import circuit_of, problems

CLINIC = "医疗义诊"


def rivals(coverage: int, *months: int) -> PlanningProblem:
    """Townships that want the same, and one team that can go to one of them."""
    names = [f"镇{number}" for number in range(len(months))]
    return PlanningProblem(
        tuple(Site(name, name, (0, 0)) for name in names),
        (Team("医疗队", frozenset({CLINIC}), 2, frozenset({Slot(0)})),),
        tuple(
            Line(name, name, CLINIC, 2, 0, 0, months_unserved=waited)
            for name, waited in zip(names, months, strict=True)
        ),
        1,
        weights=Weights(coverage=coverage),
    )


def test_of_two_that_compete_the_one_that_waits_longer_has_the_place() -> None:
    problem = rivals(DispatchSettings(database_url="sqlite://").coverage_weight, 1, 9, 4)
    solution = Optimizer().plan(problem)
    assert [booth.line for booth in solution.circuit.booths] == ["镇1"]
    assert check_plan(problem, solution.circuit) == []
    assert solution.objective == score(problem, solution.circuit).objective
    assert solution.certificate is not None
    assert bound_by(problem, solution.certificate.prices) == solution.certificate.bound
    assert solution.certificate.bound >= solution.objective


@pytest.mark.parametrize(("months", "worth"), [(0, 0), (5, 50), (12, 120), (30, 120)])
def test_each_month_of_a_year_counts(months: int, worth: int) -> None:
    booths = (Booth("镇0", "医疗队", Slot(0), 2),)
    before, after = (
        score(rivals(weight, months), circuit_of(rivals(weight, months), booths)).objective
        for weight in (0, 10)
    )
    assert after - before == worth


@settings(deadline=None, max_examples=30, suppress_health_check=[HealthCheck.too_slow])
@given(problems())
def test_without_the_weight_it_changes_nothing(problem: PlanningProblem) -> None:
    off = replace(problem, weights=replace(problem.weights, coverage=0))
    silent = replace(off, lines=tuple(replace(line, months_unserved=0) for line in off.lines))
    assert ListPlanner().plan(off).circuit == ListPlanner().plan(silent).circuit
    found = ListPlanner().plan(off)
    assert score(off, found.circuit) == score(silent, found.circuit)
    none = Prices({}, {}, {}, {})
    assert bound_by(off, none) == bound_by(silent, none)


def document(**line: Any) -> dict[str, Any]:
    return {
        "format": "diancai.planning/v1",
        "days": 1,
        "weights": {"coverage": 10},
        "townships": [{"id": "高楼镇", "x_km": 0, "y_km": 0}],
        "items": [{"id": CLINIC}],
        "teams": [{"id": "医疗队", "items": [CLINIC], "members": 2, "available_days": [0]}],
        "lines": [{"id": "l", "township": "高楼镇", "item": CLINIC, "volunteers_needed": 2} | line],
    }


def test_a_file_says_it() -> None:
    problem = read_problem(document(months_unserved=7))
    assert (problem.weights.coverage, problem.lines[0].months_unserved) == (10, 7)
    assert read_problem(document()).lines[0].months_unserved == 0
    with pytest.raises(InvalidInput) as refused:
        read_problem(document(months_unserved=-1))
    assert refused.value.field == "lines[0].months_unserved"


@pytest.mark.parametrize(
    ("last", "months"),
    [
        (None, MOST_MONTHS),
        (date(2014, 6, 27), 0),
        (date(2014, 5, 28), 0),
        (date(2014, 5, 27), 1),
        (date(2013, 12, 31), 5),
        (date(2010, 1, 1), MOST_MONTHS),
        # Served on a day after the first that is planned.
        (date(2014, 7, 2), 0),
    ],
)
def test_whole_months_are_counted(last: date | None, months: int) -> None:
    assert months_unserved(last, date(2014, 6, 27)) == months
