"""What requests says about orders that were served."""

from services.dispatch.corrections.use_cases import follow_order
from shared.contracts.requests import OrderCorrected
from shared.unit_of_work import UnitOfWork


async def on_order_corrected(uow: UnitOfWork, event: OrderCorrected) -> None:
    async with uow.transaction() as tx:
        await follow_order(tx, event.order_id, event.township_code)
