"""Makes a planning problem of the demand and supply in the store."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Protocol

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession

from services.dispatch.availability.queries import (
    Volunteer,
    days_off,
    half_days,
    volunteers_by_team,
)
from services.dispatch.demand.queries import Lines, volunteers_for
from services.dispatch.directory.queries import (
    active_teams,
    campaign_of,
    demands_of_items,
    items_by_team,
    points_of_townships,
    weekly_capacities,
)
from services.dispatch.planning.problem.problem import (
    MOST_MONTHS,
    PARTS,
    Capacity,
    Line,
    PlanningProblem,
    Site,
    Slot,
    Team,
    Theme,
    Travel,
    Weights,
    working_days,
)
from services.dispatch.plans.domain.candidate import ProblemDates
from services.dispatch.plans.domain.theme import CampaignTheme
from services.dispatch.stops.queries.lookups import bookings, days_booked, served_last
from shared.kernel.errors import InvalidInput

SERVICE_WEIGHTS = Weights(later_part=1, overload=20, first_served=500, theme=150)
"""Mornings come first. A visit beyond a team's fair share costs as much as two visits. No township is left out for half
a line. A day of its theme is worth more to a line than its preferred day, and less than a stop, so no stop is opened
for a theme alone. To be served is worth more than four times as much, even to a line that needs a stop of its own.

What a month without an item is worth is a setting. By default a year is worth as much as four days off the preferred
one: of two lines that compete for a place, the one that waits longer has it, and no stop is opened for that alone."""

COVERAGE_WEIGHT = "weight of coverage"
"""In a session's ``info``: what a month without an item is worth."""


def weights_of(session: AsyncSession) -> Weights:
    """The weights of this service, with what its settings say."""
    return replace(SERVICE_WEIGHTS, coverage=session.info[COVERAGE_WEIGHT])


class PlanningScope(Protocol):
    """What to plan: a campaign's demand, and on which days. Plans and planning runs have these fields."""

    campaign_id: str
    starts_on: date
    ends_on: date
    start_township_code: str
    weekends: bool


async def problem_of(
    session: AsyncSession, scope: PlanningScope, lines: Lines, movable: Collection[str]
) -> PlanningProblem:
    """The problem in half-days from the scope's first day on. Teams are free where they are not booked, or are booked
    for one of the ``movable`` stops.

    :raises InvalidInput: the days hold no working day, or the township is not known.
    """
    days = (scope.ends_on - scope.starts_on).days + 1
    working = {
        (day - scope.starts_on).days
        for day in working_days(scope.starts_on, scope.ends_on, weekends=scope.weekends)
    }
    if not working:
        raise InvalidInput(
            "no_working_day", field="ends_on", first=scope.starts_on, last=scope.ends_on
        )
    places = await points_of_townships(session)
    if scope.start_township_code not in places:
        raise InvalidInput(
            "unknown_township", field="start_township_code", township=scope.start_township_code
        )
    sites = {
        site_id(row): Site(site_id(row), row.township_code, places[row.township_code])
        for row in lines.values()
        if row.township_code in places
    }
    last = await served_last(session, {row.township_code for row in lines.values()})
    needs = await _qualifications(session, lines)
    return PlanningProblem(
        sites=tuple(sites[key] for key in sorted(sites)),
        teams=await _teams(session, scope, days, movable, set(needs.values())),
        lines=tuple(_line(row, scope, days, last, needs) for row in lines.values()),
        days=days,
        parts=len(PARTS),
        travel=Travel(on="sphere"),
        weights=weights_of(session),
        closed=frozenset(range(days)) - working,
        start_township=scope.start_township_code,
        first_on=scope.starts_on,
        themes=await _themes(session, scope, days),
    )


async def _themes(session: AsyncSession, scope: PlanningScope, days: int) -> tuple[Theme, ...]:
    found = await campaign_of(session, scope.campaign_id)
    said = found.themes if found is not None else []
    return tuple(CampaignTheme.stored(theme).counted(scope.starts_on, days) for theme in said)


@dataclass(frozen=True, slots=True)
class Needed:
    """A qualification as items name it, and what is compared of that."""

    name: str
    compared: str


async def _qualifications(session: AsyncSession, lines: Lines) -> dict[str, Needed]:
    """What is asked of everybody at the booths of these lines' items, by item; items that ask for nothing are left
    out."""
    demands = await demands_of_items(session, {row.item_code for row in lines.values()})
    return {
        code: Needed(name, compared)
        for code, (name, compared, *_) in demands.items()
        if name is not None and compared is not None
    }


async def _strengths(
    session: AsyncSession,
    scope: PlanningScope,
    days: int,
    teams: Mapping[str, int],
    needed: Collection[Needed],
) -> dict[str, tuple[dict[int, int], dict[str, int]]]:
    """For ``teams`` (by code, with how many they say they can send at once): how many can come on each day, and how
    many hold each of the ``needed`` qualifications to the scope's end. A team whose list has fewer volunteers than it
    says it can send has not entered all of them: it is counted by its word."""
    lists = {
        code: people
        for code, people in (await volunteers_by_team(session, teams)).items()
        if len(people) >= teams[code]
    }
    numbers = {person.no for people in lists.values() for person in people}
    away: dict[int, set[str]] = {}
    for row in await days_off(session, "volunteer", None, scope.starts_on, scope.ends_on):
        for day in range(
            max(0, (row.first_on - scope.starts_on).days),
            min(days - 1, (row.last_on - scope.starts_on).days) + 1,
        ):
            if row.code in numbers:
                away.setdefault(day, set()).add(row.code)
    strengths: dict[str, tuple[dict[int, int], dict[str, int]]] = {}
    for code, most in teams.items():
        people = lists.get(code)
        if people is None:
            strengths[code] = ({}, {each.name: most for each in needed})
            continue
        present = {
            day: min(most, sum(person.no not in gone for person in people))
            for day, gone in away.items()
        }
        strengths[code] = (
            {day: count for day, count in present.items() if count < most},
            {each.name: sum(_holds(person, each, scope) for person in people) for each in needed},
        )
    return strengths


