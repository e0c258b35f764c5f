"""Corrects the township of an order that was served; and follows what dispatch corrects of its booths. All that counts
is counted again in the same transaction."""

from services.requests.corrections.domain import (
    NamedTownship,
    OrderCorrection,
    OrderCorrectionReason,
)
from services.requests.corrections.queries import last_number
from services.requests.menu.queries import names_of_townships
from services.requests.orders.domain.order import Order
from services.requests.orders.use_cases.counting import recount_service
from services.requests.orders.use_cases.orders import find_own, role_of
from services.requests.policy import POLICY
from services.requests.ratings.use_cases.successions import move_booth, move_order
from services.requests.regularisation.use_cases import move_queues, unsettle
from shared.contracts.dispatch import BoothCorrected
from shared.contracts.requests import OrderCorrected
from shared.db.successors import current_code
from shared.kernel.doubts import Confirmations, Doubts
from shared.kernel.errors import InvalidInput
from shared.kernel.ids import new_id
from shared.unit_of_work import UnitOfWork


async def correct_township(
    uow: UnitOfWork,
    order_id: str,
    township_code: str,
    *,
    reason_code: OrderCorrectionReason,
    reason: str | None,
    confirmed: Confirmations = (),
) -> Order:
    """An order that was served had been written for the wrong township. A code that another one has taken the place
    of stands for that one.

    :raises InvalidInput: there is no such township, or it is the order's.
    :raises IllegalTransition: :raises Conflict: nothing of it was served, or some of it is still to be.
    """
    grant = uow.permit(POLICY, "correct_order")
    async with uow.transaction() as tx:
        await tx.lock_service()
        order = await find_own(tx, grant, order_id)
        code = await current_code(tx.session, "township", township_code)
        names = await names_of_townships(tx.session, {code, order.township_code})
        was = order.township_code
        served = order.correct_township(code)
        if code not in names:
            raise InvalidInput("unknown_township", field="township_code", township_code=code)
        Doubts(confirmed).settle()
        number = await last_number(tx.session, order.id) + 1
        tx.session.add(
            OrderCorrection(
                id=new_id(),
                order_id=order.id,
                township_code=was,
                number=number,
                before=_named(was, names),
                after=_named(code, names),
                reason_code=reason_code,
                reason=reason,
                made_at=tx.business_now,
                by=role_of(tx.actor),
            )
        )
        await recount_service(tx, order, was_township_code=was)
        await move_order(tx, order.id, code)
        booths = [line.assignment_id for line in served if line.assignment_id is not None]
        await move_queues(tx, booths, township_code=code)
        await unsettle(tx, {(each, line.item_code) for each in (was, code) for line in served})
        tx.record(
            order,
            OrderCorrected(
                order_id=order.id,
                township_code=code,
                was_township_code=was,
                correction=number,
                team_codes=tuple(sorted({line.team_code for line in served if line.team_code})),
                reason_code=reason_code,
            ),
        )
        return order


async def follow_booth(uow: UnitOfWork, event: BoothCorrected) -> None:
    """What dispatch says of a booth replaces what it said before. It comes in the stream of the stop, after the report;
    about a line that has another booth by now, or an order that is not here, it changes nothing."""
    async with uow.transaction() as tx:
        await tx.lock_service()
        order = await tx.find(Order, event.order_id)
        if order is None:
            return
        team = await current_code(tx.session, "team", event.team_code)
        line = order.correct_booth(event.line_id, event.assignment_id, team, event.served)
        if line is None:
            return
        await recount_service(tx, order)
        await move_booth(tx, event.assignment_id, line.id, team)
        await move_queues(tx, [event.assignment_id], team_code=team)
        await unsettle(tx, {(order.township_code, line.item_code)})


def _named(code: str, names: dict[str, tuple[str, str]]) -> NamedTownship:
    name, name_en = names.get(code, (code, code))
    return NamedTownship(code=code, name=name, name_en=name_en)
