"""Reads orders: one, a page of a list, and how many there are."""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    String,
    and_,
    cast,
    func,
    literal_column,
    or_,
    select,
    type_coerce,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession

from services.requests.menu.queries import (
    item_codes_named,
    township_codes_named,
)
from services.requests.orders.domain.line import Line
from services.requests.orders.domain.order import Order, item_word, search_terms
from services.requests.orders.tables import order_line, service_order
from services.requests.policy import POLICY
from shared.db.engine import dialect_of
from shared.db.estimates import expected_rows
from shared.db.reach import within
from shared.db.stretches import Position, Stretch, page_of_stretches
from shared.db.types import UtcDateTime
from shared.kernel.access import Grant
from shared.kernel.clock import CHINA
from shared.kernel.errors import InvalidInput, NotFound
from shared.unit_of_work import UnitOfWork

AGE = (service_order.c.created_at, service_order.c.id)
"""By age, which every sort ends with."""

_HAS_NUMBER = service_order.c.number != literal_column("''")
"""What the index on numbers is for. PostgreSQL reads it only where a query says the same."""

FEW = 5000
"""So many orders are found and sorted in some 20 ms."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SEPARATOR = "~"


UNSERVED = ("draft", "submitted", "returned", "accepted", "scheduled")
"""Orders that still wait for their service."""


@dataclass(frozen=True, slots=True)
class OrdersWithItem:
    """How many orders have an item, and how many of them still wait for their service."""

    item_code: str
    total: int
    unserved: int


@dataclass(frozen=True, kw_only=True)
class Filters:
    """Which orders are meant: those to which all that is given applies.

    ``from_on`` and ``to_on`` are days in China on which the order was first saved, both included.
    ``q`` is found in the number (from its beginning), in the place, and in the Chinese and English
    names of township and items.
    """

    q: str | None = None
    number: str | None = None
    states: Sequence[str] = ()
    campaign_id: str | None = None
    edition_id: str | None = None
    item_code: str | None = None
    township_code: str | None = None
    from_on: date | None = None
    to_on: date | None = None


async def list_orders(
    uow: UnitOfWork, filters: Filters, *, sort: str, after: str | None, limit: int
) -> tuple[list[Order], str | None]:
    """Up to ``limit`` orders with their lines, and what to continue from.

    ``sort`` is ``created``, ``submitted``, ``township`` or ``state``, with a hyphen before it for
    the other way round. States follow each other as an order goes through them; orders that were
    never submitted come last. ``after`` stays right when orders change meanwhile: it holds where
    the last one stood.

    :raises InvalidInput: ``after`` is not from a list in this order.
    """
    grant = uow.permit(POLICY, "read_orders")
    async with uow.reading() as session:
        reach = within(grant, township=service_order.c.township_code)
        query = await _found_first(
            session, select(Order).where(reach, *await _conditions(session, filters)), sort, filters
        )
        stretches = _stretches(sort, filters)
        position = await _position_of(session, after, sort, stretches) if after else None
        found, last = await page_of_stretches(
            session,
            query,
            stretches,
            descending=sort.startswith("-"),
            after=position,
            limit=limit,
        )
    return found, None if last is None else _token_of(sort, last)


async def get_order(uow: UnitOfWork, order_id: str) -> Order:
    """:raises NotFound: there is none with this id, or it is another township's."""
    grant = uow.permit(POLICY, "read_orders")
    async with uow.reading() as session:
        found = await session.get(Order, order_id)
    if found is None:
        raise NotFound(Order.kind, order_id, states=Order.STEPS)
    grant.require(Order.kind, order_id, township=found.township_code, states=Order.STEPS)
    return found


async def list_orders_at(uow: UnitOfWork, stop_id: str) -> list[tuple[Order, list[Line]]]:
    """The orders for which the actor's own team is to come to a stop, with the lines that it comes for: not those from
    which it was released, nor what is served."""
    grant = uow.permit(POLICY, "read_township_words")
    own = within(grant, team=order_line.c.team_code)
    query = (
        select(order_line.c.order_id)
        .where(order_line.c.stop_id == stop_id, order_line.c.state == "scheduled", own)
        .distinct()
    )
    async with uow.reading() as session:
        ids = (await session.scalars(query)).all()
        found = sorted(await orders_by_id(session, ids), key=lambda order: order.number)
    return [(order, comes_for(order, grant, stop_id)) for order in found]


