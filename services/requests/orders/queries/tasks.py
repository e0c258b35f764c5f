"""What waits for whoever asks, of all that has to do with orders."""

from collections.abc import Collection, Sequence
from datetime import date

from sqlalchemy import ColumnElement, Select, and_, func, join, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.requests.menu.queries import names_of_townships
from services.requests.orders.tables import order_line, service_order
from shared.db.reach import within
from shared.kernel.access import Grant
from shared.tasks.kinds import SharedKind, SharedKinds
from shared.tasks.queries import Choice
from shared.tasks.task import MOST_OF_A_KIND, Task

Group = tuple[str, int, list[Task]]

_PROPOSED = service_order.c.proposed_amendment.is_not(None)


async def _submitted(session: AsyncSession, _today: date, ids: Collection[str]) -> set[str]:
    query = select(service_order.c.id).where(
        service_order.c.id.in_(ids), service_order.c.state == "submitted"
    )
    return set(await session.scalars(query))


async def _with_proposal(session: AsyncSession, _today: date, ids: Collection[str]) -> set[str]:
    query = select(service_order.c.id).where(service_order.c.id.in_(ids), _PROPOSED)
    return set(await session.scalars(query))


SHARED_KINDS: SharedKinds = {
    "order_to_accept": SharedKind("order", _submitted),
    "amendment_to_decide": SharedKind("order", _with_proposal),
}


async def order_tasks(
    session: AsyncSession, grant: Grant, choice: Choice, *, is_corps: bool
) -> list[Group]:
    """For the corps the orders to accept and the amendments to decide; for a township what it has to change, to hand
    in and to rate. Oldest first."""
    groups = []
    if is_corps:
        code = "order_to_accept"
        chosen = choice.of(code)(service_order.c.id)
        groups.append(await _orders_that_wait(session, code, _in_state("submitted"), chosen))
        code = "amendment_to_decide"
        chosen = choice.of(code)(service_order.c.id)
        groups.append(await _orders_that_wait(session, code, _PROPOSED, chosen))
    if grant.townships and choice.is_all:
        own = within(grant, township=service_order.c.township_code)
        groups.append(
            await _orders_that_wait(session, "order_returned", _in_state("returned"), own)
        )
        groups.append(await _booths_to_rate(session, own))
        groups.append(await _orders_that_wait(session, "order_draft", _in_state("draft"), own))
    return groups


def _in_state(state: str) -> ColumnElement[bool]:
    return service_order.c.state == state


async def _orders_that_wait(
    session: AsyncSession, code: str, waits: ColumnElement[bool], own: ColumnElement[bool]
) -> Group:
    waiting = and_(waits, own)
    lines = (
        select(func.count()).where(order_line.c.order_id == service_order.c.id).scalar_subquery()
    )
    query = (
        select(
            service_order.c.id,
            service_order.c.number,
            service_order.c.place,
            service_order.c.township_code,
            lines.label("lines"),
        )
        .where(waiting)
        .order_by(service_order.c.created_at, service_order.c.id)
        .limit(MOST_OF_A_KIND)
    )
    rows = (await session.execute(query)).all()
    names = await names_of_townships(session, {row.township_code for row in rows})
    tasks = []
    for row in rows:
        name, name_en = names.get(row.township_code, (row.township_code, ""))
        facts = {
            "number": row.number,
            "count": row.lines,
            "place": row.place,
            "township": name,
            "township_en": name_en,
        }
        tasks.append(Task(code, f"order:{row.id}", facts))
    return (
        code,
        await _count(
            session, select(func.count()).select_from(service_order).where(waiting), tasks
        ),
        tasks,
    )


async def _booths_to_rate(session: AsyncSession, own: ColumnElement[bool]) -> Group:
    code = "booth_to_rate"
    waiting = and_(
        order_line.c.state == "served",
        order_line.c.score.is_(None),
        service_order.c.state == "served",
        own,
    )
    joined = join(order_line, service_order, order_line.c.order_id == service_order.c.id)
    names = (order_line.c.name.label("item"), order_line.c.name_en.label("item_en"))
    query = (
        select(
            service_order.c.id, service_order.c.place, order_line.c.on, order_line.c.part, *names
        )
        .select_from(joined)
        .where(waiting)
        .order_by(service_order.c.id, order_line.c.position)
        .limit(MOST_OF_A_KIND)
    )
    tasks = []
    for row in await session.execute(query):
        facts = {
            "item": row.item,
            "item_en": row.item_en,
            "place": row.place,
            "part": row.part or "",
        }
        tasks.append(
            Task(code, f"order:{row.id}", facts | ({"on": row.on.isoformat()} if row.on else {}))
        )
    return (
        code,
        await _count(session, select(func.count()).select_from(joined).where(waiting), tasks),
        tasks,
    )


async def _count(session: AsyncSession, counting: Select[int], listed: Sequence[Task]) -> int:
    """How many there are; a list that is not full says it by itself."""
    return len(listed) if len(listed) < MOST_OF_A_KIND else int(await session.scalar(counting) or 0)
