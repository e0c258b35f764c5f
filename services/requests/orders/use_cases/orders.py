"""Writes orders, takes them through their states, rates what was served."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Protocol

from pydantic import BaseModel
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.requests.menu.queries import Menu
from services.requests.orders.domain.line import Line
from services.requests.orders.domain.order import (
    UNDER_WAY,
    AssistedEntry,
    CancelReason,
    Draft,
    Order,
    ReturnReason,
    check_asked,
)
from services.requests.orders.queries.orders import comes_for
from services.requests.orders.queries.weeks import doubt_full_weeks
from services.requests.orders.tables import service_order
from services.requests.orders.use_cases.allowances import is_limited, require_allowance
from services.requests.orders.use_cases.counting import recount_service
from services.requests.orders.use_cases.numbers import OrderNumbers, take_number
from services.requests.policy import POLICY
from shared.contracts.base import Point
from shared.contracts.requests import (
    OrderAccepted,
    OrderCancelled,
    OrderClosed,
    OrderContactChanged,
    OrderLine,
    OrderPrioritised,
    OrderReturned,
    ServiceOrdered,
    ServiceRated,
)
from shared.db.engine import is_duplicate_of
from shared.db.idempotency import Claim, claim, claimed
from shared.db.vault import place_of
from shared.kernel.access import Actor, Grant, Role
from shared.kernel.clock import CHINA
from shared.kernel.doubts import Confirmations, Doubts
from shared.kernel.errors import Conflict, InvalidInput, NotFound
from shared.kernel.ids import new_id
from shared.kernel.masks import mask_phone
from shared.unit_of_work import Transaction, UnitOfWork

ACTING_ROLES: Sequence[Role] = (Role.OFFICER, Role.CLERK, Role.COORDINATOR)


async def draft_order(
    uow: UnitOfWork,
    menu: Menu,
    numbers: OrderNumbers,
    draft: Draft,
    *,
    idempotency_key: str | None,
    request: BaseModel,
    submit: bool = False,
    assisted: AssistedEntry | None = None,
    confirmed: Confirmations = (),
) -> Order:
    """A new draft, or, with ``submit``, an order handed in at once. ``assisted``: that it is entered for somebody.

    Where ``request`` made an order before under the same key, that one as it is now.

    :raises InvalidInput: the township, the edition or an item is not known here.
    :raises Conflict: the key was used with another request.
    """
    grant = uow.permit(POLICY, "draft_order")
    grant.require_for("township_code", township=draft.township_code)
    doubts = Doubts(confirmed)
    try:
        lines = await lines_of(uow, menu, draft, doubts)
        doubts.settle()
    except Conflict:
        # What was right when it came first is answered the same when it comes again, on another day too.
        async with uow.reading() as session:
            earlier = await claimed(session, uow.actor, idempotency_key, request)
        if earlier is None:
            raise
        async with uow.transaction() as tx:
            return await find_own(tx, grant, earlier)
    order_id = new_id()
    number = await numbers.take(uow.today().year)
    made_once = Claim.of(uow.actor, idempotency_key, request, order_id) if idempotency_key else None
    limited = submit and await is_limited(uow, draft.campaign_id)

    async def add_within_limit(order: Order, events: Sequence[ServiceOrdered]) -> str:
        """In a transaction of its own, in which others who hand in for the campaign wait."""
        async with uow.transaction() as tx:
            made = await claim(tx, idempotency_key, request, order_id)
            if made != order_id:
                return made
            where = order.campaign_id, order.township_code
            await require_allowance(tx, uow, *where, len(order.lines), doubts)
            doubts.settle()
            tx.add(order)
            for event in events:
                tx.record(order, event)
            return order_id

    async def add(*, like_another: bool) -> Order:
        order = new_order(uow, order_id, number, draft, lines, assisted)
        events = []
        if submit:
            events.append(hand_in(order, uow, uow.business_now(), like_another=like_another))
        with menu.while_open():
            made = (
                await add_within_limit(order, events)
                if limited
                else await uow.add(order, *events, claim=made_once)
            )
        if made == order_id:
            return order
        async with uow.transaction() as tx:
            return await find_own(tx, grant, made)

    async def drafted(_session: AsyncSession) -> Order:
        return Order.drafted(order_id, number, draft, lines, uow.business_now())

    return await _unless_by_mistake(uow, doubts, drafted, add)


async def redraft_order(
    uow: UnitOfWork, menu: Menu, order_id: str, draft: Draft, confirmed: Confirmations = ()
) -> Order:
    """Replaces what the order says as a whole.

    :raises InvalidInput: as for a new draft. :raises IllegalTransition: it is submitted already.
    """
    grant = uow.permit(POLICY, "redraft_order")
    grant.require_for("township_code", township=draft.township_code)
    async with uow.transaction() as tx:
        order = await find_own(tx, grant, order_id)
        doubts = Doubts(confirmed)
        order.redraft(draft, await lines_of(uow, menu, draft, doubts))
        _hold_phone(uow, order, draft.phone)
        doubts.settle()
        return order


async def change_contact(
    uow: UnitOfWork,
    order_id: str,
    contact: str | None,
    phone: str | None,
    confirmed: Confirmations = (),
) -> Order:
    """Somebody else may be asked about an order that was handed in, or has another number. The teams that are to come
    are told that it is so; who it is stays here, where they read it.

    :raises InvalidInput: there is a number without anybody to ask for, or nothing would change.
    :raises IllegalTransition: it was not handed in, or is served or withdrawn.
    """
    grant = uow.permit(POLICY, "change_contact")
    async with uow.transaction() as tx:
        order = await find_own(tx, grant, order_id)
        was = order.contact
        check_asked((), contact, phone)
        order.change_contact(contact)
        if phone is None and contact == was:
            raise InvalidInput("nothing_amended", field="contact")
        doubts = Doubts(confirmed)
        if phone is None and order.phone_sealed is not None:
            doubts.add("phone_of_former_contact", "phone", masked=order.phone_masked)
        _hold_phone(uow, order, phone)
        doubts.settle()
        if teams := order.coming_teams:
            tx.record(
                order,
                OrderContactChanged(
                    order_id=order.id,
                    township_code=order.township_code,
                    place=order.place,
                    team_codes=tuple(teams),
                ),
            )
        return order


async def show_phone(uow: UnitOfWork, order_id: str) -> str:
    """Returns the number of an order's contact in clear, and notes who asked.

    :raises NotFound: there is no such order, it is another township's, or it has no number.
    """
    grant = uow.permit(POLICY, "show_order_phone")
    async with uow.transaction() as tx:
        return _open_phone(uow, tx, await find_own(tx, grant, order_id))


async def show_phone_to_team(uow: UnitOfWork, order_id: str) -> str:
    """The same for the leader of a team that is to come.

    :raises NotFound: there is no such order, no team of the actor's is to come for it, or it has no number.
    """
    grant = uow.permit(POLICY, "show_phone_to_team")
    async with uow.transaction() as tx:
        order = await tx.get(Order, order_id)
        if not comes_for(order, grant):
            raise NotFound(Order.kind, order_id, states=Order.STEPS)
        return _open_phone(uow, tx, order)


def _open_phone(uow: UnitOfWork, tx: Transaction, order: Order) -> str:
    if order.phone_sealed is None:
        raise NotFound("order_phone", order.id)
    tx.note(Order.kind, order.id, shown="phone")
    return uow.vault.open(order.phone_sealed, place_of(service_order.c.phone_sealed, order.id))


async def submit_order(
    uow: UnitOfWork, menu: Menu, order_id: str, confirmed: Confirmations = ()
) -> Order:
    """:raises Conflict: its edition was withdrawn or its campaign closed meanwhile, or the edition is not in force."""
    grant = uow.permit(POLICY, "submit_order")

    async def submit(*, like_another: bool) -> Order:
        with menu.while_open():
            async with uow.transaction() as tx:
                order = await find_own(tx, grant, order_id)
                order.require("submit", order.state)
                campaign = await menu.require_campaign(tx.session, order.campaign_id)
                doubts = Doubts(confirmed)
                items = {line.item_code for line in order.lines}
                edition = await menu.edition(uow, order.edition_id)
                await menu.require_days(uow, edition.id, campaign, items, order.wished_on, doubts)
                await doubt_full_weeks(tx.session, edition, items, order.wished_on, doubts)
                where = order.campaign_id, order.township_code
                await require_allowance(tx, uow, *where, len(order.lines), doubts)
                doubts.settle()
                tx.record(order, hand_in(order, uow, tx.business_now, like_another=like_another))
                return order

    async def drafted(session: AsyncSession) -> Order:
        return await session.get_one(Order, order_id)

    return await _unless_by_mistake(uow, Doubts(confirmed), drafted, submit)


async def accept_order(uow: UnitOfWork, order_id: str) -> Order:
    grant = uow.permit(POLICY, "accept_order")
    async with uow.transaction() as tx:
        order = await find_own(tx, grant, order_id)
        order.accept()
        order.note_state(tx.business_now, by=role_of(tx.actor))
        tx.record(order, acceptance_of(order))
        return order


async def return_order(
    uow: UnitOfWork,
    order_id: str,
    *,
    reason_code: ReturnReason,
    reason: str | None,
    confirmed: Confirmations = (),
) -> Order:
    """``reason`` in words is for those who may read the order; the event has the code only."""
    grant = uow.permit(POLICY, "return_order")
    async with uow.transaction() as tx:
        order = await find_own(tx, grant, order_id)
        digest = order.content_digest
        order.hand_back(reason_code, reason)
        order.note_state(tx.business_now, by=role_of(tx.actor))
        Doubts(confirmed).settle()
        await pass_on_digest(tx, order, digest)
        tx.record(
            order,
            OrderReturned(
                order_id=order.id, township_code=order.township_code, reason_code=reason_code
            ),
        )
        return order


async def cancel_order(
    uow: UnitOfWork,
    order_id: str,
    *,
    reason_code: CancelReason,
    reason: str | None,
    confirmed: Confirmations = (),
) -> Order:
    """See :func:`return_order`."""
    grant = uow.permit(POLICY, "cancel_order")
    async with uow.transaction() as tx:
        order = await find_own(tx, grant, order_id)
        digest = order.content_digest
        order.cancel(reason_code, reason)
        order.note_hand()
        order.note_state(tx.business_now, by=role_of(tx.actor))
        Doubts(confirmed).settle()
        await pass_on_digest(tx, order, digest)
        tx.record(
            order,
            OrderCancelled(
                order_id=order.id, township_code=order.township_code, reason_code=reason_code
            ),
        )
        return order


async def set_priority(uow: UnitOfWork, order_id: str, priority: int | None) -> Order:
    """The corps' priority, by which is planned; None: the township's. Setting the same again changes nothing."""
    grant = uow.permit(POLICY, "set_priority")
    async with uow.transaction() as tx:
        order = await find_own(tx, grant, order_id)
        if order.prioritise(priority) and order.follows_plan:
            tx.record(
                order,
                OrderPrioritised(
                    order_id=order.id,
                    township_code=order.township_code,
                    priority=order.planned_priority,
                ),
            )
        return order


async def close_order(uow: UnitOfWork, order_id: str) -> Order:
    grant = uow.permit(POLICY, "close_order")
    async with uow.transaction() as tx:
        order = await find_own(tx, grant, order_id)
        order.close()
        order.note_state(tx.business_now, by=role_of(tx.actor))
        tx.record(order, OrderClosed(order_id=order.id, township_code=order.township_code))
        return order


async def rate_service(
    uow: UnitOfWork,
    order_id: str,
    *,
    line_id: str,
    score: int,
    text: str | None,
    confirmed: Confirmations = (),
) -> Order:
    """Sending the same judgement again changes nothing and publishes nothing."""
    grant = uow.permit(POLICY, "rate_service")
    async with uow.transaction() as tx:
        await tx.lock_service()
        order = await find_own(tx, grant, order_id)
        rated = order.rate(line_id, score, text)
        order.note_state(tx.business_now, by=role_of(tx.actor))
        Doubts(confirmed).settle()
        if rated is not None:
            await recount_service(tx, order)
            tx.record(
                order,
                ServiceRated(
                    order_id=order.id,
                    line_id=line_id,
                    township_code=order.township_code,
                    assignment_id=rated.assignment_id or "",
                    team_code=rated.team_code or "",
                    item_code=rated.item_code,
                    item_name=rated.name,
                    item_name_en=rated.name_en,
                    score=score,
                ),
            )
        return order


async def lines_of(uow: UnitOfWork, menu: Menu, draft: Draft, doubts: Doubts) -> list[Line]:
    """The lines of an order; adds the doubts about its days.

    :raises InvalidInput: an item is not on the menu, or as :meth:`Menu.edition_for`. :raises Conflict: as that one.
    """
    items = {wanted.item_code for wanted in draft.items}
    edition = await menu.edition_for(
        uow,
        township_code=draft.township_code,
        edition_id=draft.edition_id,
        campaign_id=draft.campaign_id,
        item_codes=items,
        wished_on=draft.wished_on,
        doubts=doubts,
    )
    lines = draft.lines_from(edition, new_id)
    if edition.limited(items) and draft.wished_on:
        async with uow.reading() as session:
            await doubt_full_weeks(session, edition, items, draft.wished_on, doubts)
    return lines


async def find_own(tx: Transaction, grant: Grant, order_id: str) -> Order:
    """:raises NotFound: there is no such order, or it is another township's."""
    order = await tx.get(Order, order_id)
    grant.require(Order.kind, order_id, township=order.township_code, states=Order.STEPS)
    if not order.number:
        year = order.created_at.astimezone(CHINA).year
        order.number = await take_number(tx.session, year)
    return order


