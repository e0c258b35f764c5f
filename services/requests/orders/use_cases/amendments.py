"""Amends orders that were handed in: at once where no team is booked; else the corps decides."""

from sqlalchemy import select

from services.requests.menu.domain import Campaign
from services.requests.menu.queries import Menu
from services.requests.orders.domain.amendment import (
    Amendment,
    AmendmentRefusal,
    AmendReason,
    Said,
)
from services.requests.orders.domain.order import Draft, Order
from services.requests.orders.domain.proposal import Wanted
from services.requests.orders.queries.weeks import doubt_full_weeks
from services.requests.orders.tables import order_amendment, service_order
from services.requests.orders.use_cases.allowances import require_allowance
from services.requests.orders.use_cases.orders import as_demand, find_own, pass_on_digest, role_of
from services.requests.policy import POLICY
from shared.contracts.base import Point as EventPoint
from shared.contracts.requests import (
    OrderAmended,
    OrderAmendmentProposed,
    OrderAmendmentRefused,
)
from shared.kernel.clock import CHINA
from shared.kernel.doubts import Confirmations, Doubts
from shared.kernel.errors import InvalidInput
from shared.kernel.ids import new_id
from shared.unit_of_work import Transaction, UnitOfWork


async def amend_order(
    uow: UnitOfWork,
    menu: Menu,
    order_id: str,
    wanted: Wanted,
    *,
    reason_code: AmendReason,
    reason: str | None,
    confirmed: Confirmations = (),
) -> Order:
    """Amends an order for which no team is booked; for any other, asks the corps to.

    :raises InvalidInput: an item is not on its menu, or nothing would change.
    :raises Conflict: an amendment waits already, or what changes was served, or is to be today.
    :raises IllegalTransition: the order may not be amended in its state.
    """
    grant = uow.permit(POLICY, "amend_order")
    async with uow.transaction() as tx:
        order = await find_own(tx, grant, order_id)
        draft = wanted.for_order(order)
        order.require_amendable(draft, uow.today())
        before, after = order.said(), await _said_after(uow, menu, draft)
        if _sorted(before) == _sorted(after):
            raise InvalidInput("nothing_amended", field="lines")
        doubts = Doubts(confirmed)
        await _doubt_days(tx, uow, menu, order, draft, doubts)
        await _require_allowance(tx, uow, order, after, doubts)
        amendment = Amendment(
            id=new_id(),
            order_id=order.id,
            number=order.number_amendment(),
            state="proposed",
            before=before,
            after=after,
            reason_code=reason_code,
            reason=reason,
            made_at=tx.business_now,
            by=role_of(tx.actor),
        )
        tx.session.add(amendment)
        if order.is_planned:
            doubts.settle()
            order.propose(amendment.number)
            tx.record(
                order,
                OrderAmendmentProposed(
                    order_id=order.id,
                    township_code=order.township_code,
                    amendment=amendment.number,
                    reason_code=reason_code,
                ),
            )
        else:
            await _apply(tx, uow, menu, order, amendment, doubts)
        return order


async def accept_amendment(
    uow: UnitOfWork, menu: Menu, order_id: str, number: int, confirmed: Confirmations = ()
) -> Order:
    """The order says what was proposed, and a plan is to follow.

    :raises Conflict: this amendment does not wait any more, or what changes was served meanwhile, or is to be today.
    """
    grant = uow.permit(POLICY, "decide_amendment")
    async with uow.transaction() as tx:
        order = await find_own(tx, grant, order_id)
        order.require_proposed(number)
        amendment = await _amendment(tx, order, number)
        order.settle_amendment()
        doubts = Doubts(confirmed)
        await _require_allowance(tx, uow, order, amendment.after, doubts)
        await _apply(tx, uow, menu, order, amendment, doubts, was_proposed=True)
        return order


async def refuse_amendment(
    uow: UnitOfWork,
    order_id: str,
    number: int,
    *,
    reason_code: AmendmentRefusal,
    reason: str | None,
    confirmed: Confirmations = (),
) -> Order:
    """The order stays as it is. :raises Conflict: this amendment does not wait any more."""
    grant = uow.permit(POLICY, "decide_amendment")
    async with uow.transaction() as tx:
        order = await find_own(tx, grant, order_id)
        order.require_proposed(number)
        amendment = await _amendment(tx, order, number)
        order.settle_amendment()
        amendment.decide("refused", tx.business_now, role_of(tx.actor))
        amendment.refusal_code, amendment.refusal = reason_code, reason
        Doubts(confirmed).settle()
        tx.record(
            order,
            OrderAmendmentRefused(
                order_id=order.id,
                township_code=order.township_code,
                amendment=number,
                reason_code=reason_code,
            ),
        )
        return order


