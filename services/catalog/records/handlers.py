"""Records follow what dispatch says of hours, and sheets what it says of booths."""

from services.catalog.records.use_cases.copies import (
    drop_booth,
    keep_booth,
    keep_record,
    keep_roster,
)
from shared.contracts.dispatch import (
    AssignmentDeclined,
    HoursCorrected,
    HoursRecorded,
    HoursWithdrawn,
    RosterChanged,
    TeamAssigned,
    TeamReleased,
)
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


async def on_team_assigned(uow: UnitOfWork, event: TeamAssigned) -> None:
    async with uow.transaction() as tx:
        await keep_booth(tx, event)


async def on_roster_changed(uow: UnitOfWork, event: RosterChanged) -> None:
    async with uow.transaction() as tx:
        await keep_roster(tx, event)


async def on_assignment_declined(uow: UnitOfWork, event: AssignmentDeclined) -> None:
    async with uow.transaction() as tx:
        await drop_booth(tx, event.assignment_id)


async def on_team_released(uow: UnitOfWork, event: TeamReleased) -> None:
    async with uow.transaction() as tx:
        await drop_booth(tx, event.assignment_id)
