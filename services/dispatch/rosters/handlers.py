"""Rosters follow what catalog announces of volunteers: whoever leaves, stands nowhere any more."""

from services.dispatch.availability.use_cases import keep_volunteer
from services.dispatch.rosters.use_cases.following import drop_volunteer
from shared.contracts.catalog import VolunteerChanged
from shared.unit_of_work import UnitOfWork


async def on_volunteer_changed(uow: UnitOfWork, event: VolunteerChanged) -> None:
    async with uow.transaction() as tx:
        if await keep_volunteer(tx, event) and not event.active:
            await drop_volunteer(tx, event.volunteer_no, "left")
