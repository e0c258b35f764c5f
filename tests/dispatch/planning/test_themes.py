"""A campaign's theme: what fits it is preferred on its days, and nothing is left out because it does not."""

import json
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from services.dispatch.planning.optimizer.list_planner import ListPlanner
from services.dispatch.planning.optimizer.optimizer import Optimizer
from services.dispatch.planning.optimizer.repair import repair
from services.dispatch.planning.problem.certificate import bound_by
from services.dispatch.planning.problem.check import check_plan
from services.dispatch.planning.problem.circuit import Circuit, Effort, TourPlanner
from services.dispatch.planning.problem.files import read_problem
from services.dispatch.planning.problem.problem import (
    Booth,
    Line,
    PlanningProblem,
    Site,
    Slot,
    Team,
    Theme,
    Weights,
)
from services.dispatch.planning.problem.score import score
from shared.kernel.errors import InvalidInput
from tests.dispatch.planning.problems import (
    best_by_trying_all,
    circuit_of,
    district,
    problems,
    sample,
)
from tests.dispatch.planning.test_planning import DAYS as RUIAN_DAYS
from tests.dispatch.planning.test_planning import FIRST, ruian_problem

AMPLE = 600.0
JULY = (date(2014, 7, 1) - FIRST).days
PLANNERS: list[TourPlanner] = [ListPlanner(), Optimizer()]
LEGAL, CLINIC = "法律咨询", "医疗义诊"
RED_JULY = Theme("红七月", frozenset({LEGAL}), frozenset({2, 3}))
"""Legal advice, on the last two of four days."""


def town(*lines: Line, days: int = 4, team_days: int = 4, theme: int = 150) -> PlanningProblem:
    """One township, and one team that could do everything there, two volunteers at a time."""
    free = frozenset(Slot(day) for day in range(team_days))
    team = Team("司法队", frozenset({LEGAL, CLINIC}), 2, free)
    return PlanningProblem(
        (Site("高楼镇", "高楼镇", (0, 0)),),
        (team,),
        lines,
        days,
        weights=Weights(theme=theme),
        themes=(RED_JULY,),
    )


def wanted(name: str, item: str, first: int = 0, last: int = 3, **more: Any) -> Line:
    return Line(name, "高楼镇", item, 2, first, last, **more)


def day_of(circuit: Circuit) -> dict[str, int]:
    return {booth.line: booth.slot.day for booth in circuit.booths}


@pytest.mark.parametrize("planner", PLANNERS)
def test_what_fits_the_theme_moves_to_its_days(planner: TourPlanner) -> None:
    asked = town(wanted("l", LEGAL, preferred_days=(0,)), theme=0)
    assert day_of(planner.plan(asked).circuit) == {"l": 0}
    themed = replace(asked, weights=replace(asked.weights, theme=150))
    solution = planner.plan(themed)
    assert day_of(solution.circuit) == {"l": 2}
    found, without = score(themed, solution.circuit), score(asked, solution.circuit)
    assert (found.lines_on_theme, found.days_off_preference) == (1, 2)
    assert found.objective == solution.objective == without.objective + 150


@pytest.mark.parametrize("planner", PLANNERS)
def test_of_one_priority_what_fits_comes_first_and_a_higher_one_before_it(
    planner: TourPlanner,
) -> None:
    """One day, one team, and two lines for it."""
    clinic, legal = wanted("a", CLINIC, 2, 2), wanted("l", LEGAL, 2, 2)
    assert day_of(planner.plan(town(clinic, legal, theme=0)).circuit) in ({"a": 2}, {"l": 2})
    assert day_of(planner.plan(town(clinic, legal)).circuit) == {"l": 2}
    assert day_of(planner.plan(town(replace(clinic, priority=2), legal)).circuit) == {"a": 2}


@pytest.mark.parametrize("planner", PLANNERS)
def test_nothing_is_left_out_for_a_theme_where_there_is_a_place_for_it(
    planner: TourPlanner,
) -> None:
    """The clinic is possible on the theme's only day alone; legal advice, on others too."""
    problem = town(wanted("l", LEGAL, 1, 2), wanted("a", CLINIC, 2, 2), team_days=3)
    assert day_of(planner.plan(problem).circuit) == {"l": 1, "a": 2}
    beyond = town(*(wanted(f"a{n}", CLINIC) for n in range(3)), wanted("l", LEGAL))
    assert len(planner.plan(beyond).circuit.booths) == 4


def test_several_themes_of_one_day_are_worth_as_much_as_one() -> None:
    problem = town(wanted("l", LEGAL))
    line = problem.lines[0]
    twice = replace(problem, themes=(RED_JULY, replace(RED_JULY, name="服务月")))
    assert [twice.line_value(line, day) for day in range(4)] == [1000, 1000, 1150, 1150]
    assert score(twice, circuit_of(twice, (Booth("l", "司法队", Slot(3), 2),))).lines_on_theme == 1


