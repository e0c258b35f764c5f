"""The bound zone by zone: never below the best plan by trying all, and closer than the relaxation's."""

from dataclasses import replace
from functools import cache

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.dispatch.planning.optimizer import neighbourhood_search
from services.dispatch.planning.optimizer.cp_sat import Limits
from services.dispatch.planning.optimizer.instance import instance_of
from services.dispatch.planning.optimizer.list_planner import place_fixed
from services.dispatch.planning.optimizer.optimizer import Optimizer
from services.dispatch.planning.optimizer.partial_plan import PartialPlan
from services.dispatch.planning.optimizer.search import SMALL
from services.dispatch.planning.optimizer.subproblem_model import SubproblemModel
from services.dispatch.planning.optimizer.zones import Zone, bound_by_zones, zones_of
from services.dispatch.planning.problem.circuit import Effort
from services.dispatch.planning.problem.problem import Fixed, PlanningProblem
from tests.dispatch.planning.problems import best_by_trying_all, district, problems

AMPLE, AMPLE_WORK, NO_WORK = 600.0, 60.0, 1e-6
FEW = settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow])


def bound(problem: PlanningProblem, price: float, work: float) -> int | None:
    instance = instance_of(problem)
    empty = PartialPlan(instance)
    place_fixed(empty)

    def most(_: Zone, model: SubproblemModel) -> int | None:
        found = model.bound(Limits(work=work, seconds=AMPLE))
        return None if found is None else found.most

    return bound_by_zones(empty, zones_of(instance), [price] * len(instance.team_days), most)


@FEW
@given(problems(), st.sampled_from((0.0, 90.0, 700.0)))
def test_no_plan_is_better_than_its_zones_together_by_any_prices(
    problem: PlanningProblem, price: float
) -> None:
    most = bound(problem, price, AMPLE_WORK)
    assert most is not None
    assert most >= best_by_trying_all(problem)
    planned = Optimizer().plan(problem, Effort(AMPLE))
    kept = replace(
        problem, fixed=tuple(Fixed(booth, "pinned") for booth in planned.circuit.booths[:2])
    )
    most = bound(kept, price, AMPLE_WORK)
    assert most is not None
    assert most >= planned.objective


@cache
def planned_objective() -> int:
    return Optimizer().plan(district(zones=2, seed=7), Effort(AMPLE, work=1.0)).objective


@pytest.mark.parametrize("work", [NO_WORK, 1e-4, 1e-3, 1e-2, 0.1])
def test_a_zone_s_bound_holds_however_little_work_there_was_for_it(work: float) -> None:
    most = bound(district(zones=2, seed=7), 90.0, work)
    assert most is None or most >= planned_objective()
    assert work > NO_WORK or most is None, "nothing was looked at"


def test_a_zone_of_which_nothing_is_known_leaves_the_whole_unknown() -> None:
    instance = instance_of(district(zones=2, seed=7))
    prices = [0.0] * len(instance.team_days)
    assert (
        bound_by_zones(PartialPlan(instance), zones_of(instance), prices, lambda zone, model: None)
        is None
    )


@pytest.mark.long
def test_a_district_s_bound_by_its_zones_is_closer_than_the_certificate_s() -> None:
    problem = district(zones=7, seed=7)
    options = len(instance_of(problem).option_line)
    assert options > SMALL
    just_enough = (
        1.01 * options * neighbourhood_search.WORK_OF_ZONES / neighbourhood_search.SHARE_OF_ZONES
    )
    solution = Optimizer().plan(problem, Effort(AMPLE, work=just_enough))
    assert solution.certificate is not None
    assert solution.bound is not None
    assert solution.objective <= solution.bound < solution.certificate.bound