def role_of(actor: Actor) -> Role | None:
    """As what somebody acts who has several roles: the first that says something of orders."""
    return next((role for role in ACTING_ROLES if role in actor.roles), None)


class _HandIn(Protocol):
    async def __call__(self, *, like_another: bool) -> Order: ...


async def _unless_by_mistake(
    uow: UnitOfWork,
    doubts: Doubts,
    drafted: Callable[[AsyncSession], Awaitable[Order]],
    try_to: _HandIn,
) -> Order:
    """Hands an order in. Where another one under way asks for the same, somebody sent it twice, or means it.

    ``drafted`` gives the order as ``try_to`` would hand it in.

    :raises ConfirmationNeeded: there is another like it, and nobody said yet that it is meant.
    """
    like_another = False
    while True:  # until it is stored: one that is meant is never refused, and without another neither is one that isn't
        try:
            return await try_to(like_another=like_another)
        except Conflict as error:
            if not is_duplicate_of(error.__cause__, "content_digest"):
                raise
        async with uow.reading() as session:
            digest = (await drafted(session)).digest()
            other = await session.scalar(
                select(Order).where(service_order.c.content_digest == digest)
            )
        if like_another := other is not None and other.submitted_at is not None:
            handed_in_on = other.submitted_at.astimezone(CHINA).date()
            doubts.add("order_like_another", "lines", place=other.place, handed_in_on=handed_in_on)
            doubts.settle()


