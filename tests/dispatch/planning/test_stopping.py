"""Stopped at any moment, killed, or slowed down by others: what is left is a plan that holds, and the same."""

import math
import multiprocessing
import os
import signal
import subprocess
import sys
from functools import lru_cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.dispatch.planning.optimizer.instance import instance_of
from services.dispatch.planning.optimizer.list_planner import ListPlanner
from services.dispatch.planning.optimizer.optimizer import Optimizer
from services.dispatch.planning.optimizer.township_search import TownshipSearch
from services.dispatch.planning.problem.check import check_plan
from services.dispatch.planning.problem.circuit import Effort, Progress, Solution
from services.dispatch.planning.problem.problem import PlanningProblem
from services.dispatch.planning.problem.score import score
from services.dispatch.plans.adapters.planning_process import ProcessPlanner
from tests.dispatch.planning import problems

AMPLE = 600.0
"""Seconds, so that the counted work ends a search and not the clock."""

WORK = {"city": 0.6, "district": 2.0}


@lru_cache
def problem_of(name: str) -> PlanningProblem:
    return problems.sample("S") if name == "city" else problems.district(zones=7, seed=7)


@lru_cache
def heard_in_all(name: str) -> tuple[Solution, tuple[tuple[int, int | None], ...]]:
    """The plan of a run that nobody stops, and what it said on the way: objective and bound."""
    heard: list[tuple[int, int | None]] = []

    def on_progress(progress: Progress) -> bool:
        heard.append((progress.solution.objective, progress.solution.bound))
        return True

    return Optimizer().plan(problem_of(name), Effort(AMPLE, work=WORK[name]), on_progress), tuple(
        heard
    )


def test_the_city_is_solved_by_townships_and_the_district_by_parts() -> None:
    assert TownshipSearch.suits(instance_of(problem_of("city")))
    assert not TownshipSearch.suits(instance_of(problem_of("district")))


@pytest.mark.parametrize("name", WORK)
@settings(deadline=None, max_examples=6)
@given(share=st.floats(0, 1))
def test_stopped_in_whatever_phase_it_leaves_the_best_that_it_told(name: str, share: float) -> None:
    """The words of the first phases are few, those of the search many: so the powers of their number are drawn."""
    problem = problem_of(name)
    _, words = heard_in_all(name)
    last = round(math.pow(len(words), share))
    heard: list[Progress] = []

    def on_progress(progress: Progress) -> bool:
        heard.append(progress)
        return len(heard) < last

    solution = Optimizer().plan(problem, Effort(AMPLE, work=WORK[name]), on_progress)
    assert len(heard) == last
    assert [said.solution.bound for said in heard] == [bound for _, bound in words[:last]]
    assert check_plan(problem, solution.circuit) == []
    assert score(problem, solution.circuit).objective == solution.objective >= words[last - 1][0]
    assert solution.bound is None or solution.objective <= solution.bound


@pytest.mark.parametrize("name", WORK)
def test_however_slow_its_listener_and_busy_the_machine_the_plan_is_the_same(name: str) -> None:
    computed: list[int] = []

    def dawdle(progress: Progress) -> bool:
        computed.append(
            sum(number * number for number in range(30_000)) + progress.solution.objective
        )
        return True

    in_haste, _ = heard_in_all(name)
    slowly = Optimizer().plan(problem_of(name), Effort(AMPLE, work=WORK[name]), dawdle)
    assert slowly == in_haste
    assert computed


@pytest.mark.parametrize("at_word", [1, 3, 8])
def test_of_a_killed_process_the_last_plan_that_it_told_is_left(at_word: int) -> None:
    problem = problem_of("district")
    heard: list[Progress] = []
    others = multiprocessing.active_children()  # a site that this process shares, for one

    def kill(progress: Progress) -> bool:
        heard.append(progress)
        if len(heard) == at_word:
            for worker in multiprocessing.active_children():
                if worker not in others:
                    os.kill(worker.pid or 0, signal.SIGKILL)
        return True

    left = ProcessPlanner(Optimizer).plan(problem, Effort(AMPLE, work=WORK["district"]), kill)
    assert len(heard) >= at_word
    assert left == heard[-1].solution
    assert check_plan(problem, left.circuit) == []


def test_the_first_plan_is_told_before_the_solvers_are_imported() -> None:
    """They take seconds to import. In a process of its own, for here they are known."""
    asked = """
import sys
from services.dispatch.planning.optimizer.optimizer import Optimizer
from tests.dispatch.planning.problems import sample
def stop(progress):
    print(len(progress.solution.circuit.booths), *sorted({"ortools", "numpy", "scipy"} & set(sys.modules)))
    return False
Optimizer().plan(sample("S"), on_progress=stop)
"""
    said = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    booths = ListPlanner().plan(problems.sample("S")).circuit.booths
    assert said.stdout.split() == [str(len(booths))]
