"""Holds hand-ins to what a campaign allows: until when, and how much."""

from datetime import date
from typing import Literal

from services.requests.limits.domain import OrderLimit
from services.requests.limits.queries import limit_of
from services.requests.orders.queries.allowances import lines_used
from shared.kernel.access import Role
from shared.kernel.doubts import Doubts
from shared.kernel.errors import Conflict
from shared.unit_of_work import Transaction, UnitOfWork


async def is_limited(uow: UnitOfWork, campaign_id: str) -> bool:
    """Whether anything was set for the campaign, so that hand-ins must go one after another."""
    async with uow.reading() as session:
        return await limit_of(session, campaign_id) is not None


async def require_allowance(
    tx: Transaction,
    uow: UnitOfWork,
    campaign_id: str,
    township_code: str,
    lines: int,
    doubts: Doubts,
) -> None:
    """The township may order so many more items today. Until the transaction ends nobody else hands in for this
    campaign, so that two together don't order more than is allowed. A coordinator may exceed it, and is asked.

    :raises Conflict: ``ordering_is_over``, or ``quota_used_up``, which says how many were ordered.
    """
    limit = await tx.find(OrderLimit, campaign_id)
    if limit is None:
        return
    today = uow.today()
    may_exceed = uow.actor.is_system or Role.COORDINATOR in uow.actor.roles
    if limit.is_over(today):
        last = limit.orders_until
        if not may_exceed:
            raise Conflict("ordering_is_over", field="campaign_id", last=last, today=today)
        doubts.add("ordering_is_over", "campaign_id", last=last, today=today)
    most = limit.most_for(township_code)
    if most is None:
        return
    await tx.session.flush()
    used = await lines_used(tx.session, campaign_id, township_code)
    if used + lines > most:
        left = max(0, most - used)
        if not may_exceed:
            raise Conflict(
                "quota_used_up", field="lines", most=most, used=used, wanted=lines, left=left
            )
        doubts.add("quota_used_up", "lines", most=most, used=used, wanted=lines, left=left)


async def allowed_again(
    tx: Transaction, campaign_id: str, township_code: str, lines: int, ordered_on: date
) -> Literal["ordering_is_over", "quota_used_up"] | None:
    """Returns what is in the way of an order that a recurring one, handed in on ``ordered_on``, is due for; None where
    nothing is. What was handed in in time is in time, whenever its single orders are made."""
    limit = await tx.find(OrderLimit, campaign_id)
    if limit is None:
        return None
    if limit.is_over(ordered_on):
        return "ordering_is_over"
    most = limit.most_for(township_code)
    if most is None:
        return None
    await tx.session.flush()
    used = await lines_used(tx.session, campaign_id, township_code)
    return "quota_used_up" if used + lines > most else None