def _holds(person: Volunteer, needed: Needed, scope: PlanningScope) -> bool:
    if needed.compared not in person.held:
        return False
    until = person.held[needed.compared]
    return until is None or until >= scope.ends_on


async def _teams(
    session: AsyncSession,
    scope: PlanningScope,
    days: int,
    movable: Collection[str],
    needed: Collection[Needed],
) -> tuple[Team, ...]:
    """The active teams, with the half-days on which they are free, and how many of their volunteers may come."""
    offers = await items_by_team(session)
    busy: dict[str, set[Slot]] = {}
    for row in await bookings(session, scope.starts_on, scope.ends_on):
        if row.stop_id not in movable:
            busy.setdefault(row.team_code, set()).add(
                ProblemDates(scope.starts_on).slot(row.on, row.part)
            )
    off = await days_off(session, "team", None, scope.starts_on, scope.ends_on)
    for code, on, part in half_days(
        off, (scope.starts_on + timedelta(days=day) for day in range(days))
    ):
        busy.setdefault(code, set()).add(ProblemDates(scope.starts_on).slot(on, part))
    slots = frozenset(Slot(day, part) for day in range(days) for part in range(len(PARTS)))
    active = await active_teams(session)
    strengths = await _strengths(
        session, scope, days, {row.code: row.members for row in active}, needed
    )
    return tuple(
        Team(
            id=row.code,
            items=frozenset(offers.get(row.code, ())),
            members=row.members,
            area=frozenset(row.area),
            free=slots - busy.get(row.code, set()),
            max_stops_per_day=len(PARTS),
            members_on=strengths[row.code][0],
            qualified=strengths[row.code][1],
        )
        for row in active
    )


async def capacities(
    session: AsyncSession, scope: PlanningScope, problem: PlanningProblem, movable: Collection[str]
) -> tuple[Capacity, ...]:
    """How often limited items may be served in each week of the scope, Monday to Sunday: what their weekly capacity
    leaves beside booths at other stops than the ``movable`` ones. What is published stays, even beyond it."""
    weekly = await weekly_capacities(session, {line.item for line in problem.lines})
    if not weekly:
        return ()
    monday = scope.starts_on - timedelta(days=scope.starts_on.weekday())
    weeks: dict[int, set[int]] = {}
    for day in range(problem.days):
        weeks.setdefault((scope.starts_on + timedelta(days=day) - monday).days // 7, set()).add(day)
    taken: Counter[tuple[str, int]] = Counter()
    for row in await days_booked(session, weekly, monday, monday + timedelta(days=7 * len(weeks))):
        if row.stop_id not in movable:
            taken[row.item_code, (row.on - monday).days // 7] += 1
    item = {line.id: line.item for line in problem.lines}
    week_of = {day: week for week, days in weeks.items() for day in days}
    published = Counter((item[booth.line], week_of[booth.slot.day]) for booth in problem.published)
    return tuple(
        Capacity(code, frozenset(days), max(most - taken[code, week], published[code, week]))
        for code, most in sorted(weekly.items())
        for week, days in weeks.items()
    )


def site_id(row: Any) -> str:
    """Where a line or a stop is: one place in one township."""
    return f"{row.township_code}/{row.place}"


def _line(
    row: Row[Any],
    scope: PlanningScope,
    days: int,
    last: Mapping[tuple[str, str], date],
    needs: Mapping[str, Needed],
) -> Line:
    return Line(
        id=row.line_id,
        site=site_id(row),
        item=row.item_code,
        volunteers=volunteers_for(row),
        first_day=max(0, (row.earliest_on - scope.starts_on).days) if row.earliest_on else 0,
        last_day=days - 1,
        qualification=needs[row.item_code].name if row.item_code in needs else None,
        priority=row.priority,
        preferred_days=tuple(_days(row.wished_on, scope)),
        ruled_out_days=frozenset(_days(row.ruled_out_on, scope)),
        months_unserved=months_unserved(
            last.get((row.township_code, row.item_code)), scope.starts_on
        ),
    )


def months_unserved(last: date | None, on: date) -> int:
    """The whole months from the day ``last`` to ``on``, a year at most; a year where there is no such day."""
    if last is None:
        return MOST_MONTHS
    months = 12 * (on.year - last.year) + on.month - last.month - (on.day < last.day)
    return min(MOST_MONTHS, max(0, months))


def _days(dates: list[str], scope: PlanningScope) -> list[int]:
    """The scope's days among these dates, counted from its first."""
    wanted = sorted((date.fromisoformat(day) - scope.starts_on).days for day in dates)
    return [day for day in wanted if 0 <= day <= (scope.ends_on - scope.starts_on).days]
