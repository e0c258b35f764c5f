"""The planner against the best plan by trying all, its bound, its promises when stopped, and sample problems."""

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from services.dispatch.planning.optimizer.list_planner import ListPlanner
from services.dispatch.planning.optimizer.optimizer import Optimizer
from services.dispatch.planning.problem.certificate import Prices, bound_by
from services.dispatch.planning.problem.check import check_plan
from services.dispatch.planning.problem.circuit import (
    USUAL,
    Effort,
    OnProgress,
    Progress,
    Solution,
    keep_going,
    stops_of,
    way_km,
)
from services.dispatch.planning.problem.files import read_problem
from services.dispatch.planning.problem.problem import (
    Ban,
    Booth,
    Fixed,
    Line,
    PlanningProblem,
    Site,
    Slot,
    Team,
)
from services.dispatch.planning.problem.score import score
from services.dispatch.plans.adapters.planning_process import PlannerLost, ProcessPlanner
from tests.dispatch.planning.problems import best_by_trying_all, problems, sample
from tests.dispatch.planning.test_planning import DAYS, GAOLOU, ruian_problem

AMPLE = 600.0
"""Seconds, so that the counted work ends a search and not the clock."""

FEW = settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow])


@FEW
@given(problems())
def test_no_plan_is_better_than_the_planner_s_and_its_bound_is_one(
    problem: PlanningProblem,
) -> None:
    best = best_by_trying_all(problem)
    solution = Optimizer().plan(problem, Effort(AMPLE))
    assert check_plan(problem, solution.circuit) == []
    assert score(problem, solution.circuit).objective == solution.objective
    if problem.minutes_per_day is None:
        assert solution.objective == best
    assert solution.objective <= best
    assert solution.bound is None or best <= solution.bound
    if solution.certificate is not None:
        assert best <= solution.certificate.bound
        assert bound_by(problem, solution.certificate.prices) == solution.certificate.bound


@FEW
@given(problems(most_lines=3))
def test_any_prices_at_all_prove_a_bound(problem: PlanningProblem) -> None:
    best = best_by_trying_all(problem)
    for price in (0.0, 90.0, 700.0):
        lines = {line.id: price * line.priority for line in problem.lines}
        openings = {
            (line.id, Slot(day)): price / 3 for line in problem.lines for day in range(problem.days)
        }
        teams = {team.id: price / 10 for team in problem.teams}
        townships = {site.township: price / 2 for site in problem.sites}
        assert best <= bound_by(problem, Prices(lines, openings, teams, townships))


@settings(deadline=None, max_examples=60)
@given(problems(most_lines=8))
def test_list_scheduling_holds_whatever_is_asked(problem: PlanningProblem) -> None:
    solution = ListPlanner().plan(problem)
    assert check_plan(problem, solution.circuit) == []
    assert score(problem, solution.circuit).objective == solution.objective


@pytest.mark.parametrize(
    "stop_after", [1, 2, *(pytest.param(word, marks=pytest.mark.long) for word in (4, 7))]
)
@pytest.mark.parametrize("size", ["S", "M"])
def test_stopped_at_any_word_it_gives_the_best_feasible_plan_so_far(
    size: str, stop_after: int
) -> None:
    problem = sample(size)
    heard: list[Progress] = []

    def on_progress(progress: Progress) -> bool:
        heard.append(progress)
        return len(heard) < stop_after

    solution = Optimizer().plan(problem, Effort(AMPLE, work=3.0), on_progress)
    assert check_plan(problem, solution.circuit) == []
    assert solution.objective >= max(progress.solution.objective for progress in heard)
    assert all(check_plan(problem, progress.solution.circuit) == [] for progress in heard)


def test_the_same_seed_gives_the_same_plan_and_it_goes_on_from_where_it_stopped() -> None:
    problem = sample("S")
    first, again = (Optimizer().plan(problem, Effort(AMPLE, seed=3, work=1.2)) for _ in range(2))
    assert first.circuit == again.circuit
    resumed = Optimizer().plan(problem, Effort(AMPLE, start=first.circuit, work=0.5))
    assert resumed.objective >= first.objective


@pytest.mark.parametrize("size", ["S", "M"])
def test_work_ends_a_search_that_has_time_and_the_clock_one_that_has_none(size: str) -> None:
    problem = sample(size)
    assert not Optimizer().plan(problem, Effort(AMPLE, work=1.2)).out_of_time
    assert Optimizer().plan(problem, Effort(0.0, work=AMPLE)).out_of_time


@pytest.mark.long
def test_the_small_sample_is_far_above_list_scheduling_and_near_its_bound() -> None:
    problem = sample("S")
    solution = Optimizer().plan(problem, Effort(AMPLE, work=3.0))
    assert ListPlanner().plan(problem).objective < solution.objective <= 251_970
    assert solution.bound is not None
    assert solution.bound >= 251_970
    assert solution.bound - solution.objective <= 0.005 * solution.bound


def test_what_is_fixed_stays_and_what_is_forbidden_does_not_happen() -> None:
    problem = sample("S")
    free = Optimizer().plan(problem, Effort(AMPLE, work=1.0))
    kept, ruled_out = free.circuit.booths[0], free.circuit.booths[1]
    ruled = replace(
        problem,
        fixed=(Fixed(kept, "pinned"),),
        forbidden=(Ban(ruled_out.line, ruled_out.team, ruled_out.slot),),
    )
    solution = Optimizer().plan(ruled, Effort(AMPLE, work=1.0))
    assert check_plan(ruled, solution.circuit) == []
    assert kept in solution.circuit.booths
    assert ruled_out not in solution.circuit.booths


