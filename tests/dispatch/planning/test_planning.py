"""The planner on Rui'an's data, and the rules that hold for any plan."""

import json
import math
from dataclasses import replace
from datetime import date
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from services.dispatch.planning.optimizer.list_planner import ListPlanner
from services.dispatch.planning.problem.check import check_plan
from services.dispatch.planning.problem.circuit import stops_of
from services.dispatch.planning.problem.geography import shortest_way
from services.dispatch.planning.problem.pacing import paced
from services.dispatch.planning.problem.problem import (
    SATURDAY,
    Line,
    PlanningProblem,
    Site,
    Slot,
    Team,
    Travel,
    Weights,
    working_days,
)
from shared.kernel import holidays as known_holidays
from shared.kernel.holidays import HOLIDAYS, KNOWN_YEARS, WORKING_WEEKENDS
from tests.dispatch.planning.problems import every_booth, problems
from tests.support import holidays

RUIAN = json.loads(
    (Path(__file__).parents[3] / "cli" / "data" / "ruian-2014.json").read_text("utf-8")
)
CENTRES = {township["code"]: (township["lat"], township["lon"]) for township in RUIAN["townships"]}
GAOLOU = "330381125000"
FIRST, LAST = date(2014, 6, 27), date(2014, 7, 16)
DAYS = (LAST - FIRST).days + 1
WORKING = {(day - FIRST).days for day in working_days(FIRST, LAST, weekends=False)}


def ruian_problem() -> PlanningProblem:
    slots = frozenset(Slot(day, part) for day in range(DAYS) for part in range(2))
    problem = PlanningProblem(
        sites=tuple(Site(code, code, centre) for code, centre in CENTRES.items()),
        teams=tuple(
            Team(item["team"], frozenset({item["code"]}), 6, slots, max_stops_per_day=2)
            for item in RUIAN["service_items"]
        ),
        lines=tuple(
            Line(f"{code}-{item['code']}", code, item["code"], 3, 0, DAYS - 1, 3)
            for code in CENTRES
            for item in RUIAN["service_items"]
        ),
        days=DAYS,
        parts=2,
        travel=Travel(on="sphere"),
        weights=Weights(later_part=1),
        closed=frozenset(range(DAYS)) - WORKING,
        start_township=GAOLOU,
        first_on=FIRST,
    )
    return paced(problem)


def test_nobody_goes_out_on_a_holiday_and_work_is_made_up_for_on_weekends() -> None:
    """国庆节 2026: 1st to 7th October off, Sunday 20th September and Saturday 10th October at work."""
    days = working_days(date(2026, 9, 18), date(2026, 10, 12), weekends=False)
    assert [day.day for day in days if day.month == 9] == [18, 20, 21, 22, 23, 24, 28, 29, 30]
    assert [day.day for day in days if day.month == 10] == [8, 9, 10, 12]
    with_weekends = working_days(date(2026, 9, 26), date(2026, 10, 11), weekends=True)
    assert [day.day for day in with_weekends] == [28, 29, 30, 8, 9, 10, 11]
    assert all(day.weekday() >= SATURDAY for day in WORKING_WEEKENDS)
    assert not HOLIDAYS & WORKING_WEEKENDS


def test_the_holidays_are_those_that_the_library_knows() -> None:
    """Renewing the library is all that a new year asks for; the page says which years there are."""
    assert holidays.FILE.read_text("utf-8") == holidays.table(), "run: make generate"
    assert sorted(KNOWN_YEARS) == list(range(min(KNOWN_YEARS), max(KNOWN_YEARS) + 1))
    assert known_holidays.__doc__ is not None
    assert f"from {min(KNOWN_YEARS)} to {max(KNOWN_YEARS)}." in known_holidays.__doc__


def test_the_campaign_has_fourteen_working_days() -> None:
    assert len(WORKING) == RUIAN["known_answers"]["weekdays_in_campaign"]


def test_all_fifteen_townships_are_served_from_gaolou_on() -> None:
    problem = ruian_problem()
    circuit = ListPlanner().plan(problem).circuit
    assert check_plan(problem, circuit) == []
    assert circuit.unserved == ()
    stops = stops_of(problem, circuit.booths)
    assert len(stops) == 15
    first, last = stops[0], stops[-1]
    assert (first.site.township, first.slot, len(first.booths)) == (GAOLOU, Slot(0, 0), 7)
    assert last.slot.day == DAYS - 1


@given(st.data())
@settings(deadline=None)
def test_every_booth_is_at_one_stop_also_where_a_place_is_visited_twice_running(
    data: st.DataObject,
) -> None:
    problem = data.draw(problems())
    booths = data.draw(st.sets(st.sampled_from(every_booth(problem))))
    stops = stops_of(problem, booths)
    assert sorted(booth for stop in stops for booth in stop.booths) == sorted(booths)
    assert len({(stop.site.id, stop.slot) for stop in stops}) == len(stops)


def test_a_line_that_no_plan_can_serve_says_why() -> None:
    problem = ruian_problem()
    odd = (
        Line("a", GAOLOU, "no-such-item", 1, 0, DAYS - 1),
        Line("b", GAOLOU, "health-clinic", 99, 0, DAYS - 1),
        Line("c", "999999999999", "health-clinic", 1, 0, DAYS - 1),
        Line("d", GAOLOU, "health-clinic", 1, 0, DAYS - 1, ruled_out_days=frozenset(range(DAYS))),
    )
    circuit = ListPlanner().plan(replace(problem, lines=odd)).circuit
    assert {line.line: line.reason for line in circuit.unserved} == {
        "a": "unserved.no_team",
        "b": "unserved.too_few_volunteers",
        "c": "unserved.township_unknown",
        "d": "unserved.all_days_ruled_out",
    }


@given(
    st.lists(
        st.tuples(st.tuples(st.floats(0, 40), st.floats(0, 40)), st.floats(0, 60)), max_size=9
    ),
    st.sampled_from(
        [
            Travel("plane", 1.3),
            Travel("sphere", 1.1),
            Travel(km={("团委", "高楼镇"): 7.0}),
            Travel(),
        ]
    ),
)
def test_near_are_the_teams_whose_way_is_no_longer_than_their_radius(
    teams: list[tuple[tuple[float, float], float]], travel: Travel
) -> None:
    site = Site("高楼镇", "高楼镇", (20.0, 20.0))
    groups = [
        Team("团委", frozenset(), 5, frozenset(), (39.0, 39.0), 7.0),
        Team("妇联", frozenset(), 5, frozenset()),
    ]
    groups += [
        Team(str(n), frozenset(), 5, frozenset(), base, km) for n, (base, km) in enumerate(teams)
    ]
    near = {team.id for team in groups if travel.distance_km(team, site) <= team.radius_km}
    assert set(travel.within_radius(groups, site)) == near
    assert ("团委" in near) == bool(travel.km)


POINTS = st.tuples(st.integers(0, 40), st.integers(0, 40))


@given(
    st.one_of(st.lists(POINTS, min_size=1, max_size=9), st.lists(POINTS, min_size=16, max_size=20))
)
@settings(deadline=None)
def test_a_way_visits_every_place_once_from_the_first_on(points: list[tuple[int, int]]) -> None:
    """The shortest way, and where there are too many places for that a good one."""
    way = shortest_way([[math.dist(a, b) for b in points] for a in points])
    assert sorted(way) == list(range(len(points)))
    assert way[0] == 0
