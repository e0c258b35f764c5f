"""check_plan finds every planted violation, names it, and has words for it."""

import json
from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.dispatch.planning.problem.check import check_plan
from services.dispatch.planning.problem.circuit import Circuit, Unserved
from services.dispatch.planning.problem.problem import (
    Ban,
    Booth,
    Capacity,
    Fixed,
    Line,
    PlanningProblem,
    Site,
    Slot,
    Team,
)
from services.dispatch.planning.problem.score import GOALS, Score
from shared.http.texts import LANGUAGES, Texts
from tests.dispatch.planning.problems import circuit_of

LOCALES = Path(__file__).parents[3] / "services" / "dispatch" / "locales"
TEXTS = Texts(LOCALES)
DAYS, PARTS = 8, 2
LINES, STRONG = 6, 20

Spoil = Callable[[PlanningProblem, Circuit, Booth], tuple[PlanningProblem, Circuit]]


def good_plan() -> tuple[PlanningProblem, Circuit]:
    """Six lines at three sites of two zones, each served on a day of its own by the only team."""
    sites = tuple(Site(f"镇{n}", f"镇{n}", (n, 0), "东片" if n else "西片") for n in range(3))
    slots = frozenset(Slot(day, part) for day in range(DAYS) for part in range(PARTS))
    team = Team("卫生队", frozenset({"义诊"}), STRONG, slots, (0, 0), 50, 2, qualified={"医师": 3})
    lines = tuple(
        Line(
            f"项目{n}",
            f"镇{n % 3}",
            "义诊",
            3,
            0,
            DAYS - 2,
            qualification="医师",
            minutes=60,
            series="每周",
            spacing_days=1,
        )
        for n in range(LINES)
    )
    problem = PlanningProblem(
        sites, (team,), lines, DAYS, PARTS, minutes_per_day=400, setup_minutes=20
    )
    booths = tuple(Booth(line.id, team.id, Slot(n), 3) for n, line in enumerate(lines))
    return problem, circuit_of(problem, booths)


def change_line(problem: PlanningProblem, booth: Booth, **values: Any) -> PlanningProblem:
    lines = tuple(
        replace(line, **values) if line.id == booth.line else line for line in problem.lines
    )
    return replace(problem, lines=lines)


def change_team(problem: PlanningProblem, **values: Any) -> PlanningProblem:
    return replace(problem, teams=(replace(problem.teams[0], **values),))


def move(circuit: Circuit, booth: Booth, **values: Any) -> Circuit:
    moved = replace(booth, **values)
    return replace(
        circuit, booths=tuple(moved if other == booth else other for other in circuit.booths)
    )


def neighbour(circuit: Circuit, booth: Booth) -> Booth:
    """A booth at another site."""
    number = circuit.booths.index(booth)
    return circuit.booths[(number + 1) % LINES]


SPOILS: dict[str, Spoil] = {
    "line_unknown": lambda p, c, b: (p, move(c, b, line="没有")),
    "team_unknown": lambda p, c, b: (p, move(c, b, team="没有")),
    "township_unknown": lambda p, c, b: (change_line(p, b, site="没有"), c),
    "line_without_one_fate": lambda p, c, b: (
        p,
        replace(c, unserved=(Unserved(b.line, "unserved.no_team"),)),
    ),
    "line_served_twice": lambda p, c, b: (
        p,
        replace(c, booths=(*c.booths, replace(b, slot=Slot(7)))),
    ),
    "too_many_teams": lambda p, c, b: (
        replace(p, teams=(*p.teams, replace(p.teams[0], id="红十字队"))),
        replace(
            c,
            booths=(
                *(o for o in c.booths if o != b),
                replace(b, volunteers=1),
                Booth(b.line, "红十字队", b.slot, 2),
            ),
        ),
    ),
    "volunteers_not_as_needed": lambda p, c, b: (p, move(c, b, volunteers=2)),
    "day_closed": lambda p, c, b: (replace(p, closed=frozenset({b.slot.day})), c),
    "outside_window": lambda p, c, b: (p, move(c, b, slot=Slot(DAYS - 1))),
    "day_ruled_out": lambda p, c, b: (change_line(p, b, ruled_out_days=frozenset({b.slot.day})), c),
    "team_not_free": lambda p, c, b: (change_team(p, free=p.teams[0].free - {b.slot}), c),
    "item_not_offered": lambda p, c, b: (change_line(p, b, item="法律"), c),
    "outside_area": lambda p, c, b: (change_team(p, area=frozenset({"别处"})), c),
    "too_far": lambda p, c, b: (change_team(p, base=(99, 0)), c),
    "forbidden": lambda p, c, b: (replace(p, forbidden=(Ban(line=b.line),)), c),
    "too_many_booths": lambda p, c, b: (
        replace(change_line(p, neighbour(c, b), site=site_of(p, b)), max_booths_per_stop=1),
        move(c, neighbour(c, b), slot=b.slot),
    ),
    "too_few_volunteers": lambda p, c, b: (change_team(p, members_on={b.slot.day: 2}), c),
    "too_few_qualified": lambda p, c, b: (change_team(p, qualified={"医师": 2}), c),
    "team_in_two_zones": lambda p, c, b: (
        replace(p, sites=tuple(replace(site, zone=site.id) for site in p.sites)),
        move(c, neighbour(c, b), slot=Slot(b.slot.day, 1)),
    ),
    "too_many_stops": lambda p, c, b: (
        change_team(p, max_stops_per_day=1),
        move(c, neighbour(c, b), slot=Slot(b.slot.day, 1)),
    ),
    "team_in_two_places": lambda p, c, b: (p, move(c, neighbour(c, b), slot=b.slot)),
    "day_too_long": lambda p, c, b: (change_line(p, b, minutes=390), c),
    "too_close": lambda p, c, b: (p, move(c, neighbour(c, b), slot=Slot(b.slot.day, 1))),
    "too_often": lambda p, c, b: (
        replace(p, capacities=(Capacity("义诊", frozenset(range(DAYS)), LINES - 1),)),
        c,
    ),
    "commitment_broken": lambda p, c, b: (
        replace(p, fixed=(Fixed(replace(b, slot=Slot(7)), "confirmed"),)),
        c,
    ),
}


def site_of(problem: PlanningProblem, booth: Booth) -> str:
    return next(line.site for line in problem.lines if line.id == booth.line)


def test_the_plan_that_is_spoilt_holds() -> None:
    assert check_plan(*good_plan()) == []


@pytest.mark.parametrize("rule", SPOILS)
@given(number=st.integers(0, LINES - 1))
def test_every_planted_violation_is_found_and_told(rule: str, number: int) -> None:
    problem, circuit = good_plan()
    spoilt = SPOILS[rule](problem, circuit, circuit.booths[number])
    found = [violation for violation in check_plan(*spoilt) if violation.rule == rule]
    assert found
    for language in LANGUAGES:
        assert TEXTS.render(language, f"rule.{rule}", found[0].facts)["detail"]


def test_each_rule_that_has_words_is_planted() -> None:
    codes = json.loads((LOCALES / "en.json").read_text("utf-8"))
    assert {f"rule.{rule}" for rule in SPOILS} == {
        code for code in codes if code.startswith("rule.")
    }


def test_each_goal_has_words_and_is_a_figure_of_the_score() -> None:
    codes = json.loads((LOCALES / "en.json").read_text("utf-8"))
    goals = [goal.name for goal in GOALS]
    assert [f"goal.{name}" for name in goals] == [
        code for code in codes if code.startswith("goal.")
    ]
    assert [field.name for field in fields(Score) if field.name in goals] == goals