def test_two_teams_share_a_booth_that_neither_could_man() -> None:
    sites = (Site("高楼镇", "高楼镇", (0, 0)),)
    teams = tuple(
        Team(name, frozenset({"义诊"}), 3, frozenset({Slot(0)})) for name in ("卫生队", "红十字队")
    )
    line = Line("l", "高楼镇", "义诊", 5, 0, 0, max_teams=2)
    solution = Optimizer().plan(PlanningProblem(sites, teams, (line,), 1), Effort(AMPLE))
    assert check_plan(PlanningProblem(sites, teams, (line,), 1), solution.circuit) == []
    assert sorted(booth.volunteers for booth in solution.circuit.booths) in ([2, 3],)
    alone = replace(line, max_teams=1)
    assert (
        Optimizer().plan(PlanningProblem(sites, teams, (alone,), 1)).circuit.unserved[0].reason
        == "unserved.too_few_volunteers"
    )


def test_ruian_s_campaign_is_planned_as_it_was_and_proved_best() -> None:
    problem = ruian_problem()
    solution = Optimizer().plan(problem, Effort(AMPLE))
    assert check_plan(problem, solution.circuit) == []
    assert solution.circuit.unserved == ()
    assert solution.is_optimal
    first = [booth for booth in solution.circuit.booths if booth.slot == Slot(0, 0)]
    assert len(first) == 7
    assert {booth.line.split("-")[0] for booth in first} == {GAOLOU}
    assert max(booth.slot.day for booth in solution.circuit.booths) == DAYS - 1


def test_the_circuit_of_ruian_travels_no_further_than_it_must() -> None:
    file = Path(__file__).parents[3] / "cli" / "data" / "ruian-2014.planning.json"
    problem = read_problem(json.loads(file.read_text("utf-8")))
    solution = Optimizer().plan(problem, Effort(AMPLE))
    stops = stops_of(problem, solution.circuit.booths)
    assert (stops[0].site.township, stops[0].slot, len(stops)) == ("高楼镇", Slot(0, 0), 15)
    assert way_km(problem, stops) <= 90.6
    assert solution.certificate is not None
    assert solution.certificate.bound == solution.objective


def test_each_line_says_why_it_is_unserved_and_what_would_help() -> None:
    teams = (
        Team("卫生队", frozenset({"义诊"}), 4, frozenset({Slot(0)}), base=(0, 0), radius_km=20),
        Team("司法队", frozenset({"法律"}), 4, frozenset({Slot(2)}), base=(0, 0), radius_km=20),
        Team("普法队", frozenset({"普法"}), 4, frozenset({Slot(2)}), area=frozenset({"远"})),
    )
    sites = (Site("近", "近", (1, 1), "z"), Site("远", "远", (90, 0), "z"))
    lines = (
        Line("served", "近", "义诊", 3, 0, 0, priority=5),
        Line("none_offers", "近", "舞龙", 1, 0, 2),
        Line("none_near", "远", "义诊", 1, 0, 2),
        Line("not_theirs", "近", "普法", 1, 0, 2),
        Line("too_weak", "近", "义诊", 9, 0, 2),
        Line("none_free", "近", "法律", 1, 0, 1),
        Line("taken", "近", "义诊", 2, 0, 0),
    )
    problem = PlanningProblem(sites, teams, lines, 3)
    kept = Booth("served", "卫生队", Slot(0), 3)
    said = {line.line: line for line in Optimizer().plan(problem).circuit.unserved}
    assert {line: its.reason.removeprefix("unserved.") for line, its in said.items()} == {
        "none_offers": "no_team",
        "none_near": "too_far",
        "not_theirs": "outside_area",
        "too_weak": "too_few_volunteers",
        "none_free": "not_available",
        "taken": "no_free_team",
    }
    assert said["taken"].facts["lines"] == "served"
    helps = {
        line: (its.relaxation.code, its.relaxation.facts.get("more"))
        for line, its in said.items()
        if its.relaxation
    }
    assert helps["not_theirs"] == ("relax.area", None)
    assert helps["taken"] == ("relax.volunteers", 1)
    assert helps["too_weak"] == ("relax.volunteers", 5)
    assert helps["none_free"] == ("relax.window", 1)
    committed = (
        Optimizer().plan(replace(problem, fixed=(Fixed(kept, "confirmed"),))).circuit.unserved
    )
    assert {line.reason for line in committed if line.line == "taken"} == {"unserved.commitments"}


def test_in_a_process_of_its_own_it_finds_the_same_and_stops_when_told() -> None:
    problem = sample("S")
    apart = ProcessPlanner(ListPlanner).plan(problem)
    assert apart == ListPlanner().plan(problem)
    heard: list[Progress] = []

    def stop_at_once(progress: Progress) -> bool:
        heard.append(progress)
        return False

    stopped = ProcessPlanner(Optimizer).plan(problem, Effort(seconds=600), stop_at_once)
    assert check_plan(problem, stopped.circuit) == []
    assert stopped.objective >= heard[-1].solution.objective


def test_a_planner_that_dies_without_a_plan_is_told_from_one_that_has_none() -> None:
    with pytest.raises(PlannerLost):
        ProcessPlanner(Dying).plan(sample("S"))


class Dying:
    """Ends its process, as the kernel does when memory is short."""

    def plan(
        self, problem: PlanningProblem, effort: Effort = USUAL, on_progress: OnProgress = keep_going
    ) -> Solution:
        os._exit(9)
