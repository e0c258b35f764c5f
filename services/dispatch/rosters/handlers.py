"""Rosters follow what catalog announces of volunteers: whoever leaves, stands nowhere any more."""

from services.dispatch.availability.use_cases import (
    erase_availability,
    keep_volunteer,
    merge_volunteers,
)
from services.dispatch.rosters.use_cases.following import drop_volunteer
from shared.contracts.catalog import VolunteerChanged, VolunteerMerged
from shared.unit_of_work import Transaction, UnitOfWork


async def on_volunteer_changed(uow: UnitOfWork, event: VolunteerChanged) -> None:
    async with uow.transaction() as tx:
        if await keep_volunteer(tx, event) and not event.active:
            await drop_volunteer(tx, event.volunteer_no, "left")


async def on_volunteer_merged(uow: UnitOfWork, event: VolunteerMerged) -> None:
    async with uow.transaction() as tx:
        into = await merge_volunteers(tx, event)
        await drop_volunteer(tx, event.volunteer_no, "merged", by=into)


async def erase_volunteer(tx: Transaction, no: str) -> int:
    """Forgets when the person can't come, and takes the number off the rosters ahead. Where it stood before stays, for
    a number alone says nothing."""
    await drop_volunteer(tx, no, "left")
    return await erase_availability(tx, no)