def comes_for(order: Order, grant: Grant, stop_id: str | None = None) -> list[Line]:
    """The lines of an order for which a team of the grant is to come."""
    return [
        line
        for line in order.lines
        if line.state == "scheduled"
        and stop_id in (None, line.stop_id)
        and grant.covers(teams=[line.team_code or ""])
    ]


async def orders_by_id(session: AsyncSession, ids: Collection[str]) -> list[Order]:
    """The orders with these ids."""
    return list(await session.scalars(select(Order).where(service_order.c.id.in_(ids))))


async def alike_under_way(session: AsyncSession, digests: Collection[str]) -> list[Order]:
    """The orders under way that ask for the same as one of these digests; see :meth:`Order.digest`."""
    same = service_order.c.content_digest.in_(digests)
    return list(await session.scalars(select(Order).where(same)))


async def count_orders(uow: UnitOfWork, filters: Filters) -> dict[str, int]:
    """How many of these orders are in each state that any is in."""
    grant = uow.permit(POLICY, "read_orders")
    async with uow.reading() as session:
        return await count_in_states(session, grant, filters)


async def count_in_states(session: AsyncSession, grant: Grant, filters: Filters) -> dict[str, int]:
    """How many of the orders that the grant covers are in each state that any is in."""
    query = (
        select(service_order.c.state, func.count().label("orders"))
        .where(
            within(grant, township=service_order.c.township_code),
            *await _conditions(session, filters),
        )
        .group_by(service_order.c.state)
    )
    return {row.state: row.orders for row in await session.execute(query)}


async def count_orders_with(
    uow: UnitOfWork, edition_id: str, item_codes: Collection[str]
) -> list[OrdersWithItem]:
    """Returns for each of these items that were ordered from an edition how many orders have it."""
    grant = uow.permit(POLICY, "read_orders")
    query = (
        select(order_line.c.item_code, service_order.c.state, func.count().label("orders"))
        .join(order_line, order_line.c.order_id == service_order.c.id)
        .where(
            within(grant, township=service_order.c.township_code),
            service_order.c.edition_id == edition_id,
            order_line.c.item_code.in_(item_codes),
        )
        .group_by(order_line.c.item_code, service_order.c.state)
    )
    counts: dict[str, list[int]] = {}
    async with uow.reading() as session:
        for row in await session.execute(query):
            count = counts.setdefault(row.item_code, [0, 0])
            count[0] += row.orders
            count[1] += row.orders if row.state in UNSERVED else 0
    return [OrdersWithItem(code, *counts[code]) for code in item_codes if code in counts]


async def count_handed_in(session: AsyncSession, edition_id: str) -> int:
    """How many orders were ever handed in from an edition."""
    handed_in = select(func.count()).where(service_order.c.open_edition_id == edition_id)
    return int(await session.scalar(handed_in) or 0)


async def _conditions(session: AsyncSession, filters: Filters) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    order = service_order.c
    if filters.number is not None:
        found += [_HAS_NUMBER, order.number == filters.number]
    if filters.states:
        found.append(order.state.in_(filters.states))
    if filters.campaign_id is not None:
        found.append(order.campaign_id == filters.campaign_id)
    if filters.edition_id is not None:
        found.append(order.edition_id == filters.edition_id)
    if filters.item_code is not None:
        found.append(_has_words(session, [item_word(filters.item_code)]))
    if filters.township_code is not None:
        found.append(order.township_code == filters.township_code)
    if filters.from_on is not None:
        found.append(order.created_at >= _beginning(filters.from_on))
    if filters.to_on is not None:
        found.append(order.created_at < _beginning(filters.to_on + timedelta(days=1)))
    if filters.q is not None:
        found.append(await _containing(session, filters.q))
    return found


