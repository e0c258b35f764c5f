"""What dispatch publishes about stops whose booths residents rate, and which nobody withdraws any more."""

from services.requests.orders.use_cases.stops import begin_stop
from services.requests.ratings.use_cases.follow_ups import open_stop
from services.requests.ratings.use_cases.residents import believe_tickets
from shared.contracts.dispatch import QueueOpened, StopStarted
from shared.unit_of_work import UnitOfWork


async def on_stop_started(uow: UnitOfWork, event: StopStarted) -> None:
    await open_stop(uow, event)
    await begin_stop(uow, event.stop_id)


async def on_queue_opened(uow: UnitOfWork, event: QueueOpened) -> None:
    await believe_tickets(uow, event.assignment_id, event.voucher_key)
