"""Notify reports whether it reached a team."""

from services.dispatch.stops.use_cases.delivery import note_delivery
from shared.contracts.notify import (
    MessageDelivered,
    MessageDeliveredV2,
    MessageFailed,
    MessageFailedV2,
)
from shared.unit_of_work import UnitOfWork


async def on_message_delivered(
    uow: UnitOfWork, event: MessageDelivered | MessageDeliveredV2
) -> None:
    """Both versions say the same of a team, and noting it again changes nothing."""
    await note_delivery(uow, event.recipient_id, event.about)


async def on_message_failed(uow: UnitOfWork, event: MessageFailed | MessageFailedV2) -> None:
    await note_delivery(uow, event.recipient_id, event.about, problem=event.reason_code)