async def _found_first(
    session: AsyncSession, query: Select[Any], sort: str, filters: Filters
) -> Select[Any]:
    """Where words apply to few orders, has PostgreSQL find these first, and sort them then.

    Of its own accord it would rather read along the index that the list is sorted by until a page
    is full, as though those orders lay anywhere in it; but all of a township's lie together in a
    list by townships. By state, each state's part of the list has an index condition anyway.
    """
    if filters.q is None or sort.endswith("state"):
        return query
    ids = query.with_only_columns(service_order.c.id)
    expected = await expected_rows(session, ids)
    if expected is None or expected > FEW:
        return query
    found = ids.cte("found").prefix_with("MATERIALIZED", dialect="postgresql")
    return select(Order).where(service_order.c.id.in_(select(found.c.id)))


def _beginning(day: date) -> datetime:
    return datetime.combine(day, time.min, CHINA).astimezone(UTC)


async def _containing(session: AsyncSession, q: str) -> ColumnElement[bool]:
    """Every part asks one index of the table itself, so that PostgreSQL can join their bitmaps."""
    townships = await township_codes_named(session, q)
    items = await item_codes_named(session, q)
    parts = [_has_words(session, search_terms(q))]
    if q[0].isdigit():
        parts.append(and_(_HAS_NUMBER, service_order.c.number.startswith(q, autoescape=True)))
    if townships:
        parts.append(service_order.c.township_code.in_(townships))
    parts += [_has_words(session, [item_word(code)]) for code in items]
    return or_(*parts)


def _has_words(session: AsyncSession, words: Sequence[str]) -> ColumnElement[bool]:
    stored = service_order.c.search_words
    if dialect_of(session) == "postgresql":
        return type_coerce(stored, JSONB).contains(list(words))
    # SQLite keeps it as text, as Python writes JSON.
    return and_(
        *(cast(stored, String).contains(json.dumps(word), autoescape=True) for word in words)
    )


def _stretches(sort: str, filters: Filters) -> list[Stretch]:
    order, by = service_order.c, sort.removeprefix("-")
    if by == "created":
        return [Stretch("", None, AGE)]
    if by == "township":
        return [Stretch("", None, (order.township_code, *AGE))]
    if by == "submitted":
        return [
            Stretch("", order.submitted_at.is_not(None), (order.submitted_at, *AGE)),
            Stretch("never", order.submitted_at.is_(None), AGE),
        ]
    wanted = [state for state in Order.STEPS if not filters.states or state in filters.states]
    if sort.startswith("-"):
        wanted.reverse()
    return [Stretch(state, order.state == state, AGE) for state in wanted]


def _token_of(sort: str, position: Position) -> str:
    """A list by age continues from an id, as all lists do; others from where the last one stood."""
    if sort.removeprefix("-") == "created":
        return str(position.values[-1])
    return SEPARATOR.join((position.stretch, *(_written(value) for value in position.values)))


def _written(value: Any) -> str:
    if isinstance(value, datetime):
        return str((value - EPOCH) // timedelta(microseconds=1))
    return str(value)


async def _position_of(
    session: AsyncSession, token: str, sort: str, stretches: Sequence[Stretch]
) -> Position:
    """:raises InvalidInput: no list in this order gave this token."""
    if sort.removeprefix("-") == "created":
        created_at = await session.scalar(
            select(service_order.c.created_at).where(service_order.c.id == token)
        )
        if created_at is None:
            raise InvalidInput("unknown_position", field="after")
        return Position("", (created_at, token))
    name, *written = token.split(SEPARATOR)
    for stretch in stretches:
        if stretch.name == name and len(stretch.keys) == len(written):
            try:
                values = [_read(key, text) for key, text in zip(stretch.keys, written, strict=True)]
            except (ValueError, OverflowError):
                break
            return Position(name, tuple(values))
    raise InvalidInput("unknown_position", field="after")


def _read(key: ColumnElement[Any], text: str) -> Any:
    if isinstance(key.type, UtcDateTime):
        return EPOCH + timedelta(microseconds=int(text))
    return text