async def pass_on_digest(tx: Transaction, order: Order, digest: str | None) -> None:
    """``order`` is no longer under way, and had this digest. If another like it was handed in on purpose, that one has
    it from now on, so that a third one is still asked about."""
    if digest is None:
        return
    await tx.session.flush()  # no two orders have the same digest at any moment
    no_digest = service_order.c.state.in_(UNDER_WAY), service_order.c.content_digest.is_(None)
    same = (
        service_order.c.township_code == order.township_code,
        service_order.c.campaign_id == order.campaign_id,
    )
    for other in await tx.session.scalars(
        select(Order).where(*same, *no_digest).order_by(service_order.c.id)
    ):
        if other.digest() == digest:
            # A statement of its own, not a change of the order: it says the same as before, in the same version. The
            # state is looked at again, for the other order is not locked yet.
            took = (
                update(service_order)
                .where(service_order.c.id == other.id, *no_digest)
                .values(content_digest=digest)
            )
            if (await tx.session.execute(took.returning(service_order.c.id))).first():
                return


def new_order(
    uow: UnitOfWork,
    order_id: str,
    number: str,
    draft: Draft,
    lines: list[Line],
    assisted: AssistedEntry | None,
) -> Order:
    """Returns a draft with all that belongs to it."""
    order = Order.drafted(order_id, number, draft, lines, uow.business_now())
    _hold_phone(uow, order, draft.phone)
    if assisted is not None:
        order.note_assistance(assisted)
    order.note_state(uow.business_now(), by=role_of(uow.actor))
    return order


