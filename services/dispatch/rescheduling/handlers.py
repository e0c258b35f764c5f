"""Published plans follow what catalog and requests announce: teams that get smaller or leave, items that teams no
longer offer, orders that come and go."""

from services.dispatch.calendars.use_cases import end_of_party, move_calendars
from services.dispatch.demand.use_cases import (
    cancel_lines,
    move_lines,
    open_lines,
    prioritise_lines,
)
from services.dispatch.directory.queries import is_retired
from services.dispatch.directory.use_cases import (
    hold_township,
    keep_item,
    keep_team,
    lock_township,
    move_areas,
)
from services.dispatch.plans.queries.plans import campaigns_of_plans
from services.dispatch.plans.use_cases.runs import queue_repairs
from services.dispatch.plans.use_cases.successions import move_plans
from services.dispatch.rescheduling.use_cases import (
    follow_amendment,
    free_team,
    release_order,
)
from services.dispatch.stops.domain.stop import ORDER_CANCELLED, ORDER_CLOSED
from services.dispatch.stops.queries.lookups import plans_with
from services.dispatch.stops.use_cases.successions import move_stops
from shared.contracts.catalog import (
    ServiceItemChanged,
    TeamChanged,
    TeamRegistered,
    TownshipRecoded,
)
from shared.contracts.requests import (
    OrderAccepted,
    OrderAmended,
    OrderCancelled,
    OrderClosed,
    OrderPrioritised,
)
from shared.db.successors import note_successor
from shared.unit_of_work import Transaction, UnitOfWork


async def on_team_registered(uow: UnitOfWork, event: TeamRegistered) -> None:
    await _follow_team(uow, event)


async def on_team_changed(uow: UnitOfWork, event: TeamChanged) -> None:
    await _follow_team(uow, event)


async def _follow_team(uow: UnitOfWork, event: TeamRegistered) -> None:
    """When a team gets smaller or serves fewer townships, a repair checks the booths that it has ahead. When it leaves
    the corps, those booths are offered to other teams at once."""
    async with uow.transaction() as tx:
        if await keep_team(tx, event):
            await _repair(tx, {event.code})
        if await is_retired(tx.session, event.code):
            await free_team(tx, event.code, uow.today())


async def on_service_item_changed(uow: UnitOfWork, event: ServiceItemChanged) -> None:
    """A repair replaces teams that don't offer the item any more, at the booths that they have ahead."""
    async with uow.transaction() as tx:
        if gone := await keep_item(tx, event):
            await _repair(tx, gone, item_code=event.code)


async def on_township_recoded(uow: UnitOfWork, event: TownshipRecoded) -> None:
    """All that dispatch keeps of the township is under its new code from now on: demand, stops, plans, service areas.
    No plan changes by that, so nobody is asked again."""
    async with uow.transaction() as tx:
        await lock_township(tx, event.code)
        new_code = await note_successor(tx.session, "township", event.code, event.new_code)
        await move_plans(tx, event.code, new_code)  # locked before their stops, as everywhere
        await move_stops(tx, event.code, new_code)
        await move_lines(tx, event.code, new_code)
        await move_areas(tx, event.code, new_code)
        if event.joins:  # what was shown of one township is none of who reads about the other
            await end_of_party(tx, "township", event.code)
        else:
            await move_calendars(tx, event.code, new_code)


async def on_order_accepted(uow: UnitOfWork, event: OrderAccepted) -> None:
    """The order's lines become open demand. If its campaign has a plan already, a repair looks for places."""
    async with uow.transaction() as tx:
        code = await hold_township(tx, event.township_code)
        await open_lines(tx, event.model_copy(update={"township_code": code}))
        queue_repairs(tx, [event.campaign_id])


async def on_order_amended(uow: UnitOfWork, event: OrderAmended) -> None:
    async with uow.transaction() as tx:
        await lock_township(tx, event.township_code)
        code = await hold_township(tx, event.township_code)
        await follow_amendment(tx, event.model_copy(update={"township_code": code}))


async def on_order_prioritised(uow: UnitOfWork, event: OrderPrioritised) -> None:
    """The next plan goes by it; what is published stays."""
    async with uow.transaction() as tx:
        await prioritise_lines(tx, event.order_id, event.priority)


async def on_order_cancelled(uow: UnitOfWork, event: OrderCancelled) -> None:
    await _drop_order(uow, event.order_id, ORDER_CANCELLED)


async def on_order_closed(uow: UnitOfWork, event: OrderClosed) -> None:
    await _drop_order(uow, event.order_id, ORDER_CLOSED)


async def _drop_order(uow: UnitOfWork, order_id: str, reason_code: str) -> None:
    """Cancels the lines that were not served, and releases what was booked for them."""
    async with uow.transaction() as tx:
        await cancel_lines(tx, order_id)
        await release_order(tx, order_id, reason_code)


async def _repair(tx: Transaction, teams: set[str], *, item_code: str | None = None) -> None:
    """Queues a repair of each plan in which one of these teams is expected, with this item."""
    plans = await plans_with(tx.session, teams, item_code=item_code)
    queue_repairs(tx, await campaigns_of_plans(tx.session, plans))
