"""What a person may ask about the own data: an export of it, or its erasure, in every service."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from services.catalog.accounts.use_cases.persons import erase_account_of, export_account_of
from services.catalog.contacts.use_cases import end_contacts_of_number, records_of_number
from services.catalog.policy import POLICY
from services.catalog.volunteers.domain import FIELDS, PersonRequest, Volunteer
from services.catalog.volunteers.queries import (
    numbers_merged_into,
    open_value,
    person_requests_about,
    qualifications_of,
)
from services.catalog.volunteers.use_cases.entering import as_event
from services.catalog.volunteers.use_cases.entries import find_in_reach, require_impersonal_reason
from services.catalog.volunteers.use_cases.qualifications import drop_qualifications
from shared.contracts import PUBLISHERS
from shared.contracts.catalog import PersonErased, PersonExportRequested
from shared.db.vault import Vault
from shared.kernel.errors import InvalidInput
from shared.kernel.ids import new_id
from shared.privacy.answering import Record, drop_parts, keep_part
from shared.telemetry.logs import logger
from shared.unit_of_work import Transaction, UnitOfWork

log = logger(__name__)


@dataclass(frozen=True, slots=True)
class Held:
    """How another capability of catalog collects and deletes what it holds about a volunteer."""

    collect: Callable[[Transaction, str], Awaitable[Sequence[Record]]]
    erase: Callable[[Transaction, str], Awaitable[int]]


ANSWERING = tuple(name for name in PUBLISHERS if name != "catalog")
"""The other services, each of which answers what it collected or deleted."""


async def request_export(uow: UnitOfWork, no: str, held: Sequence[Held] = ()) -> PersonRequest:
    """Collects what catalog holds about a person, and asks every other service to do the same.

    :raises NotFound: there is no such volunteer, or it is out of the actor's reach.
    :raises IllegalTransition: the person is erased.
    """
    grant = uow.permit(POLICY, "export_person")
    async with uow.transaction() as tx:
        person = await find_in_reach(tx, grant, no)
        person.require("export", person.state)
        request = _add_request(tx, person, "export")
        earlier = [
            asked
            for asked in await tx.session.scalars(person_requests_about(no))
            if asked.id != request.id
        ]
        records = [
            _as_record(uow.vault, person, await numbers_merged_into(tx.session, no)),
            *await _qualifications_of(tx, no),
            *await export_account_of(uow, tx, no),
            *await _as_contact(tx, uow.vault, person),
            *[each for other in held for each in await other.collect(tx, no)],
            *_as_records(earlier),
        ]
        await keep_part(tx, uow.vault, no, request.id, records)
        request.note_answer("catalog", len(records))
        tx.record(person, PersonExportRequested(volunteer_no=no, request_id=request.id))
        return request


async def erase_person(
    uow: UnitOfWork, no: str, *, reason: str | None, held: Sequence[Held] = ()
) -> PersonRequest:
    """Deletes what catalog holds about a person, the account included, and asks every other service to do the same.

    :raises InvalidInput: a coordinator gave no reason, or one with personal data.
    :raises IllegalTransition: it was done before.
    """
    grant = uow.permit(POLICY, "erase_person")
    async with uow.transaction() as tx:
        person = await find_in_reach(tx, grant, no)
        if reason is None and uow.actor.volunteer_no != no:
            raise InvalidInput("reason_needed", field="reason")
        if reason is not None:
            require_impersonal_reason(uow.vault, person, reason)
        was_active = person.state == "active"
        number = open_value(uow.vault, person, "phone")
        person.erase()
        request = _add_request(tx, person, "erasure")
        erased = 1 + await erase_account_of(uow, tx, no) + await drop_parts(tx, no)
        erased += await drop_qualifications(tx, no)
        erased += sum([await other.erase(tx, no) for other in held])
        if number is not None:
            erased += await end_contacts_of_number(uow, tx, uow.vault, number)
        request.note_answer("catalog", erased)
        if was_active:
            tx.record(person, as_event(person))
        tx.record(person, PersonErased(volunteer_no=no, request_id=request.id))
        tx.note(Volunteer.kind, no, erased=request.id, reason=reason or "the person's own wish")
    log.info("person erased", volunteer_no=no, request_id=request.id, by=uow.actor.subject)
    return request


async def note_answer(uow: UnitOfWork, request_id: str, *, service: str, records: int) -> None:
    """Notes that a service has collected or deleted what it held, and how many records that were."""
    async with uow.transaction() as tx:
        (await tx.get(PersonRequest, request_id)).note_answer(service, records)


def _add_request(
    tx: Transaction, person: Volunteer, purpose: Literal["export", "erasure"]
) -> PersonRequest:
    request = PersonRequest(
        id=new_id(),
        volunteer_no=person.no,
        purpose=purpose,
        requested_at=tx.now,
        answers={},
        awaited=["catalog", *ANSWERING],
    )
    tx.add(request)
    return request


async def _as_contact(tx: Transaction, vault: Vault, person: Volunteer) -> list[Record]:
    """Whoever can be called by the person's number as a contact of an office or a team is that person."""
    number = open_value(vault, person, "phone")
    return [] if number is None else await records_of_number(tx, vault, number)


async def _qualifications_of(tx: Transaction, no: str) -> list[Record]:
    return [
        {
            "kind": each.kind,
            "name": each.name,
            "state": each.state,
            "granted_on": each.granted_on.isoformat(),
            "expires_on": each.expires_on and each.expires_on.isoformat(),
            "reason": each.reason,
        }
        for each in await qualifications_of(tx.session, no)
    ]


def _as_record(vault: Vault, person: Volunteer, former_numbers: Sequence[str]) -> Record:
    return {
        "kind": "volunteer",
        "no": person.no,
        "team_code": person.team_code,
        "state": person.state,
        **{field: open_value(vault, person, field) for field in FIELDS},
        "consent_at": person.consent_at.isoformat(),
        "consent_version": person.consent_version,
        "former_numbers": list(former_numbers),
        "skills": person.skills,
        "consents": person.consents,
        "agreement_until": person.agreement_until and person.agreement_until.isoformat(),
        "novice_until": person.novice_until and person.novice_until.isoformat(),
        "minor": person.minor,
        "guardian_consent_on": person.guardian_consent_on
        and person.guardian_consent_on.isoformat(),
    }


def _as_records(requests: Iterable[PersonRequest]) -> list[Record]:
    return [
        {
            "kind": "request",
            "purpose": asked.purpose,
            "requested_at": asked.requested_at.isoformat(),
        }
        for asked in requests
    ]
