"""A plan that no longer holds is mended: nothing fixed moves, few others do, and it is quick work."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from services.dispatch.planning.optimizer.list_planner import ListPlanner
from services.dispatch.planning.optimizer.optimizer import Optimizer
from services.dispatch.planning.optimizer.repair import Level, repair
from services.dispatch.planning.problem.check import check_plan
from services.dispatch.planning.problem.circuit import Circuit, Effort
from services.dispatch.planning.problem.eligibility import Eligibility
from services.dispatch.planning.problem.problem import (
    Booth,
    Fixed,
    Line,
    PlanningProblem,
    Site,
    Slot,
    Team,
)
from services.dispatch.planning.problem.score import score
from tests.dispatch.planning.problems import problems, sample

FEW = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])


def without_a_team_s_day(problem: PlanningProblem, circuit: Circuit) -> PlanningProblem:
    """The team of the first booth can't come on that day."""
    first = circuit.booths[0]
    teams = tuple(
        replace(team, free=frozenset(slot for slot in team.free if slot.day != first.slot.day))
        if team.id == first.team
        else team
        for team in problem.teams
    )
    return replace(problem, teams=teams)


@pytest.mark.parametrize("size", ["S", "M"])
@pytest.mark.parametrize("level", [0, 1])
def test_a_team_drops_out_of_a_day(size: str, level: Level) -> None:
    problem = sample(size)
    before = ListPlanner().plan(problem).circuit
    changed = without_a_team_s_day(problem, before)
    fixed = tuple(Fixed(booth, "confirmed") for booth in before.booths[-5:])
    changed = replace(changed, fixed=fixed)
    mended = repair(changed, before, level)
    assert check_plan(changed, mended.solution.circuit) == []
    assert score(changed, mended.solution.circuit).objective == mended.solution.objective
    lost = set(mended.lost) & {booth.line for booth in before.booths}
    assert lost
    assert len(mended.moved) <= 2 * len(mended.lost)
    assert {booth.booth for booth in fixed} <= set(mended.solution.circuit.booths)
    if level == 0:
        assert mended.moved == ()


@FEW
@given(problems(), st.sampled_from([0, 1]), st.integers(0, 2))
def test_a_mended_plan_holds_and_moves_few(
    problem: PlanningProblem, level: Level, confirmed: int
) -> None:
    before = ListPlanner().plan(problem).circuit
    assume(before.booths)
    changed = without_a_team_s_day(problem, before)
    stay = [fixed.booth for fixed in problem.fixed] + list(
        before.booths[len(before.booths) - confirmed :]
    )
    stay = [
        booth
        for booth in stay
        if booth.line != before.booths[0].line and booth.team != before.booths[0].team
    ]
    changed = replace(changed, fixed=tuple(Fixed(booth, "confirmed") for booth in stay))
    mended = repair(changed, before, level)
    assert check_plan(changed, mended.solution.circuit) == []
    assert score(changed, mended.solution.circuit).objective == mended.solution.objective
    assert set(stay) <= set(mended.solution.circuit.booths)
    assert len(mended.moved) <= level * 2 * len(mended.lost)
    assert before.booths[0].line in mended.lost


def test_a_line_that_is_wanted_no_more_has_not_moved() -> None:
    problem = sample("S")
    before = ListPlanner().plan(problem).circuit
    gone = before.booths[0].line
    cancelled = replace(problem, lines=tuple(line for line in problem.lines if line.id != gone))
    mended = repair(cancelled, before)
    assert (mended.lost, mended.moved) == ((), ())
    assert gone not in {booth.line for booth in mended.solution.circuit.booths}


@FEW
@given(problems())
def test_of_given_booths_those_are_possible_that_are_so_among_all(problem: PlanningProblem) -> None:
    eligibility = Eligibility(problem)
    slots = [
        Slot(day, part) for day in range(-1, problem.days + 1) for part in range(problem.parts + 1)
    ]
    for line in problem.lines:
        possible = {
            (match.team.id, slot) for match in eligibility.matches(line) for slot in match.slots
        }
        teams = [*(team.id for team in problem.teams), "nobody"]
        booths = [Booth(line.id, team, slot, line.volunteers) for team in teams for slot in slots]
        assert {
            (match.team.id, slot)
            for match in eligibility.matches(line, booths)
            for slot in match.slots
        } == possible


def test_a_new_order_is_served_by_moving_one_that_can_go_elsewhere() -> None:
    site, other = Site("高楼镇", "高楼镇", (0, 0)), Site("湖岭镇", "湖岭镇", (5, 5))
    team = Team("卫生队", frozenset({"义诊"}), 4, frozenset({Slot(0), Slot(1)}))
    flexible, urgent = (
        Line("a", "高楼镇", "义诊", 4, 0, 1),
        Line("b", "湖岭镇", "义诊", 4, 0, 0, priority=5),
    )
    alone = PlanningProblem((site, other), (team,), (flexible,), 2)
    before = ListPlanner().plan(alone).circuit
    assert before.booths[0].slot == Slot(0)
    asked = replace(alone, lines=(flexible, urgent))
    assert repair(asked, before, 0).solution.circuit.unserved[0].line == "b"
    mended = repair(asked, before, 1)
    assert mended.solution.circuit.unserved == ()
    assert mended.moved == ("a",)
    pinned = replace(asked, fixed=(Fixed(before.booths[0], "pinned"),))
    refused = repair(pinned, before, 1).solution.circuit.unserved
    assert [(line.line, line.reason) for line in refused] == [("b", "unserved.commitments")]


def test_a_search_moves_only_what_is_worth_its_price() -> None:
    problem = sample("S")
    before = Optimizer().plan(problem, Effort(600.0, work=1.0)).circuit
    changed = without_a_team_s_day(problem, before)
    mended = repair(changed, before, 2, Effort(600.0, work=1.0))
    assert check_plan(changed, mended.solution.circuit) == []
    assert mended.solution.objective >= repair(changed, before, 0).solution.objective - 300 * len(
        mended.moved
    )
