"""Notify reports whether it reached a team."""

from services.dispatch.stops.use_cases.delivery import note_delivery
from shared.contracts.notify import MessageDelivered, MessageFailed
from shared.unit_of_work import UnitOfWork


async def on_message_delivered(uow: UnitOfWork, event: MessageDelivered) -> None:
    await note_delivery(uow, event.recipient_id, event.about)


async def on_message_failed(uow: UnitOfWork, event: MessageFailed) -> None:
    await note_delivery(uow, event.recipient_id, event.about, problem=event.reason_code)
