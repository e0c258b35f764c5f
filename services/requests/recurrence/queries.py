"""Reads recurring orders: a list, one, the orders that were made for it, and what waits for somebody."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.requests.menu.queries import names_of_items, names_of_townships
from services.requests.orders.domain.order import Order
from services.requests.orders.queries.orders import orders_by_id
from services.requests.policy import POLICY
from services.requests.recurrence.domain.days import AT_A_GLANCE, DueDay
from services.requests.recurrence.domain.series import (
    Occurrence,
    OccurrenceState,
    Series,
    SeriesState,
)
from services.requests.recurrence.tables import occurrence, series
from shared.db.paging import Listed, SortedBy, contains, counted_page_of, page_of
from shared.db.reach import within
from shared.kernel.access import Grant
from shared.kernel.errors import NotFound
from shared.tasks.kinds import SharedKind, SharedKinds
from shared.tasks.queries import Choice
from shared.tasks.task import MOST_OF_A_KIND, Task
from shared.unit_of_work import UnitOfWork

SHOWN = 50
"""So many of the latest orders of a recurring order are shown with it."""


class MadeDays(NamedTuple):
    """Days of the rule that were seen to; and those that are blocked, each with the id of its occurrence."""

    done: frozenset[date]
    blocked: dict[date, str]


@dataclass(frozen=True, slots=True)
class SeenItem:
    """An item with its names as the latest menu has them."""

    item_code: str
    name: str
    name_en: str
    expected_attendance: int
    remark: str | None


@dataclass(frozen=True, slots=True)
class SeenOccurrence:
    """One time that it was due, with the order that was made for it as it is now."""

    id: str
    on: date
    day: date
    state: OccurrenceState
    fault: str | None
    item_code: str | None
    doubts: Sequence[str]
    is_by_hand: bool
    order_id: str | None
    order_number: str | None
    order_state: str | None
    scheduled_on: date | None


@dataclass(frozen=True, slots=True)
class SeenSeries:
    """A recurring order with the names of its items, the next days that no order was made for yet, the latest orders,
    and the one that takes over from it."""

    series: Series
    items: Sequence[SeenItem]
    next_days: Sequence[DueDay]
    occurrences: Sequence[SeenOccurrence]
    followed_by: str | None


async def list_series(
    uow: UnitOfWork,
    *,
    q: str | None,
    state: SeriesState | None,
    township_code: str | None,
    after: str | None,
    limit: int,
) -> Listed[SeenSeries]:
    """Returns a page of those that the asker may read, the newest first, without their days."""
    grant = uow.permit(POLICY, "read_series")
    query = select(Series).where(within(grant, township=series.c.township_code))
    if q is not None:
        query = query.where(contains(q, series.c.place))
    if state is not None:
        query = query.where(series.c.state == state)
    if township_code is not None:
        query = query.where(series.c.township_code == township_code)
    async with uow.reading() as session:
        newest = SortedBy(series.c.number, descending=True)
        found = await counted_page_of(
            session, query, series.c.id, after=after, limit=limit, by=newest
        )
        names = await _names(session, found.items)
        seen = [SeenSeries(each, _named(each, names), (), (), None) for each in found.items]
        return Listed(seen, found.next_after, found.total)


async def get_series(uow: UnitOfWork, series_id: str) -> SeenSeries:
    """:raises NotFound: there is none with this id, or it is another township's."""
    grant = uow.permit(POLICY, "read_series")
    async with uow.reading() as session:
        return await series_as_seen(session, await _own(session, grant, series_id), uow.today())


async def list_occurrences(
    uow: UnitOfWork, series_id: str, *, after: str | None, limit: int
) -> tuple[list[SeenOccurrence], str | None]:
    """Returns a page of what it was due for, the oldest first. :raises NotFound: as :func:`get_series`."""
    grant = uow.permit(POLICY, "read_series")
    async with uow.reading() as session:
        await _own(session, grant, series_id)
        query = select(Occurrence).where(occurrence.c.series_id == series_id)
        found, next_after = await page_of(session, query, occurrence.c.id, after=after, limit=limit)
        return await _with_orders(session, found), next_after


async def series_as_seen(session: AsyncSession, found: Series, today: date) -> SeenSeries:
    """Returns one with all that its page shows."""
    latest = (
        select(Occurrence)
        .where(occurrence.c.series_id == found.id)
        .order_by(occurrence.c.on.desc())
        .limit(SHOWN)
    )
    made = list(await session.scalars(latest))
    known = {each.on for each in made}
    ahead: list[DueDay] = []
    if found.state in ("proposed", "active", "paused"):
        days = found.next_days(_before(max(today, found.starts_on)), most=SHOWN + AT_A_GLANCE)
        ahead = [due for due in days if due.on not in known][:AT_A_GLANCE]
    follower = await session.scalar(
        select(series.c.id)
        .where(series.c.follows == found.id, series.c.state != "ended")
        .order_by(series.c.number.desc())
        .limit(1)
    )
    names = await _names(session, [found])
    return SeenSeries(
        found, _named(found, names), ahead, await _with_orders(session, made), follower
    )


