"""Reads what is to be planned: open demand, and published stops that may still move."""

import asyncio
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from services.dispatch.demand.queries import Lines, lines_of_campaign
from services.dispatch.directory.queries import campaign_of
from services.dispatch.planning.problem.check import Violation, broken_by
from services.dispatch.planning.problem.pacing import paced
from services.dispatch.planning.problem.problem import Ban, Booth, Fixed, Line, PlanningProblem
from services.dispatch.plans.domain.candidate import ProblemDates
from services.dispatch.plans.domain.plan import Plan
from services.dispatch.plans.domain.rule import PlanningRule
from services.dispatch.plans.queries.planning_problem import (
    PlanningScope,
    capacities,
    problem_of,
    site_id,
)
from services.dispatch.plans.queries.plans import published_plan
from services.dispatch.plans.queries.rules import rules_of
from services.dispatch.stops.domain.stop import Assignment, Stop
from services.dispatch.stops.domain.stop_matching import PublishedStop
from services.dispatch.stops.queries.lookups import declined, planned_stops
from shared.kernel.errors import Conflict

PRICE_OF_CHANGE = 300
"""The price of changing a published booth, in units of the objective."""

FROZEN_DAYS = 3
"""Stops within so many days from today stay as they are published."""


@dataclass(frozen=True)
class PlanningInput:
    """``stops`` are the published ones of ``plan`` (None: nothing is published yet) that the problem is about: their
    booths are its ``published``."""

    scope: PlanningScope
    problem: PlanningProblem
    lines: Lines
    plan: Plan | None
    stops: tuple[Stop, ...]

    @property
    def dates(self) -> ProblemDates:
        return ProblemDates(self.scope.starts_on)

    def held(self) -> list[PublishedStop]:
        """``stops`` in the terms of the problem, to match a new circuit with."""
        dates = self.dates
        return [
            PublishedStop(
                found.id,
                site_id(found),
                dates.slot(found.on, found.part),
                frozenset(booths_at(found, dates)),
            )
            for found in self.stops
        ]

    def amended(self) -> dict[str, int]:
        """The lines that were amended since a plan took them into account: by id, with the amendment's number."""
        return {line: row.amended for line, row in self.lines.items() if row.amended is not None}

    def township_of(self) -> dict[str, str]:
        return {line: row.township_code for line, row in self.lines.items()}

    def broken(self, booths: Iterable[Booth]) -> list[Violation]:
        """The rules that these booths break; a line that is not among them counts as unserved."""
        return broken_by(self.problem, booths)


async def open_planning_input(session: AsyncSession, scope: PlanningScope) -> PlanningInput:
    """The open demand alone: what is published stays untouched.

    :raises Conflict: the campaign is not known yet, or has no open demand.
    :raises InvalidInput: the days hold no working day, or the township is not known.
    """
    return await _inputs_of(session, scope, _Published(None, ()), frozen_until=None)


async def planning_input(
    session: AsyncSession, scope: PlanningScope, today: date, *, lock: bool = False
) -> PlanningInput:
    """The open demand, and what the campaign's plan has published in these days. ``lock``: plan and stops stay as they
    are until the transaction ends.

    :raises Conflict: there is neither. :raises InvalidInput: as :func:`open_planning_input`.
    """
    published = await _published(session, scope, lock=lock)
    frozen_until = today + timedelta(days=FROZEN_DAYS)
    return await _inputs_of(session, scope, published, frozen_until=frozen_until)


@dataclass(frozen=True)
class _Published:
    plan: Plan | None
    stops: tuple[Stop, ...]

    def booths(self, dates: ProblemDates) -> Iterator[tuple[Booth, Stop, Assignment]]:
        for found in self.stops:
            for booth, entry in zip(booths_at(found, dates), found.live, strict=True):
                yield booth, found, entry

    def frozen(self, dates: ProblemDates, until: date | None) -> Iterator[Fixed]:
        for booth, found, entry in self.booths(dates):
            if entry.state == "accepted":
                yield Fixed(booth, "confirmed")
            elif until is not None and found.on <= until:
                yield Fixed(booth, "published")


def booths_at(found: Stop, dates: ProblemDates) -> list[Booth]:
    """Where a team is expected, in the order of ``found.live``."""
    slot = dates.slot(found.on, found.part)
    return [Booth(entry.line_id, entry.team_code, slot, entry.volunteers) for entry in found.live]


