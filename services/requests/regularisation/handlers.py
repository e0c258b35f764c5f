"""What dispatch publishes about queues is kept as evidence."""

from services.requests.regularisation import use_cases
from shared.contracts.dispatch import QueueMeasured
from shared.unit_of_work import UnitOfWork


async def on_queue_measured(uow: UnitOfWork, event: QueueMeasured) -> None:
    await use_cases.keep_queue(uow, event)
