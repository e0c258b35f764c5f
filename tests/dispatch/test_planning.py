"""The planner on Rui'an's data, and the rules that hold for any plan."""

import json
from dataclasses import replace
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.dispatch.adapters.list_planner import ListPlanner
from services.dispatch.domain.geography import Place, great_circle_km, short_tour, tour_km
from services.dispatch.domain.planning import (
    DemandLine,
    PlannedBooth,
    Problem,
    TeamSupply,
    check_plan,
    working_days,
)

RUIAN = json.loads((Path(__file__).parents[2] / "cli" / "data" / "ruian-2014.json").read_text("utf-8"))
PLACES = {township["code"]: Place(township["lat"], township["lon"]) for township in RUIAN["townships"]}
GAOLOU = "330381125000"


def ruian_problem() -> Problem:
    items = [item["code"] for item in RUIAN["service_items"]]
    return Problem(
        lines=tuple(
            DemandLine(f"{code}-{item}", code, code, "广场", item, volunteers=3) for code in PLACES for item in items
        ),
        teams=tuple(
            TeamSupply(item["team"], members=6, items=frozenset({item["code"]})) for item in RUIAN["service_items"]
        ),
        townships=PLACES,
        days=working_days(date(2014, 6, 27), date(2014, 7, 16), weekends=False),
        start_township_code=GAOLOU,
    )


def test_the_campaign_has_fourteen_working_days() -> None:
    assert len(ruian_problem().days) == RUIAN["known_answers"]["weekdays_in_campaign"]


def test_the_tour_from_gaolou_is_within_one_percent_of_the_shortest_known() -> None:
    codes = list(PLACES)
    tour = [PLACES[codes[n]] for n in short_tour(list(PLACES.values()), codes.index(GAOLOU))]
    shortest = RUIAN["known_answers"]["shortest_open_tour_from_gaolou_km"]
    assert shortest - 0.05 <= tour_km(tour) <= shortest * 1.01


def test_all_fifteen_townships_are_served_from_gaolou_on() -> None:
    problem = ruian_problem()
    circuit = ListPlanner().plan(problem)
    assert check_plan(problem, circuit) == []
    assert circuit.unserved == ()
    assert len(circuit.stops) == 15
    first, last = circuit.stops[0], circuit.stops[-1]
    assert (first.township_code, first.on, first.part, len(first.booths)) == (GAOLOU, date(2014, 6, 27), "morning", 7)
    assert last.on == date(2014, 7, 16)


def test_a_line_that_no_plan_can_serve_says_why() -> None:
    problem = ruian_problem()
    odd = (
        DemandLine("a", "o", GAOLOU, "广场", "no-such-item", volunteers=1),
        DemandLine("b", "o", GAOLOU, "广场", "health-clinic", volunteers=99),
        DemandLine("c", "o", "999999999999", "广场", "health-clinic", volunteers=1),
        DemandLine("d", "o", GAOLOU, "广场", "health-clinic", volunteers=1, ruled_out_on=frozenset(problem.days)),
    )
    circuit = ListPlanner().plan(replace(problem, lines=odd))
    assert {line.line_id: line.reason for line in circuit.unserved} == {
        "a": "unserved.no_team",
        "b": "unserved.too_few_volunteers",
        "c": "unserved.township_unknown",
        "d": "unserved.all_days_ruled_out",
    }


@pytest.mark.parametrize(
    ("rule", "spoil"),
    [
        ("line_without_one_fate", lambda stops: [replace(stops[0], booths=stops[0].booths * 2), *stops[1:]]),
        ("line_without_one_fate", lambda stops: stops[1:]),
        ("day_outside_campaign", lambda stops: [replace(stops[0], on=date(2014, 6, 28)), *stops[1:]]),
        ("team_in_two_places", lambda stops: [replace(stops[0], on=stops[1].on, part=stops[1].part), *stops[1:]]),
        ("line_elsewhere", lambda stops: [replace(stops[0], township_code="330381122000"), *stops[1:]]),
        (
            "item_not_offered",
            lambda stops: [
                replace(stops[0], booths=(PlannedBooth(stops[0].booths[0].line_id, "justice"), *stops[0].booths[1:])),
                *stops[1:],
            ],
        ),
    ],
)
def test_every_planted_violation_is_found(rule: str, spoil: object) -> None:
    problem = ruian_problem()
    circuit = ListPlanner().plan(problem)
    assert callable(spoil)
    spoilt = replace(circuit, stops=tuple(spoil(list(circuit.stops))))
    assert rule in {violation.rule for violation in check_plan(problem, spoilt)}


DAYS = st.integers(0, 4).map(lambda n: date(2014, 7, 1 + n))


@st.composite
def problems(draw: st.DrawFn) -> Problem:
    townships = {f"{n:012}": Place(27.5 + n / 10, 120.0 + n / 7) for n in range(draw(st.integers(1, 4)))}
    items = ["a", "b", "c"]
    lines = tuple(
        DemandLine(
            f"l{n}",
            f"o{n}",
            draw(st.sampled_from(sorted(townships))),
            draw(st.sampled_from(["广场", "路口"])),
            draw(st.sampled_from(items)),
            volunteers=draw(st.integers(1, 5)),
            priority=draw(st.integers(1, 5)),
            ruled_out_on=frozenset(draw(st.sets(DAYS, max_size=5))),
        )
        for n in range(draw(st.integers(1, 12)))
    )
    teams = tuple(
        TeamSupply(
            f"t{n}",
            members=draw(st.integers(1, 6)),
            items=frozenset(draw(st.sets(st.sampled_from(items), min_size=1))),
            busy=frozenset(draw(st.sets(st.tuples(DAYS, st.sampled_from(["morning", "afternoon"])), max_size=4))),
        )
        for n in range(draw(st.integers(0, 4)))
    )
    return Problem(lines, teams, townships, working_days(date(2014, 7, 1), date(2014, 7, 5), weekends=True), "0" * 12)


@given(problems())
def test_whatever_is_asked_the_plan_holds(problem: Problem) -> None:
    assert check_plan(problem, ListPlanner().plan(problem)) == []


@given(st.lists(st.tuples(st.floats(20, 40), st.floats(100, 120)), min_size=1, max_size=9))
def test_a_tour_visits_every_place_once(points: list[tuple[float, float]]) -> None:
    places = [Place(*point) for point in points]
    tour = short_tour(places)
    assert sorted(tour) == list(range(len(places)))
    assert tour[0] == 0
    assert all(great_circle_km(places[a], places[b]) >= 0 for a, b in pairwise(tour))