async def _published(session: AsyncSession, scope: PlanningScope, *, lock: bool) -> _Published:
    found = await published_plan(session, scope.campaign_id, lock=lock)
    if found is None:
        return _Published(None, ())
    return _Published(
        found, await planned_stops(session, found.id, scope.starts_on, scope.ends_on, lock=lock)
    )


async def _inputs_of(
    session: AsyncSession, scope: PlanningScope, published: _Published, *, frozen_until: date | None
) -> PlanningInput:
    dates = ProblemDates(scope.starts_on)
    now_placed = {booth.line: booth for booth, _, _ in published.booths(dates)}
    lines = await _lines(session, scope.campaign_id, now_placed)
    rules = await rules_of(session, scope.campaign_id)
    movable = {found.id for found in published.stops}
    problem = await problem_of(session, scope, lines, movable)
    problem = replace(problem, published=tuple(now_placed.values()))
    limits = await capacities(session, scope, problem, movable)
    problem = replace(problem, capacities=limits, lines=_announced(problem.lines, now_placed))
    if now_placed:
        problem = replace(problem, weights=replace(problem.weights, change=PRICE_OF_CHANGE))
    said_no = (Ban(line, team) for line, team in await declined(session, lines))
    problem = replace(problem, forbidden=(*_bans(rules, problem, dates), *said_no))
    pins = _pins(problem, rules, dates)
    frozen = tuple(
        fixed
        for fixed in published.frozen(dates, frozen_until)
        if lines[fixed.booth.line].amended is None  # its township asked for something else
    )
    whole = await asyncio.to_thread(lambda: paced(_fixed(problem, pins, frozen)))
    return PlanningInput(scope, whole, lines, published.plan, published.stops)


def _announced(lines: tuple[Line, ...], placed: Mapping[str, Booth]) -> tuple[Line, ...]:
    """The lines; one that is announced for an earlier day than its notice allows may keep that day."""
    return tuple(
        replace(line, first_day=min(line.first_day, placed[line.id].slot.day))
        if line.id in placed
        else line
        for line in lines
    )


async def _lines(session: AsyncSession, campaign_id: str, placed: Collection[str]) -> Lines:
    found = await campaign_of(session, campaign_id)
    if found is None:
        raise Conflict("unknown_campaign", field="campaign_id", campaign=campaign_id)
    rows = await lines_of_campaign(
        session, campaign_id, ("open", "planned") if placed else ("open",)
    )
    lines = {
        line_id: row for line_id, row in rows.items() if row.state == "open" or line_id in placed
    }
    if not lines:
        raise Conflict("no_open_demand", field="campaign_id", campaign=found.name)
    return lines


def _bans(
    rules: Iterable[PlanningRule], problem: PlanningProblem, dates: ProblemDates
) -> Iterator[Ban]:
    """What pins and bans rule out for lines that are planned now. A ban may apply to all lines."""
    teams, lines = [team.id for team in problem.teams], {None, *(line.id for line in problem.lines)}
    mine = (rule for rule in rules if rule.line_id in lines)
    return (ban for rule in mine for ban in rule.forbidden(dates, problem.days, teams))


def _pins(
    problem: PlanningProblem, rules: Iterable[PlanningRule], dates: ProblemDates
) -> dict[str, Fixed]:
    """The pins by line. Pins outside of these days, or of lines that are not planned now, are left out."""
    lines = {line.id: line for line in problem.lines}
    booths = (
        booth
        for rule in rules
        if rule.line_id in lines and (booth := rule.pinned(dates, lines[rule.line_id])) is not None
    )
    return {
        booth.line: Fixed(booth, "pinned") for booth in booths if 0 <= booth.slot.day < problem.days
    }


def _fixed(
    problem: PlanningProblem, pins: Mapping[str, Fixed], frozen: Iterable[Fixed]
) -> PlanningProblem:
    """Fixes all pins, and those frozen booths that still keep the rules. The others have to be repaired."""
    left = {fixed.booth: fixed for fixed in frozen if fixed.booth.line not in pins}
    pinned = [pin.booth for pin in pins.values()]
    while left:
        broken = broken_by(problem, (*pinned, *left))
        lost = {booth for booth in left if any(_concerns(violation, booth) for violation in broken)}
        if not lost:
            break
        left = {booth: fixed for booth, fixed in left.items() if booth not in lost}
    return replace(problem, fixed=(*pins.values(), *left.values()))


def _concerns(violation: Violation, booth: Booth) -> bool:
    facts = violation.facts
    if "line" in facts:
        return booth.line in (facts["line"], facts.get("other"))
    return (
        facts.get("team", booth.team) == booth.team
        and facts.get("day", booth.slot.day) == booth.slot.day
    )
