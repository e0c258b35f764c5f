"""Reads of stops and assignments for people: with names, and what concerns whoever asks."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from sqlalchemy import and_, exists, false, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.elements import ColumnElement

from services.dispatch.demand.queries import lines_by_id
from services.dispatch.directory.queries import names_of_teams, names_of_townships
from services.dispatch.policy import POLICY
from services.dispatch.stops.domain.confirmation import party_of
from services.dispatch.stops.domain.reporting import is_certain, report_until
from services.dispatch.stops.domain.stop import Stop
from services.dispatch.stops.tables import IN_TIME, assignment, stop
from shared.db.paging import page_of
from shared.db.reach import within
from shared.kernel.access import Grant
from shared.kernel.errors import NotFound
from shared.unit_of_work import UnitOfWork

View = dict[str, Any]


async def list_stops(
    uow: UnitOfWork,
    *,
    plan_id: str | None,
    township_code: str | None,
    state: str | None,
    confirmation: str | None,
    after: str | None,
    limit: int,
) -> tuple[list[View], str | None]:
    """``confirmation``: of the stops that are announced and have not begun, those where it stands so."""
    grant = uow.permit(POLICY, "read_stops")
    async with uow.reading() as session:
        query = select(Stop).where(_own_stops(grant))
        for column, value in (
            (stop.c.plan_id, plan_id),
            (stop.c.township_code, township_code),
            (stop.c.state, state),
        ):
            if value is not None:
                query = query.where(column == value)
        if confirmation is not None:
            query = query.where(stop.c.state == "planned", _stands(confirmation))
        found, next_after = await page_of(session, query, stop.c.id, after=after, limit=limit)
        return await _stop_views(session, grant, found, uow.today()), next_after


def _stands(confirmation: str) -> ColumnElement[bool]:
    """:attr:`Stop.confirmation` as a condition; a state that there is not holds for none."""
    offered = exists().where(assignment.c.stop_id == stop.c.id, assignment.c.state == "offered")
    asks = stop.c.other_days.is_not(None)
    agrees = and_(stop.c.township_answer == "confirmed", ~offered)
    return {
        "another_day": asks,
        "confirmed": and_(~asks, agrees),
        "waiting": and_(~asks, or_(stop.c.township_answer.is_(None), offered)),
    }.get(confirmation, false())


async def get_stop(uow: UnitOfWork, stop_id: str) -> View:
    """:raises NotFound: there is none, or it does not concern whoever asks."""
    grant = uow.permit(POLICY, "read_stops")
    async with uow.reading() as session:
        found = await session.get(Stop, stop_id)
        if found is None:
            raise NotFound(Stop.kind, stop_id, states=Stop.STEPS)
        require_stop(grant, found)
        return await view_stop(session, grant, found, uow.today())


async def view_stops_of_plan(
    session: AsyncSession, grant: Grant, plan_id: str, today: date
) -> list[View]:
    """The plan's stops in the order of travel: for the corps all, for others those that concern them."""
    query = select(Stop).where(stop.c.plan_id == plan_id, _own_stops(grant))
    stops = await session.scalars(query.order_by(stop.c.on, stop.c.part.desc(), stop.c.position))
    return await _stop_views(session, grant, stops.all(), today)


async def view_stop(session: AsyncSession, grant: Grant, found: Stop, today: date) -> View:
    return (await _stop_views(session, grant, [found], today))[0]


def require_stop(grant: Grant, found: Stop) -> None:
    """:raises NotFound: the stop is neither the actor's township's, nor was its team ever asked for it."""
    if any(grant.covers(township=entry.township_code) for entry in found.assignments):
        return
    grant.require(
        Stop.kind,
        found.id,
        township=found.township_code,
        teams={entry.team_code for entry in found.assignments},
        states=Stop.STEPS,
    )


def _own_stops(grant: Grant) -> ColumnElement[bool]:
    booths = select(assignment.c.stop_id).where(
        within(grant, township=assignment.c.township_code, team=assignment.c.team_code)
    )
    return or_(within(grant, township=stop.c.township_code), stop.c.id.in_(booths))


async def list_assignments(
    uow: UnitOfWork, *, team_code: str | None, state: str | None, after: str | None, limit: int
) -> tuple[list[View], str | None]:
    """Assignments with where and when they are."""
    grant = uow.permit(POLICY, "read_assignments")
    township = func.coalesce(assignment.c.township_code, stop.c.township_code)
    own = within(grant, township=township, team=assignment.c.team_code)
    columns = [column for column in assignment.c if column.name != "township_code"]
    async with uow.reading() as session:
        query = (
            select(*columns, township.label("township_code"), stop.c.place, stop.c.on, stop.c.part)
            .join(stop, stop.c.id == assignment.c.stop_id)
            .where(own)
            .order_by(assignment.c.id)
            .limit(limit + 1)
        )
        for column, value in ((assignment.c.team_code, team_code), (assignment.c.state, state)):
            if value is not None:
                query = query.where(column == value)
        if after is not None:
            query = query.where(assignment.c.id > after)
        rows = [dict(row._mapping) for row in await session.execute(query)]
    return rows[:limit], rows[limit - 1]["id"] if len(rows) > limit else None


