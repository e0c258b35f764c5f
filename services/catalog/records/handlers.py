"""Records follow what dispatch says of hours."""

from services.catalog.records.use_cases import keep_record
from shared.contracts.dispatch import HoursCorrected, HoursRecorded, HoursWithdrawn
from shared.unit_of_work import UnitOfWork


async def on_hours_recorded(uow: UnitOfWork, event: HoursRecorded) -> None:
    async with uow.transaction() as tx:
        await keep_record(tx, event, starts_at=event.starts_at, ends_at=event.ends_at)


async def on_hours_corrected(uow: UnitOfWork, event: HoursCorrected) -> None:
    async with uow.transaction() as tx:
        await keep_record(tx, event, starts_at=event.starts_at, ends_at=event.ends_at)


async def on_hours_withdrawn(uow: UnitOfWork, event: HoursWithdrawn) -> None:
    async with uow.transaction() as tx:
        await keep_record(tx, event, counts=False)
