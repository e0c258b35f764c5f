"""What dispatch can be asked."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Table, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.elements import ColumnElement

from services.dispatch.application.policy import POLICY
from services.dispatch.domain.plan import Plan
from services.dispatch.domain.stop import Stop
from services.dispatch.store.tables import assignment as assignment_table
from services.dispatch.store.tables import campaign, demand_line, item, plan, stop, team, township
from shared.db.paging import page_of
from shared.db.reach import within
from shared.kernel.access import Grant
from shared.kernel.errors import NotFound
from shared.unit_of_work import UnitOfWork

View = dict[str, Any]


async def list_townships(uow: UnitOfWork, *, after: str | None, limit: int) -> tuple[list[View], str | None]:
    return await _list_copies(uow, township, after=after, limit=limit)


async def list_teams(uow: UnitOfWork, *, after: str | None, limit: int) -> tuple[list[View], str | None]:
    return await _list_copies(uow, team, after=after, limit=limit)


async def list_items(uow: UnitOfWork, *, after: str | None, limit: int) -> tuple[list[View], str | None]:
    return await _list_copies(uow, item, after=after, limit=limit)


async def _list_copies(
    uow: UnitOfWork, table: Table, *, after: str | None, limit: int
) -> tuple[list[View], str | None]:
    """Rows of a table of copies, in the order of their codes."""
    uow.permit(POLICY, "read_supply")
    async with uow.reading() as session:
        query = select(table).order_by(table.c.code).limit(limit + 1)
        if after is not None:
            query = query.where(table.c.code > after)
        rows = [dict(row._mapping) for row in await session.execute(query)]
    return rows[:limit], rows[limit - 1]["code"] if len(rows) > limit else None


async def list_demand(
    uow: UnitOfWork, *, campaign_id: str | None, after: str | None, limit: int
) -> tuple[list[View], str | None]:
    grant = uow.permit(POLICY, "read_demand")
    async with uow.reading() as session:
        query = select(demand_line).where(within(grant, township=demand_line.c.township_code))
        query = query.order_by(demand_line.c.line_id).limit(limit + 1)
        if campaign_id is not None:
            query = query.where(demand_line.c.campaign_id == campaign_id)
        if after is not None:
            query = query.where(demand_line.c.line_id > after)
        rows = [dict(row._mapping) for row in await session.execute(query)]
    return rows[:limit], rows[limit - 1]["line_id"] if len(rows) > limit else None


async def list_plans(
    uow: UnitOfWork, *, campaign_id: str | None, after: str | None, limit: int
) -> tuple[list[View], str | None]:
    """Plans without their stops, oldest first; only the corps sees those that are not in force."""
    grant = uow.permit(POLICY, "read_plans")
    async with uow.reading() as session:
        query = select(Plan)
        if not grant.everything:
            query = query.where(plan.c.state == "published")
        if campaign_id is not None:
            query = query.where(plan.c.campaign_id == campaign_id)
        found, next_after = await page_of(session, query, plan.c.id, after=after, limit=limit)
        named = await _names(session, campaign, {entry.campaign_id for entry in found})
    return [_plan_view(grant, entry, [], named) for entry in found], next_after


async def get_plan(uow: UnitOfWork, plan_id: str) -> View:
    """A plan with its stops in the order of travel: for the corps all, for others those that concern them.

    :raises NotFound: there is none, or it is not in force and so nobody's business yet.
    """
    grant = uow.permit(POLICY, "read_plans")
    async with uow.reading() as session:
        found = await session.get(Plan, plan_id)
        if found is None or not (grant.everything or found.state == "published"):
            raise NotFound(Plan.kind, plan_id, states=Plan.STEPS)
        stops = await session.scalars(
            select(Stop)
            .where(stop.c.plan_id == plan_id, _own_stops(grant))
            .order_by(stop.c.on, stop.c.part.desc(), stop.c.position)
        )
        named = await _names(session, campaign, {found.campaign_id})
        return _plan_view(grant, found, await _stop_views(session, grant, stops.all()), named)


async def list_stops(
    uow: UnitOfWork, *, plan_id: str | None, township_code: str | None, state: str | None, after: str | None, limit: int
) -> tuple[list[View], str | None]:
    grant = uow.permit(POLICY, "read_stops")
    async with uow.reading() as session:
        query = select(Stop).where(_own_stops(grant))
        for column, value in ((stop.c.plan_id, plan_id), (stop.c.township_code, township_code), (stop.c.state, state)):
            if value is not None:
                query = query.where(column == value)
        found, next_after = await page_of(session, query, stop.c.id, after=after, limit=limit)
        return await _stop_views(session, grant, found), next_after


async def get_stop(uow: UnitOfWork, stop_id: str) -> View:
    """:raises NotFound: there is none, or it does not concern whoever asks."""
    grant = uow.permit(POLICY, "read_stops")
    async with uow.reading() as session:
        found = await session.get(Stop, stop_id)
        if found is None:
            raise NotFound(Stop.kind, stop_id, states=Stop.STEPS)
        require_stop(grant, found)
        return await view_stop(session, grant, found)


async def view_stop(session: AsyncSession, grant: Grant, found: Stop) -> View:
    return (await _stop_views(session, grant, [found]))[0]


def require_stop(grant: Grant, found: Stop) -> None:
    """:raises NotFound: the stop is neither the actor's township's, nor was its team ever asked for it."""
    grant.require(
        Stop.kind,
        found.id,
        township=found.township_code,
        teams={entry.team_code for entry in found.assignments},
        states=Stop.STEPS,
    )


def _own_stops(grant: Grant) -> ColumnElement[bool]:
    teams = select(assignment_table.c.stop_id).where(within(grant, team=assignment_table.c.team_code))
    return or_(within(grant, township=stop.c.township_code), stop.c.id.in_(teams))


async def list_assignments(
    uow: UnitOfWork, *, team_code: str | None, state: str | None, after: str | None, limit: int
) -> tuple[list[View], str | None]:
    """Assignments with where and when they are."""
    grant = uow.permit(POLICY, "read_assignments")
    own = within(grant, township=stop.c.township_code, team=assignment_table.c.team_code)
    async with uow.reading() as session:
        query = (
            select(assignment_table, stop.c.township_code, stop.c.place, stop.c.on, stop.c.part)
            .join(stop, stop.c.id == assignment_table.c.stop_id)
            .where(own)
            .order_by(assignment_table.c.id)
            .limit(limit + 1)
        )
        for column, value in ((assignment_table.c.team_code, team_code), (assignment_table.c.state, state)):
            if value is not None:
                query = query.where(column == value)
        if after is not None:
            query = query.where(assignment_table.c.id > after)
        rows = [dict(row._mapping) for row in await session.execute(query)]
    return rows[:limit], rows[limit - 1]["id"] if len(rows) > limit else None


def _plan_view(grant: Grant, found: Plan, stops: list[View], named: Mapping[str, tuple[str, str]]) -> View:
    name, name_en = named.get(found.campaign_id, (found.campaign_id, found.campaign_id))
    return {
        "id": found.id,
        "campaign_id": found.campaign_id,
        "campaign_name": name,
        "campaign_name_en": name_en,
        "state": found.state,
        "revision": found.revision,
        "starts_on": found.starts_on,
        "ends_on": found.ends_on,
        "start_township_code": found.start_township_code,
        "distance_km": found.distance_km,
        "stops": stops,
        "unserved": [line for line in found.unserved if grant.covers(township=line["township_code"])],
    }


async def _stop_views(session: AsyncSession, grant: Grant, stops: Iterable[Stop]) -> list[View]:
    """Stops with the names of townships and teams; a code stands for a name that is not known yet."""
    stops = list(stops)
    townships = await _names(session, township, {found.township_code for found in stops})
    teams = await _names(session, team, {entry.team_code for found in stops for entry in found.assignments})
    views = []
    for found in stops:
        name, name_en = townships.get(found.township_code, (found.township_code, found.township_code))
        view = {field: getattr(found, field) for field in _STOP_FIELDS}
        view |= {"township_name": name, "township_name_en": name_en, "point": {"lat": found.lat, "lon": found.lon}}
        view["assignments"] = []
        for entry in found.assignments:
            team_name, team_name_en = teams.get(entry.team_code, (entry.team_code, entry.team_code))
            entry_view = {field: getattr(entry, field) for field in _ASSIGNMENT_FIELDS}
            if not grant.covers(teams=[entry.team_code]):
                # Why a team could not come is between it and the corps.
                entry_view["reason_code"] = entry_view["reason"] = None
            view["assignments"].append(entry_view | {"team_name": team_name, "team_name_en": team_name_en})
        views.append(view)
    return views


async def _names(session: AsyncSession, table: Table, codes: set[str]) -> dict[str, tuple[str, str]]:
    rows = await session.execute(select(table.c.code, table.c.name, table.c.name_en).where(table.c.code.in_(codes)))
    return {row.code: (row.name, row.name_en) for row in rows}


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
    "volunteers",
    "state",
    "reason_code",
    "reason",
    "served",
    "leaflets",
    "follow_ups",
    "told_at",
    "told_problem",
)
