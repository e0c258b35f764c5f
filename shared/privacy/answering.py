"""Answers catalog's requests about a person: a service collects what it stores, or deletes it.

Each service defines how it does either for its own tables; the rest is the same.
"""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select

from shared.contracts.base import PersonAnswer
from shared.contracts.catalog import PersonErased, PersonExportRequested
from shared.db.engine import forget
from shared.db.vault import Vault, place_of
from shared.kernel.access import Policy
from shared.kernel.errors import NotFound
from shared.privacy.tables import PersonPart, person_part
from shared.telemetry.logs import logger
from shared.unit_of_work import Transaction, UnitOfWork

KEPT = timedelta(days=7)
"""How long a collected part waits to be fetched, and is known to have been deleted."""

log = logger(__name__)

Record = dict[str, Any]
"""One thing a service holds: ``kind``, and what it is, as JSON values."""

Collect = Callable[[Transaction, Vault, str], Awaitable[list[Record]]]
Erase = Callable[[Transaction, str], Awaitable[int]]


@dataclass(frozen=True, slots=True)
class Part:
    """What one service stores about a volunteer, for those who may see it."""

    service: str
    request_id: str
    made_at: datetime
    expires_at: datetime
    records: list[Record]


@dataclass(frozen=True, slots=True)
class Holdings:
    """How a service collects and deletes by volunteer number, and the events that report it."""

    collect: Collect
    erase: Erase
    collected: type[PersonAnswer]
    erased: type[PersonAnswer]

    async def on_export_requested(self, uow: UnitOfWork, event: PersonExportRequested) -> None:
        async with uow.transaction() as tx:
            records = await self.collect(tx, uow.vault, event.volunteer_no)
            part = await keep_part(tx, uow.vault, event.volunteer_no, event.request_id, records)
            tx.record(part, self._answer(self.collected, part))

    async def on_person_erased(self, uow: UnitOfWork, event: PersonErased) -> None:
        async with uow.transaction() as tx:
            records = await self.erase(tx, event.volunteer_no)
            records += await drop_parts(tx, event.volunteer_no)
            part = PersonPart(
                request_id=event.request_id,
                volunteer_no=event.volunteer_no,
                records=records,
                data_sealed=None,
                made_at=tx.now,
                expires_at=tx.now + KEPT,
            )
            tx.add(part)
            tx.record(part, self._answer(self.erased, part))

    @staticmethod
    def _answer(kind: type[PersonAnswer], part: PersonPart) -> PersonAnswer:
        return kind(
            volunteer_no=part.volunteer_no, request_id=part.request_id, records=part.records
        )


async def hold_nothing(_tx: Transaction, _vault: Vault, _volunteer_no: str) -> list[Record]:
    """Collects nothing, for a service that knows posts and places, but no persons."""
    return []


async def erase_nothing(_tx: Transaction, _volunteer_no: str) -> int:
    return 0


async def keep_part(
    tx: Transaction, vault: Vault, volunteer_no: str, request_id: str, records: list[Record]
) -> PersonPart:
    """Stores what was collected, sealed, until it expires."""
    said = json.dumps(records, ensure_ascii=False)
    part = PersonPart(
        request_id=request_id,
        volunteer_no=volunteer_no,
        records=len(records),
        data_sealed=vault.seal(said, place_of(person_part.c.data_sealed, request_id)),
        made_at=tx.now,
        expires_at=tx.now + KEPT,
    )
    tx.add(part)
    return part


async def drop_parts(tx: Transaction, volunteer_no: str) -> int:
    """Deletes what was collected for the person earlier, and returns how many records that was."""
    waiting = person_part.c.volunteer_no == volunteer_no, person_part.c.data_sealed.is_not(None)
    found = (await tx.session.scalars(select(person_part.c.records).where(*waiting))).all()
    await tx.session.execute(delete(person_part).where(*waiting))
    await forget(tx.session)
    return sum(found)


async def fetch_part(
    uow: UnitOfWork, policy: Policy, service: str, volunteer_no: str, request_id: str | None = None
) -> Part:
    """Returns the collected part of the named request, or else of the latest.

    :raises NotFound: nothing was requested, it is not collected yet, or has expired; or it is about
    somebody else.
    """
    grant = uow.permit(policy, "read_person_export")
    grant.require("person_part", volunteer_no, person=volunteer_no)
    query = select(PersonPart).where(
        person_part.c.volunteer_no == volunteer_no, person_part.c.data_sealed.is_not(None)
    )
    if request_id is not None:
        query = query.where(person_part.c.request_id == request_id)
    async with uow.transaction() as tx:
        query = (
            query.where(person_part.c.expires_at > tx.now)
            .order_by(person_part.c.made_at.desc())
            .limit(1)
        )
        part = (await tx.session.scalars(query)).one_or_none()
        if part is None or part.data_sealed is None:
            raise NotFound("person_part", volunteer_no)
        tx.note("person_part", volunteer_no, request_id=part.request_id)
        opened = uow.vault.open(
            part.data_sealed, place_of(person_part.c.data_sealed, part.request_id)
        )
    log.info(
        "person's data shown",
        volunteer_no=volunteer_no,
        request_id=part.request_id,
        by=uow.actor.subject,
    )
    return Part(
        service=service,
        request_id=part.request_id,
        made_at=part.made_at,
        expires_at=part.expires_at,
        records=json.loads(opened),
    )
