"""Reads amendments: those of an order, and which booths of a team they concern."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import or_, select

from services.requests.orders.domain.amendment import Amendment, Said
from services.requests.orders.domain.order import Order
from services.requests.orders.queries.orders import get_order
from services.requests.orders.tables import order_amendment, order_line, service_order
from services.requests.policy import POLICY
from shared.db.reach import within
from shared.unit_of_work import UnitOfWork

MOST_BOOTHS = 1000


@dataclass(frozen=True, slots=True)
class AmendmentView:
    """An amendment as it stands: ``lapsed`` where it was proposed, and the order does not wait for it any more."""

    number: int
    state: str
    before: Said
    after: Said
    reason_code: str
    reason: str | None
    made_at: datetime
    by: str | None
    decided_at: datetime | None
    decided_by: str | None
    refusal_code: str | None
    refusal: str | None


@dataclass(frozen=True, slots=True)
class ChangingBooth:
    """A booth of a team whose order changes, and on what the change waits."""

    assignment_id: str
    stop_id: str
    order_id: str
    change_pending: Literal["proposed", "replanning"]


async def list_amendments(uow: UnitOfWork, order_id: str) -> list[AmendmentView]:
    """Those of an order, the latest first.

    :raises NotFound: there is no such order, or it is another township's.
    """
    order = await get_order(uow, order_id)
    query = (
        select(Amendment)
        .where(order_amendment.c.order_id == order_id)
        .order_by(order_amendment.c.number.desc())
    )
    async with uow.reading() as session:
        found = (await session.scalars(query)).all()
    return [_view(one, order) for one in found]


async def list_changing_booths(uow: UnitOfWork) -> Sequence[ChangingBooth]:
    """The booths to which the actor's own team is to come, and whose order changes."""
    grant = uow.permit(POLICY, "read_township_words")
    changing = or_(
        service_order.c.proposed_amendment.is_not(None), service_order.c.replanned_for.is_not(None)
    )
    query = (
        select(
            order_line.c.assignment_id,
            order_line.c.stop_id,
            order_line.c.order_id,
            service_order.c.proposed_amendment,
        )
        .join(service_order, service_order.c.id == order_line.c.order_id)
        .where(
            changing,
            order_line.c.state == "scheduled",
            within(grant, team=order_line.c.team_code),
        )
        .order_by(order_line.c.assignment_id)
        .limit(MOST_BOOTHS)
    )
    async with uow.reading() as session:
        rows = await session.execute(query)
    return [
        ChangingBooth(
            row.assignment_id,
            row.stop_id,
            row.order_id,
            "replanning" if row.proposed_amendment is None else "proposed",
        )
        for row in rows
    ]


def _view(one: Amendment, order: Order) -> AmendmentView:
    has_lapsed = one.state == "proposed" and order.proposed_amendment != one.number
    return AmendmentView(
        number=one.number,
        state="lapsed" if has_lapsed else one.state,
        before=one.before,
        after=one.after,
        reason_code=one.reason_code,
        reason=one.reason,
        made_at=one.made_at,
        by=one.by,
        decided_at=one.decided_at,
        decided_by=one.decided_by,
        refusal_code=one.refusal_code,
        refusal=one.refusal,
    )
