"""Changes of a recurring order that was accepted: of single days, a pause, its end."""

from collections.abc import Callable
from datetime import date

from services.requests.orders.domain.order import CancelReason
from services.requests.policy import POLICY
from services.requests.recurrence.domain.series import Occurrence, Series
from services.requests.recurrence.queries import SeenSeries, occurrence_of, series_as_seen
from services.requests.recurrence.use_cases.making import OccurrenceMaking, make_occurrences
from services.requests.recurrence.use_cases.proposing import own_series
from services.requests.recurrence.use_cases.telling import tell
from services.requests.recurrence.use_cases.withdrawing import drop_blocked, withdraw_unplanned
from shared.kernel.doubts import Confirmations, Doubts
from shared.kernel.errors import Conflict, InvalidInput
from shared.unit_of_work import UnitOfWork


async def leave_day_out(
    uow: UnitOfWork, making: OccurrenceMaking, series_id: str, on: date
) -> SeenSeries:
    """There is no service on one day of the rule.

    :raises NotFound: it is another township's. :raises IllegalTransition: it is not accepted, or ended.
    :raises InvalidInput: nothing is due on that day, or it is past. :raises Conflict: there is an order for it already.
    """
    return await _change_day(uow, making, series_id, on, lambda found: found.leave_out(on))


async def move_day(
    uow: UnitOfWork, making: OccurrenceMaking, series_id: str, on: date, to: date
) -> SeenSeries:
    """One service is on another day. Refused as :func:`leave_day_out`, and where ``to`` is past, too far away, or has
    a service."""
    if to < uow.today():
        uow.permit(POLICY, "change_series")
        raise InvalidInput("day_is_past", field="to", day=to, today=uow.today())
    return await _change_day(uow, making, series_id, on, lambda found: found.move(on, to))


async def add_day(
    uow: UnitOfWork, making: OccurrenceMaking, series_id: str, on: date
) -> SeenSeries:
    """There is one service more. Refused as :func:`leave_day_out`, and where that day has a service."""
    return await _change_day(uow, making, series_id, on, lambda found: found.add_day(on))


async def restore_day(
    uow: UnitOfWork, making: OccurrenceMaking, series_id: str, on: date
) -> SeenSeries:
    """One day is as the rule has it again. Refused as :func:`leave_day_out`, and where it was not changed."""
    return await _change_day(uow, making, series_id, on, lambda found: found.restore(on))


async def pause_series(uow: UnitOfWork, series_id: str) -> SeenSeries:
    """No orders are made until it is resumed. :raises NotFound: :raises IllegalTransition: as :func:`leave_day_out`."""
    grant = uow.permit(POLICY, "change_series")
    async with uow.transaction() as tx:
        found = await own_series(tx, grant, series_id)
        found.pause()
        tell(tx, found, "paused")
        await tx.flush()
        return await series_as_seen(tx.session, found, uow.today())


async def resume_series(uow: UnitOfWork, making: OccurrenceMaking, series_id: str) -> SeenSeries:
    """Orders are made again, for days from today on. Refused as :func:`pause_series`."""
    grant = uow.permit(POLICY, "change_series")
    async with uow.transaction() as tx:
        found = await own_series(tx, grant, series_id)
        found.resume(uow.today())
        tell(tx, found, "resumed")
        await make_occurrences(uow, tx, making, found)
        return await series_as_seen(tx.session, found, uow.today())


async def end_series(
    uow: UnitOfWork,
    series_id: str,
    *,
    reason_code: CancelReason,
    reason: str | None,
    withdraws_orders: bool,
    confirmed: Confirmations = (),
) -> SeenSeries:
    """Nothing follows any more. With ``withdraws_orders`` the orders for days from today on go too, but for those that
    are planned or were changed by hand. Refused as :func:`pause_series`."""
    grant = uow.permit(POLICY, "change_series")
    async with uow.transaction() as tx:
        found = await own_series(tx, grant, series_id)
        found.end(reason_code, reason)
        Doubts(confirmed).settle()
        tell(tx, found, "ended")
        if withdraws_orders:
            await withdraw_unplanned(tx, found, uow.today(), reason_code, reason)
        else:
            await drop_blocked(tx, found)
        await tx.flush()
        return await series_as_seen(tx.session, found, uow.today())


async def drop_occurrence(uow: UnitOfWork, occurrence_id: str) -> SeenSeries:
    """The corps gives up a day for which no order could be made.

    :raises NotFound: there is none with this id. :raises IllegalTransition: it is not blocked.
    """
    uow.permit(POLICY, "drop_occurrence")
    async with uow.transaction() as tx:
        dropped = await tx.get(Occurrence, occurrence_id)
        dropped.drop()
        await tx.flush()
        found = await tx.get(Series, dropped.series_id)
        return await series_as_seen(tx.session, found, uow.today())


async def _change_day(
    uow: UnitOfWork,
    making: OccurrenceMaking,
    series_id: str,
    on: date,
    change: Callable[[Series], None],
) -> SeenSeries:
    grant = uow.permit(POLICY, "change_series")
    async with uow.transaction() as tx:
        found = await own_series(tx, grant, series_id)
        found.require("change_day", found.state)
        if on < uow.today():
            raise InvalidInput("day_is_past", field="on", day=on, today=uow.today())
        if (made := await occurrence_of(tx.session, series_id, on)) is not None:
            if made.state == "ordered":
                raise Conflict("day_has_order", field="on", day=on)
            raise Conflict("day_is_settled", field="on", day=on)
        change(found)
        tell(tx, found, "changed")
        if found.state == "active":
            await make_occurrences(uow, tx, making, found)
        else:
            found.see_to(found.seen_to or on)
        await tx.flush()
        return await series_as_seen(tx.session, found, uow.today())