async def series_to_see_to(session: AsyncSession, horizon: date) -> list[str]:
    """Returns the ids of those of which something is due until ``horizon``, or is blocked."""
    blocked = select(occurrence.c.series_id).where(occurrence.c.state == "blocked")
    query = select(series.c.id).where(
        series.c.state == "active", or_(series.c.due_on <= horizon, series.c.id.in_(blocked))
    )
    return list(await session.scalars(query.order_by(series.c.id)))


async def over_ids(session: AsyncSession, today: date) -> list[str]:
    """Returns the ids of those that have no day left, and whose last order's day has passed."""
    blocked = select(occurrence.c.series_id).where(occurrence.c.state == "blocked")
    query = select(series.c.id).where(
        series.c.state == "active",
        series.c.due_on.is_(None),
        or_(series.c.ordered_to.is_(None), series.c.ordered_to < today),
        series.c.id.not_in(blocked),
    )
    return list(await session.scalars(query.order_by(series.c.id)))


async def made_days(session: AsyncSession, series_id: str, first: date) -> MadeDays:
    """Returns what was seen to of the rule's days from ``first`` on."""
    query = select(occurrence.c.on, occurrence.c.id, occurrence.c.state).where(
        occurrence.c.series_id == series_id, occurrence.c.on >= first
    )
    rows = (await session.execute(query)).all()
    blocked = {row.on: row.id for row in rows if row.state == "blocked"}
    return MadeDays(frozenset(row.on for row in rows if row.on not in blocked), blocked)


async def made_from(session: AsyncSession, series_id: str, from_on: date) -> dict[str, date]:
    """Returns the days, from ``from_on`` on, for which orders were made, by the ids of the orders."""
    query = select(occurrence.c.order_id, occurrence.c.day).where(
        occurrence.c.series_id == series_id,
        occurrence.c.day >= from_on,
        occurrence.c.order_id.is_not(None),
    )
    return {row.order_id: row.day for row in await session.execute(query)}


async def blocked_ids(session: AsyncSession, series_id: str) -> list[str]:
    query = select(occurrence.c.id).where(
        occurrence.c.series_id == series_id, occurrence.c.state == "blocked"
    )
    return list(await session.scalars(query.order_by(occurrence.c.id)))


async def occurrence_of(session: AsyncSession, series_id: str, on: date) -> Occurrence | None:
    return await session.get(Occurrence, Occurrence.id_of(series_id, on))


async def ordered_regularly(session: AsyncSession) -> set[tuple[str, str]]:
    """Returns the townships and items of which a recurring order is under way, paused, or waits for the corps."""
    query = select(series.c.township_code, series.c["items"]).where(
        series.c.state.in_(("proposed", "active", "paused"))
    )
    return {(row[0], item["item_code"]) for row in await session.execute(query) for item in row[1]}


async def last_number(session: AsyncSession) -> int:
    return int(await session.scalar(select(func.max(series.c.number))) or 0)


async def pending_successor(session: AsyncSession, series_id: str) -> int | None:
    """Returns the number of the one that is to take over from it once the corps accepts that."""
    query = select(series.c.number).where(
        series.c.follows == series_id, series.c.state.in_(("proposed", "returned"))
    )
    return await session.scalar(query.limit(1))


async def _proposed(session: AsyncSession, _today: date, ids: Collection[str]) -> set[str]:
    query = select(series.c.id).where(series.c.id.in_(ids), series.c.state == "proposed")
    return set(await session.scalars(query))


async def _blocked(session: AsyncSession, today: date, ids: Collection[str]) -> set[str]:
    query = select(occurrence.c.series_id).where(
        occurrence.c.series_id.in_(ids), *_is_blocked(today)
    )
    return set(await session.scalars(query))


SHARED_KINDS: SharedKinds = {
    "series_to_accept": SharedKind(Series.kind, _proposed),
    "occurrence_blocked": SharedKind(Series.kind, _blocked),
}


