"""Fairness as levels of the objective: of load over teams, of service over townships."""

from collections import Counter
from dataclasses import replace

import pytest

from services.dispatch.planning.optimizer.list_planner import ListPlanner
from services.dispatch.planning.optimizer.optimizer import Optimizer
from services.dispatch.planning.problem.certificate import bound_by
from services.dispatch.planning.problem.check import check_plan
from services.dispatch.planning.problem.circuit import Circuit, Effort, TourPlanner
from services.dispatch.planning.problem.fairness import fair_shares
from services.dispatch.planning.problem.problem import (
    Line,
    PlanningProblem,
    Site,
    Slot,
    Team,
    Weights,
)
from services.dispatch.planning.problem.score import score
from tests.dispatch.planning.problems import district

AMPLE = 600.0
NEAR, FAR = (0.0, 0.0), (30.0, 0.0)
DAYS = 4


def two_teams(weights: Weights) -> PlanningProblem:
    """Four townships, two teams that could do all, one of them nearer."""
    free = frozenset(Slot(day) for day in range(DAYS))
    teams = (
        Team("卫生队", frozenset({"义诊"}), 4, free, base=NEAR),
        Team("红十字队", frozenset({"义诊"}), 4, free, base=FAR),
    )
    sites = tuple(Site(f"镇{n}", f"镇{n}", (n, 0)) for n in range(DAYS))
    lines = tuple(Line(f"项目{n}", f"镇{n}", "义诊", 2, 0, DAYS - 1) for n in range(DAYS))
    return PlanningProblem(sites, teams, lines, DAYS, weights=weights)


def visits(circuit: Circuit) -> Counter[str]:
    return Counter(booth.team for booth in circuit.booths)


def test_what_is_asked_is_shared_out_by_the_days_that_teams_can_come() -> None:
    problem = two_teams(Weights(overload=100))
    assert fair_shares(problem) == {"卫生队": 2, "红十字队": 2}
    busy = replace(problem.teams[1], free=frozenset({Slot(0)}))
    assert fair_shares(replace(problem, teams=(problem.teams[0], busy))) == {
        "卫生队": 4,
        "红十字队": 1,
    }
    assert fair_shares(two_teams(Weights())) == {}


@pytest.mark.parametrize("planner", [ListPlanner(), Optimizer()])
def test_load_is_even_where_overload_costs_more_than_the_way(planner: TourPlanner) -> None:
    near = planner.plan(two_teams(Weights()))
    even = planner.plan(two_teams(Weights(overload=100)))
    assert visits(near.circuit) == {"卫生队": 4}
    assert visits(even.circuit) == {"卫生队": 2, "红十字队": 2}
    fair = score(two_teams(Weights(overload=100)), near.circuit)
    assert fair.objective == near.objective - 2 * 100
    assert even.objective > fair.objective


def test_a_township_that_has_nothing_comes_before_another_s_second_line() -> None:
    items = frozenset({"义诊", "法律"})
    teams = tuple(Team(name, items, 2, frozenset({Slot(0)})) for name in ("卫生队", "司法队"))
    sites = (Site("高楼镇", "高楼镇", (0, 0)), Site("湖岭镇", "湖岭镇", (1, 0)))
    lines = (
        Line("a", "高楼镇", "义诊", 2, 0, 0, priority=2),
        Line("b", "高楼镇", "法律", 2, 0, 0, priority=2),
        Line("c", "湖岭镇", "义诊", 2, 0, 0),
    )
    problem = PlanningProblem(sites, teams, lines, 1)
    assert {booth.line for booth in Optimizer().plan(problem).circuit.booths} == {"a", "b"}
    fair = replace(problem, weights=Weights(first_served=2000))
    served = Optimizer().plan(fair)
    assert "c" in {booth.line for booth in served.circuit.booths}
    assert score(fair, served.circuit).objective == served.objective


def test_by_parts_it_counts_as_the_score_does_and_its_certificate_holds() -> None:
    plain = district(zones=7, seed=7)
    problem = replace(plain, weights=replace(plain.weights, overload=60, first_served=400))
    solution = Optimizer().plan(problem, Effort(AMPLE, work=2.5))
    assert check_plan(problem, solution.circuit) == []
    assert score(problem, solution.circuit).objective == solution.objective
    assert solution.certificate is not None
    assert (
        bound_by(problem, solution.certificate.prices)
        == solution.certificate.bound
        >= solution.objective
    )
    assert solution.certificate.bound - solution.objective < 0.02 * solution.certificate.bound
    before = score(problem, Optimizer().plan(plain, Effort(AMPLE, work=2.5)).circuit)
    assert solution.objective > before.objective