def test_a_repair_places_what_fits_first_and_moves_nothing_that_was_promised() -> None:
    clinic, legal = wanted("a", CLINIC, 2, 2), wanted("l", LEGAL, 2, 2)
    assert day_of(repair(town(clinic, legal), Circuit()).solution.circuit) == {"l": 2}
    kept = Booth("l", "司法队", Slot(0), 2)
    mended = repair(town(clinic, replace(legal, first_day=0)), Circuit((kept,)))
    assert (mended.moved, day_of(mended.solution.circuit)) == ((), {"l": 0, "a": 2})


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(problems(most_lines=3))
def test_it_is_the_best_plan_with_a_theme_of_any_weight_and_its_bound_holds(
    problem: PlanningProblem,
) -> None:
    """Problems of the other tests may have themes that nothing fits; here something does."""
    theme = Theme("红七月", frozenset(line.item for line in problem.lines[::2]), frozenset({0, 2}))
    themed = replace(
        problem,
        themes=(theme,),
        weights=replace(problem.weights, theme=400),
        minutes_per_day=None,
        closed=frozenset(),
    )
    best, solution = best_by_trying_all(themed), Optimizer().plan(themed, Effort(AMPLE))
    assert score(themed, solution.circuit).objective == solution.objective == best
    if solution.certificate is not None:
        assert bound_by(themed, solution.certificate.prices) == solution.certificate.bound >= best


@settings(deadline=None, max_examples=60)
@given(problems(most_lines=8))
def test_list_scheduling_loses_nothing_by_a_theme(problem: PlanningProblem) -> None:
    without = ListPlanner().plan(replace(problem, themes=())).circuit
    found = ListPlanner().plan(problem)
    assert check_plan(problem, found.circuit) == []
    assert score(problem, found.circuit).objective == found.objective
    if found.circuit.unserved:
        assert found.objective >= score(problem, without).objective


def test_by_parts_it_counts_as_the_score_does_and_its_certificate_holds() -> None:
    plain = district(zones=7, seed=7)
    items = sorted({line.item for line in plain.lines})
    theme = Theme("学雷锋月", frozenset(items[:6]), frozenset(range(10, 20)))
    themed = replace(plain, themes=(theme,), weights=replace(plain.weights, theme=150))
    before = Optimizer().plan(plain, Effort(AMPLE, work=2.5))
    solution = Optimizer().plan(themed, Effort(AMPLE, work=2.5))
    assert check_plan(themed, solution.circuit) == []
    assert solution.certificate is not None
    assert (
        bound_by(themed, solution.certificate.prices)
        == solution.certificate.bound
        >= solution.objective
    )
    assert solution.certificate.bound - solution.objective < 0.02 * solution.certificate.bound
    was, found = score(themed, before.circuit), score(themed, solution.circuit)
    assert found.objective == solution.objective > was.objective
    assert found.lines_on_theme > was.lines_on_theme
    assert found.lines_served > 0.99 * was.lines_served


def test_ruian_s_circuit_is_as_long_and_serves_more_in_its_red_july() -> None:
    """The name is the campaign's own; which items belong to it is made up."""
    theme = Theme(
        "红七月", frozenset({"legal-advice", "farm-policy"}), frozenset(range(JULY, RUIAN_DAYS))
    )
    plain = replace(ruian_problem(), themes=(theme,))
    themed = replace(plain, weights=replace(plain.weights, theme=150))
    before, after = (Optimizer().plan(problem, Effort(AMPLE)) for problem in (plain, themed))
    assert after.is_optimal
    was, found = score(themed, before.circuit), score(themed, after.circuit)
    assert was.lines_on_theme < found.lines_on_theme
    assert (was.stops, found.stops, after.circuit.unserved) == (15, 15, ())


def document(**theme: Any) -> dict[str, Any]:
    return {
        "format": "diancai.planning/v1",
        "days": 4,
        "weights": {"theme": 150},
        "townships": [{"id": "高楼镇", "x_km": 0, "y_km": 0}],
        "items": [{"id": LEGAL}, {"id": CLINIC}],
        "teams": [{"id": "司法队", "items": [LEGAL], "members": 2, "available_days": [0, 3]}],
        "lines": [{"id": "l", "township": "高楼镇", "item": LEGAL, "volunteers_needed": 2}],
        "themes": [{"name": "红七月", "items": [LEGAL], **theme}],
    }


def test_a_file_says_its_themes() -> None:
    problem = read_problem(document(days=[2, 3]))
    assert problem.themes == (RED_JULY,)
    assert day_of(Optimizer().plan(problem).circuit) == {"l": 3}
    assert read_problem(document()).themes[0].days == frozenset(range(4))
    silent = document(days=[3])
    del silent["weights"]
    assert read_problem(silent).weights.theme == 0
    assert (sample("S").themes, sample("S").weights.theme) == ((), 0)


@pytest.mark.parametrize(
    ("theme", "code", "field"),
    [
        ({"items": ["舞龙"]}, "file.unknown_name", "themes[0].items[0]"),
        ({"days": [4]}, "file.not_a_whole_number", "themes[0].days[0]"),
        ({"name": ""}, "file.not_a_text", "themes[0].name"),
        ({"items": None}, "file.not_a_list", "themes[0].items"),
    ],
)
def test_a_theme_that_breaks_the_format_is_named(theme: Any, code: str, field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        read_problem(json.loads(json.dumps(document(**theme))))
    assert (refused.value.code, refused.value.field) == (code, field)