async def announced_stops(
    session: AsyncSession, grant: Grant, township_code: str, today: date, *, limit: int
) -> list[View]:
    """A township's next stops that were announced and are not over, in the order of time."""
    query = (
        select(Stop)
        .where(
            stop.c.township_code == township_code,
            or_(stop.c.state == "under_way", and_(stop.c.state == "planned", stop.c.on >= today)),
        )
        .order_by(*IN_TIME, stop.c.id)
        .limit(limit)
    )
    return await _stop_views(session, grant, (await session.scalars(query)).all(), today)


async def last_completed_stop(
    session: AsyncSession, grant: Grant, township_code: str, today: date
) -> View | None:
    """The stop of a township that was completed last; None when none was."""
    query = (
        select(Stop)
        .where(stop.c.township_code == township_code, stop.c.state == "completed")
        .order_by(stop.c.on.desc(), stop.c.part, stop.c.id)
        .limit(1)
    )
    views = await _stop_views(session, grant, (await session.scalars(query)).all(), today)
    return views[0] if views else None


async def _stop_views(
    session: AsyncSession, grant: Grant, stops: Iterable[Stop], today: date
) -> list[View]:
    """Stops with the names of townships and teams. A code stands in for a name that is not known yet."""
    stops = list(stops)
    townships = await names_of_townships(session, {found.township_code for found in stops})
    teams = await names_of_teams(
        session, {entry.team_code for found in stops for entry in found.assignments}
    )
    lines = await lines_by_id(
        session, (entry.line_id for found in stops for entry in found.assignments)
    )
    views = []
    for found in stops:
        name, name_en = townships.get(
            found.township_code, (found.township_code, found.township_code)
        )
        view = {field: getattr(found, field) for field in _STOP_FIELDS}
        view |= {
            "township_name": name,
            "township_name_en": name_en,
            "point": {"lat": found.lat, "lon": found.lon},
            "days_ahead": (found.on - today).days,
            "report_until": report_until(found.on),
            "is_report_late": today > report_until(found.on),
            "is_term_certain": is_certain(found.on),
            "confirmation": _confirmation(grant, found, teams, today),
        }
        view["assignments"] = []
        for entry in found.assignments:
            team_name, team_name_en = teams.get(entry.team_code, (entry.team_code, entry.team_code))
            entry_view = {field: getattr(entry, field) for field in _ASSIGNMENT_FIELDS}
            if not grant.covers(teams=[entry.team_code]):
                # Only the team and the corps may read why a team could not come.
                entry_view["reason_code"] = entry_view["reason"] = None
            line = lines.get(entry.line_id)
            view["assignments"].append(
                entry_view
                | {
                    "team_name": team_name,
                    "team_name_en": team_name_en,
                    "doubts": entry.doubts or [],
                    "expected_attendance": line.expected_attendance if line else None,
                }
            )
        views.append(view)
    return views


def _confirmation(
    grant: Grant, found: Stop, teams: Mapping[str, tuple[str, str]], today: date
) -> View:
    """What each party says. Only the party itself and the corps may read the words of who asks for another day."""
    parties = [
        _party(
            found,
            None,
            answer_by=found.confirm_by,
            is_silent=found.township_answer is None,
            today=today,
            may_read=grant.covers(township=found.township_code),
        )
        | {"team_name": None, "team_name_en": None, "answered_on": found.answered_on}
    ]
    for code in sorted(found.teams):
        own = [entry for entry in found.live if entry.team_code == code]
        days = [entry.answer_by for entry in own if entry.answer_by is not None]
        name, name_en = teams.get(code, (code, code))
        parties.append(
            _party(
                found,
                code,
                answer_by=min(days, default=None),
                is_silent=any(entry.state == "offered" for entry in own),
                today=today,
                may_read=grant.covers(teams=[code]),
            )
            | {"team_name": name, "team_name_en": name_en, "answered_on": None}
        )
    return {"state": found.confirmation, "parties": parties, "day_kept": found.day_kept}


def _party(
    found: Stop,
    team_code: str | None,
    *,
    answer_by: date | None,
    is_silent: bool,
    today: date,
    may_read: bool,
) -> View:
    wish = (found.other_days or {}).get(party_of(team_code))
    state = "another_day" if wish else "waiting" if is_silent else "confirmed"
    return {
        "team_code": team_code,
        "state": state,
        "answer_by": answer_by,
        "is_late": state == "waiting" and answer_by is not None and today > answer_by,
        "other_day": wish and wish | ({} if may_read else {"reason": None}),
    }


_STOP_FIELDS = (
    "id",
    "plan_id",
    "position",
    "township_code",
    "place",
    "on",
    "part",
    "state",
    "reason_code",
    "reason",
    "postponed_from",
    "off_day_reason",
)


_ASSIGNMENT_FIELDS = (
    "id",
    "order_id",
    "line_id",
    "item_code",
    "item_name",
    "item_name_en",
    "team_code",
    "township_code",
    "volunteers",
    "state",
    "reason_code",
    "reason",
    "served",
    "leaflets",
    "follow_ups",
    "arrived",
    "longest_queue",
    "mean_wait_minutes",
    "queue_state",
    "figures_state",
    "told_at",
    "told_problem",
)