def _hold_phone(uow: UnitOfWork, order: Order, phone: str | None) -> None:
    if phone is not None:
        place = place_of(service_order.c.phone_sealed, order.id)
        order.hold_phone(uow.vault.seal(phone, place), mask_phone(phone))


def hand_in(order: Order, uow: UnitOfWork, now: datetime, *, like_another: bool) -> ServiceOrdered:
    """Hands the order in and notes that in its history; gives the event that says so."""
    order.submit(now, uow.today(), like_another=like_another)
    order.note_state(now, by=role_of(uow.actor))
    return ServiceOrdered(
        order_id=order.id,
        township_code=order.township_code,
        edition_id=order.edition_id,
        campaign_id=order.campaign_id,
        line_count=len(order.lines),
    )


def acceptance_of(order: Order) -> OrderAccepted:
    """The event that says that the corps has taken an order."""
    return OrderAccepted(
        order_id=order.id,
        township_code=order.township_code,
        campaign_id=order.campaign_id,
        place=order.place,
        point=Point(lat=order.point.lat, lon=order.point.lon) if order.point else None,
        lines=tuple(as_demand(order, line) for line in order.lines),
        wished_on=tuple(order.wished_on),
        ruled_out_on=tuple(order.ruled_out_on),
        priority=order.planned_priority,
    )


def as_demand(order: Order, line: Line) -> OrderLine:
    return OrderLine(
        line_id=line.id,
        item_code=line.item_code,
        item_name=line.name,
        item_name_en=line.name_en,
        expected_attendance=line.expected_attendance,
        volunteers_needed=line.volunteers_needed,
        earliest_on=order.earliest_on(line),
    )