async def series_tasks(
    session: AsyncSession, grant: Grant, choice: Choice, *, is_corps: bool
) -> list[tuple[str, int, list[Task]]]:
    """Returns for the corps the recurring orders to accept and the days for which no order could be made; for a
    township what it has to change."""
    groups = []
    if is_corps:
        code = "series_to_accept"
        chosen = and_(series.c.state == "proposed", choice.of(code)(series.c.id))
        groups.append(await _waiting(session, code, chosen))
        groups.append(await _blocked_days(session, choice))
    if grant.townships and choice.is_all:
        own = within(grant, township=series.c.township_code)
        returned = and_(series.c.state == "returned", own)
        groups.append(await _waiting(session, "series_returned", returned))
    return groups


async def _waiting(
    session: AsyncSession, code: str, condition: ColumnElement[bool]
) -> tuple[str, int, list[Task]]:
    query = select(series).where(condition).order_by(series.c.id).limit(MOST_OF_A_KIND)
    rows = (await session.execute(query)).all()
    count = len(rows)
    if count == MOST_OF_A_KIND:
        counting = select(func.count()).select_from(series).where(condition)
        count = int(await session.scalar(counting) or 0)
    names = await names_of_townships(session, {row.township_code for row in rows})
    tasks = []
    for row in rows:
        name, name_en = names.get(row.township_code, (row.township_code, ""))
        facts: dict[str, str | int] = {
            "number": row.number,
            "place": row.place,
            "township": name,
            "township_en": name_en,
        }
        tasks.append(Task(code, f"{Series.kind}:{row.id}", facts))
    return code, count, tasks


async def _blocked_days(session: AsyncSession, choice: Choice) -> tuple[str, int, list[Task]]:
    """One task for each recurring order with days for which no order could be made."""
    code = "occurrence_blocked"
    query = (
        select(
            occurrence.c.series_id,
            series.c.number,
            series.c.township_code,
            func.min(occurrence.c.day).label("first"),
            func.count().label("days"),
        )
        .join(series, series.c.id == occurrence.c.series_id)
        .where(*_is_blocked(choice.today), choice.of(code)(occurrence.c.series_id))
        .group_by(occurrence.c.series_id, series.c.number, series.c.township_code)
        .order_by(occurrence.c.series_id)
    )
    rows = (await session.execute(query)).all()
    names = await names_of_townships(session, {row.township_code for row in rows})
    tasks = []
    for row in rows[:MOST_OF_A_KIND]:
        name, name_en = names.get(row.township_code, (row.township_code, ""))
        facts: dict[str, str | int] = {
            "number": row.number,
            "on": row.first.isoformat(),
            "count": row.days,
            "township": name,
            "township_en": name_en,
        }
        tasks.append(Task(code, f"{Series.kind}:{row.series_id}", facts))
    return code, len(rows), tasks


def _is_blocked(today: date) -> tuple[ColumnElement[bool], ...]:
    return occurrence.c.state == "blocked", occurrence.c.day >= today


def _before(day: date) -> date:
    return day - timedelta(days=1)


async def _own(session: AsyncSession, grant: Grant, series_id: str) -> Series:
    found = await session.get(Series, series_id)
    if found is None:
        raise NotFound(Series.kind, series_id, states=Series.STEPS)
    grant.require(Series.kind, series_id, township=found.township_code, states=Series.STEPS)
    return found


async def _names(session: AsyncSession, found: Sequence[Series]) -> dict[str, tuple[str, str]]:
    codes = {wanted.item_code for each in found for wanted in each.wanted}
    return await names_of_items(session, codes) if codes else {}


def _named(found: Series, names: dict[str, tuple[str, str]]) -> list[SeenItem]:
    return [
        SeenItem(
            wanted.item_code,
            *names.get(wanted.item_code, (wanted.item_code, wanted.item_code)),
            wanted.expected_attendance,
            wanted.remark,
        )
        for wanted in found.wanted
    ]


async def _with_orders(session: AsyncSession, found: Sequence[Occurrence]) -> list[SeenOccurrence]:
    ids = [each.order_id for each in found if each.order_id is not None]
    orders = {order.id: order for order in await orders_by_id(session, ids)} if ids else {}
    return [_seen(each, orders.get(each.order_id or "")) for each in found]


def _seen(each: Occurrence, order: Order | None) -> SeenOccurrence:
    days = [line.on for line in order.lines if line.on is not None] if order else []
    return SeenOccurrence(
        id=each.id,
        on=each.on,
        day=each.day,
        state=each.state,
        fault=each.fault,
        item_code=each.item_code,
        doubts=each.doubts,
        is_by_hand=each.is_by_hand or (order is not None and order.changed_by_hand),
        order_id=each.order_id,
        order_number=order.number if order else None,
        order_state=order.state if order else None,
        scheduled_on=min(days, default=None),
    )
