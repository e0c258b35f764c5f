"""What dispatch listens to, and the use case each event calls."""

from services.dispatch.application import intake
from shared.contracts.catalog import ServiceItemChanged, TeamChanged, TeamRegistered, TownshipChanged
from shared.contracts.notify import MessageDelivered, MessageFailed
from shared.contracts.requests import OrderAccepted, OrderCancelled, OrderClosed
from shared.db.unit_of_work import UnitOfWork
from shared.messaging.consumer import Subscriptions


async def on_township_changed(uow: UnitOfWork, event: TownshipChanged) -> None:
    await intake.note_township(uow, code=event.code, name=event.name, name_en=event.name_en, centre=event.centre)


async def on_team_changed(uow: UnitOfWork, event: TeamRegistered) -> None:
    await intake.note_team(uow, code=event.code, name=event.name, name_en=event.name_en, members=event.members)


async def on_service_item_changed(uow: UnitOfWork, event: ServiceItemChanged) -> None:
    await intake.note_item(uow, code=event.code, name=event.name, name_en=event.name_en, teams=event.teams)


async def on_order_accepted(uow: UnitOfWork, event: OrderAccepted) -> None:
    await intake.take_demand(uow, event)


async def on_order_cancelled(uow: UnitOfWork, event: OrderCancelled) -> None:
    await intake.drop_demand(uow, event.order_id, event.reason)


async def on_order_closed(uow: UnitOfWork, event: OrderClosed) -> None:
    await intake.drop_demand(uow, event.order_id, "order closed")


async def on_message_delivered(uow: UnitOfWork, event: MessageDelivered) -> None:
    await intake.note_delivery(uow, event)


SUBSCRIPTIONS: Subscriptions = {
    TownshipChanged: on_township_changed,
    TeamRegistered: on_team_changed,
    TeamChanged: on_team_changed,
    ServiceItemChanged: on_service_item_changed,
    OrderAccepted: on_order_accepted,
    OrderCancelled: on_order_cancelled,
    OrderClosed: on_order_closed,
    MessageDelivered: on_message_delivered,
    MessageFailed: on_message_delivered,
}