async def withdraw_amendment(uow: UnitOfWork, order_id: str, number: int) -> Order:
    """Who proposed it takes it back. :raises Conflict: this amendment does not wait any more."""
    grant = uow.permit(POLICY, "amend_order")
    async with uow.transaction() as tx:
        order = await find_own(tx, grant, order_id)
        order.require_proposed(number)
        order.settle_amendment()
        (await _amendment(tx, order, number)).decide(
            "withdrawn", tx.business_now, role_of(tx.actor)
        )
        return order


async def _apply(
    tx: Transaction,
    uow: UnitOfWork,
    menu: Menu,
    order: Order,
    amendment: Amendment,
    doubts: Doubts,
    *,
    was_proposed: bool = False,
) -> None:
    was_planned = order.is_planned
    edition = await menu.edition(uow, order.edition_id)
    draft = Wanted.of(amendment.after).for_order(order)
    order.amend(draft, draft.lines_from(edition, new_id), uow.today())
    order.note_state(tx.business_now, by=role_of(tx.actor))
    amendment.decide("applied", tx.business_now, role_of(tx.actor))
    if was_planned and order.state in ("accepted", "scheduled"):
        order.await_plan(amendment.number)
    await _renew_digest(tx, order, doubts)
    doubts.settle()
    tx.record(
        order,
        OrderAmended(
            order_id=order.id,
            township_code=order.township_code,
            campaign_id=order.campaign_id,
            amendment=amendment.number,
            was_proposed=was_proposed,
            place=order.place,
            point=EventPoint(lat=order.point.lat, lon=order.point.lon) if order.point else None,
            lines=tuple(as_demand(order, line) for line in order.asked_for),
            wished_on=tuple(order.wished_on),
            ruled_out_on=tuple(order.ruled_out_on),
            priority=order.planned_priority,
        ),
    )


async def _amendment(tx: Transaction, order: Order, number: int) -> Amendment:
    query = select(Amendment).where(
        order_amendment.c.order_id == order.id, order_amendment.c.number == number
    )
    return (await tx.session.scalars(query)).one()


async def _said_after(uow: UnitOfWork, menu: Menu, draft: Draft) -> Said:
    """:raises InvalidInput: an item is not on the order's menu."""
    edition = await menu.edition(uow, draft.edition_id)
    point = draft.point
    lines = draft.lines_from(edition, new_id)
    return Said(
        place=draft.place,
        point=[point.lat, point.lon] if point else None,
        wished_on=[day.isoformat() for day in sorted(set(draft.wished_on))],
        ruled_out_on=[day.isoformat() for day in sorted(set(draft.ruled_out_on))],
        lines=[line.said() for line in lines],
    )


def _sorted(said: Said) -> Said:
    """The same with its lines in the order of their items: in which order they were named is no change."""
    lines = sorted(said["lines"], key=lambda line: line["item_code"])
    return Said(
        place=said["place"],
        point=said["point"],
        wished_on=said["wished_on"],
        ruled_out_on=said["ruled_out_on"],
        lines=lines,
    )


async def _doubt_days(
    tx: Transaction, uow: UnitOfWork, menu: Menu, order: Order, draft: Draft, doubts: Doubts
) -> None:
    """Adds the doubts about wished days that are new, and about all of them for items that are. Items come from a menu
    that is in force today, as in any order.

    :raises Conflict: an item is new, and the menu is not in force, or the campaign takes no orders.
    """
    edition = await menu.edition(uow, order.edition_id)
    had = {line.item_code for line in order.asked_for}
    items = {item.item_code for item in draft.items}
    if items - had:
        campaign = await menu.require_campaign(tx.session, order.campaign_id)
        await menu.require_in_force(uow, edition.id, doubts)
    else:
        campaign = await tx.session.get_one(Campaign, order.campaign_id)
    days = [day for day in draft.wished_on if items - had or day not in order.wished_on]
    menu.doubt_days(edition, campaign, items, days, uow.today(), doubts)
    await doubt_full_weeks(tx.session, edition, items, days, doubts)


async def _require_allowance(
    tx: Transaction, uow: UnitOfWork, order: Order, after: Said, doubts: Doubts
) -> None:
    """:raises Conflict: the township would have more items than it may, or the campaign takes no new ones any more."""
    if (more := len(after["lines"]) - len(order.asked_for)) > 0:
        where = order.campaign_id, order.township_code
        await require_allowance(tx, uow, *where, more, doubts)


async def _renew_digest(tx: Transaction, order: Order, doubts: Doubts) -> None:
    """Notes what the order asks for now; adds a doubt where another one under way asks for the same."""
    before, now = order.content_digest, order.digest()
    if before == now:
        return
    order.content_digest = None
    await pass_on_digest(tx, order, before)
    other = await tx.session.scalar(select(Order).where(service_order.c.content_digest == now))
    if other is None:
        order.content_digest = now
    elif other.submitted_at is not None:
        handed_in_on = other.submitted_at.astimezone(CHINA).date()
        doubts.add("order_like_another", "lines", place=other.place, handed_in_on=handed_in_on)
