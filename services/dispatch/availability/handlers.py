"""Copies what catalog announces of qualifications. Volunteers are copied in
:mod:`services.dispatch.rosters.handlers`, because rosters have to follow their changes."""

from services.dispatch.availability.use_cases import (
    drop_qualification,
    keep_qualification,
)
from shared.contracts.catalog import (
    QualificationGranted,
    QualificationRevoked,
)
from shared.unit_of_work import UnitOfWork


async def on_qualification_granted(uow: UnitOfWork, event: QualificationGranted) -> None:
    async with uow.transaction() as tx:
        await keep_qualification(tx, event)


async def on_qualification_revoked(uow: UnitOfWork, event: QualificationRevoked) -> None:
    async with uow.transaction() as tx:
        await drop_qualification(tx, event)
