"""Township by township: bounds that hold by any prices, prices that prove more, and plans that go together."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.dispatch.planning.optimizer.columns import Columns
from services.dispatch.planning.optimizer.cp_sat import Limits
from services.dispatch.planning.optimizer.instance import instance_of
from services.dispatch.planning.optimizer.list_planner import place_fixed, scheduled
from services.dispatch.planning.optimizer.lp_matrix import Numbers
from services.dispatch.planning.optimizer.optimizer import Optimizer
from services.dispatch.planning.optimizer.partial_plan import PartialPlan
from services.dispatch.planning.optimizer.subproblem_model import SubproblemModel
from services.dispatch.planning.problem.circuit import Effort
from services.dispatch.planning.problem.files import read_problem
from services.dispatch.planning.problem.generated import generated_problem
from services.dispatch.planning.problem.problem import (
    Booth,
    Fixed,
    Line,
    PlanningProblem,
    Site,
    Slot,
    Team,
)
from tests.dispatch.planning.problems import best_by_trying_all, problems

AMPLE = 600.0
LIMITS = Limits(work=60.0, seconds=AMPLE, cut_rounds=0)
FEW = settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow])


def columns_of(problem: PlanningProblem) -> Columns:
    empty = PartialPlan(instance_of(problem))
    place_fixed(empty)
    return Columns(empty)


def asked(columns: Columns, prices: Numbers) -> int:
    """The bound that these prices prove; what each township would do is kept."""
    bound = columns.constant(prices)
    for sites in columns.townships:
        answer = SubproblemModel(
            columns.empty, sites, visit_prices=columns.visit_prices(prices)
        ).solve(LIMITS)
        assert answer is not None
        assert answer.proved
        bound += answer.bound
        columns.add(answer.placings)
    return bound


def worth_together(columns: Columns) -> int:
    placings, _ = columns.together(LIMITS, {})
    plan = PartialPlan(columns.empty.instance)
    plan.place_all(columns.empty.placings)
    plan.place_all(placings)
    return plan.objective


@FEW
@given(problems(), st.sampled_from((0.0, 45.0, 90.0, 700.0)))
def test_no_plan_is_better_than_the_townships_together_by_any_prices(
    problem: PlanningProblem, price: float
) -> None:
    columns = columns_of(problem)
    prices = columns.first_prices(np.full(len(columns.empty.instance.team_days), price))
    assert asked(columns, prices) >= best_by_trying_all(problem)
    planned = Optimizer().plan(problem, Effort(AMPLE))
    kept = columns_of(
        replace(
            problem, fixed=tuple(Fixed(booth, "pinned") for booth in planned.circuit.booths[:2])
        )
    )
    prices = kept.first_prices(np.full(len(kept.empty.instance.team_days), price))
    assert asked(kept, prices) >= planned.objective


@FEW
@given(problems())
def test_no_bound_in_the_box_is_closer_than_the_next_prices_say(problem: PlanningProblem) -> None:
    columns = columns_of(problem)
    centre = columns.first_prices(np.full(len(columns.empty.instance.team_days), 200.0))
    bound = asked(columns, centre)
    prices, worth = columns.next_prices(centre, 100.0)
    assert worth <= bound + 0.01
    assert np.abs(prices - centre).max(initial=0.0) <= 100.0
    assert worth <= asked(columns, prices) + len(prices)  # prices are whole


def test_where_a_team_goes_anyhow_another_line_takes_no_turn_of_it() -> None:
    site, day = Site("高楼镇", "高楼镇", (0.0, 0.0)), Slot(0)
    team = Team("人民医院服务队", frozenset({"医疗义诊"}), 6, frozenset({day}))
    lines = tuple(
        Line(f"项目{number}", site.id, "医疗义诊", 3, 0, 0, priority=1) for number in range(2)
    )
    pinned = Fixed(Booth(lines[0].id, team.id, day, 3), "pinned")
    columns = columns_of(PlanningProblem((site,), (team,), lines, days=1, fixed=(pinned,)))
    both = scheduled(columns.empty.instance)
    assert len(both.placings) == 2
    columns.add(both.placings)
    assert worth_together(columns) == both.objective


@pytest.mark.parametrize("seed", [12, 22])
def test_rounds_come_close_and_the_plans_of_all_rounds_go_together(seed: int) -> None:
    columns = columns_of(read_problem(generated_problem("S", seed)))
    listed = scheduled(columns.empty.instance)
    columns.add(listed.placings)
    assert worth_together(columns) == listed.objective
    centre = prices = columns.first_prices(np.full(len(columns.empty.instance.team_days), 300.0))
    first = least = asked(columns, prices)
    for _ in range(12):
        prices, _ = columns.next_prices(centre, 100.0)
        bound = asked(columns, prices)
        if bound < least:
            least, centre = bound, prices
    best = worth_together(columns)
    assert listed.objective < best <= least < first
    assert least - best < (first - listed.objective) / 2


@pytest.mark.long
def test_a_city_is_known_within_two_thousandths_though_its_certificate_proves_less() -> None:
    for seed in (12, 27):
        problem = read_problem(generated_problem("S", seed))
        solution = Optimizer().plan(problem, Effort(AMPLE, work=3.4))
        assert solution.bound is not None
        assert solution.certificate is not None
        assert solution.objective <= solution.bound < solution.certificate.bound
        assert solution.bound - solution.objective < 0.002 * solution.bound
