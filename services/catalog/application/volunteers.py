"""What can be done with volunteers' entries, and what a volunteer may ask about the own data."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal, get_args

from sqlalchemy import Select, select, update

from services.catalog.application.accounts_of_persons import (
    account_records,
    close_account,
    erase_account_of,
    move_account,
)
from services.catalog.application.personal_values import clean_identity, clean_name, clean_phone
from services.catalog.application.policy import POLICY
from services.catalog.domain.directory import Team
from services.catalog.domain.volunteer import (
    PersonRequest,
    State,
    Volunteer,
    mask_identity,
    mask_name,
    mask_phone,
)
from services.catalog.store.tables import person_request, volunteer, volunteer_number
from shared.contracts import PUBLISHERS
from shared.contracts.base import PersonAnswer
from shared.contracts.catalog import PersonErased, PersonExportRequested, VolunteerChanged
from shared.db.engine import forget
from shared.db.paging import page_of
from shared.db.reach import within
from shared.db.vault import Vault, place_of
from shared.kernel.access import Grant
from shared.kernel.errors import Conflict, Forbidden, InvalidInput, NotFound
from shared.kernel.ids import new_id
from shared.kernel.text import matched
from shared.privacy.answering import Record, drop_parts, keep_part
from shared.privacy.personal_data import personal_data_in
from shared.telemetry.logs import logger
from shared.unit_of_work import Transaction, UnitOfWork

log = logger(__name__)

PersonalField = Literal["name", "phone", "identity"]
Purpose = Literal["contact", "insurance", "emergency", "identity_check", "person_asked"]
"""What a clear value may be asked for; whoever audits sees which it was."""

FIELDS: tuple[PersonalField, ...] = get_args(PersonalField)
ANSWERING = tuple(name for name in PUBLISHERS if name != "catalog")

_CLEAN = {"name": clean_name, "phone": clean_phone, "identity": clean_identity}
_MASK = {"name": mask_name, "phone": mask_phone, "identity": mask_identity}
_COLUMN = {"name": volunteer.c.name_sealed, "phone": volunteer.c.phone_sealed, "identity": volunteer.c.identity_sealed}
_INDEX = "volunteer.identity"


@dataclass(frozen=True, slots=True)
class VolunteerView:
    """A volunteer as shown: personal values masked, None when there is none (any more)."""

    no: str
    team_code: str
    state: State
    name: str | None
    phone: str | None
    identity: str | None
    consent_at: datetime
    consent_version: str


async def register(
    uow: UnitOfWork,
    *,
    team_code: str,
    name: str,
    phone: str,
    identity: str | None,
    consent_at: datetime,
    consent_version: str,
) -> VolunteerView:
    """Enters a person under the next number.

    :raises InvalidInput: a value is malformed, there is no such team, or the consent lies ahead.
    :raises Conflict: this identity number is entered already.
    """
    grant = uow.permit(POLICY, "register_volunteer")
    grant.require_for("team_code", teams=[team_code])
    async with uow.transaction() as tx:
        await _require_team(tx, team_code)
        if consent_at > tx.now:
            raise InvalidInput("consent_ahead", field="consent_at")
        person = Volunteer(
            no=await _next_number(tx),
            team_code=team_code,
            name_sealed=None,
            phone_sealed=None,
            identity_sealed=None,
            identity_index=None,
            consent_at=consent_at.astimezone(UTC),
            consent_version=consent_version,
        )
        await _put(tx, uow.vault, grant, person, name=name, phone=phone, identity=identity)
        tx.add(person)
        tx.record(person, _changed(person))
        return view_of(uow.vault, person)


async def correct(
    uow: UnitOfWork,
    no: str,
    *,
    team_code: str | None = None,
    active: bool | None = None,
    name: str | None = None,
    phone: str | None = None,
    identity: str | None = None,
) -> VolunteerView:
    """Changes what is given. A volunteer may correct the own phone number, and nothing else. The volunteer's account
    goes to the new team with its tokens void, and is closed when the person leaves.

    :raises Forbidden: names the field that is not the actor's to change. :raises IllegalTransition: it is erased.
    :raises InvalidInput: :raises Conflict: as :func:`register`.
    """
    grant = uow.permit(POLICY, "correct_volunteer")
    async with uow.transaction() as tx:
        person = await _get(tx, grant, no)
        person.require("correct", person.state)
        if not grant.covers(teams=[person.team_code]):
            said = {"team_code": team_code, "active": active, "name": name, "identity": identity}
            for field, value in said.items():
                if value is not None:
                    raise Forbidden("correct_volunteer", field=field)
        moved = team_code is not None and team_code != person.team_code
        if team_code is not None and moved:
            grant.require_for("team_code", teams=[team_code])
            await _require_team(tx, team_code)
            person.team_code = team_code
            await move_account(uow, tx, no, team_code)
        turned = active is not None and active != (person.state == "active")
        if turned:
            if active:
                person.come_back()
            else:
                person.leave()
                await close_account(uow, tx, no)
        await _put(tx, uow.vault, grant, person, name=name, phone=phone, identity=identity)
        if moved or turned:
            tx.record(person, _changed(person))
        return view_of(uow.vault, person)


async def list_volunteers(
    uow: UnitOfWork, *, team_code: str | None, after: str | None, limit: int
) -> tuple[list[VolunteerView], str | None]:
    grant = uow.permit(POLICY, "read_volunteers")
    query = select(Volunteer).where(within(grant, team=volunteer.c.team_code, person=volunteer.c.no))
    if team_code is not None:
        query = query.where(volunteer.c.team_code == team_code)
    async with uow.reading() as session:
        found, next_after = await page_of(session, query, volunteer.c.no, after=after, limit=limit)
    return [view_of(uow.vault, person) for person in found], next_after


async def get_volunteer(uow: UnitOfWork, no: str) -> VolunteerView:
    grant = uow.permit(POLICY, "read_volunteers")
    async with uow.reading() as session:
        person = await session.get(Volunteer, no)
    return view_of(uow.vault, _reached(grant, person, no))


async def reveal(uow: UnitOfWork, no: str, *, field: PersonalField, purpose: Purpose, reason: str) -> str:
    """One value in clear, for a stated purpose; it is noted who asked, for what and why.

    :raises InvalidInput: the reason contains personal data. :raises NotFound: no such volunteer, or no such value.
    """
    grant = uow.permit(POLICY, "reveal_volunteer")
    async with uow.transaction() as tx:
        person = await _get(tx, grant, no)
        person.require("reveal", person.state)
        _refuse_personal(uow.vault, person, reason)
        value = _open(uow.vault, person, field)
        if value is None:
            raise NotFound("personal_value", no)
        tx.note(Volunteer.kind, no, shown=field, purpose=purpose, reason=reason)
    log.info("personal value shown", volunteer_no=no, field=field, purpose=purpose, by=uow.actor.subject)
    return value


async def request_export(uow: UnitOfWork, no: str) -> PersonRequest:
    """Collects what catalog holds, and asks everybody else to do the same."""
    grant = uow.permit(POLICY, "export_person")
    async with uow.transaction() as tx:
        person = await _get(tx, grant, no)
        person.require("export", person.state)
        request = _ask(tx, person, "export")
        earlier = await tx.session.scalars(_requests_of(no))
        records: list[Record] = [
            {
                "kind": "volunteer",
                "no": person.no,
                "team_code": person.team_code,
                "state": person.state,
                **{field: _open(uow.vault, person, field) for field in FIELDS},
                "consent_at": person.consent_at.isoformat(),
                "consent_version": person.consent_version,
            },
            *await account_records(tx, no),
            *(
                {"kind": "request", "purpose": e.purpose, "requested_at": e.requested_at.isoformat()}
                for e in earlier
                if e.id != request.id
            ),
        ]
        await keep_part(tx, uow.vault, no, request.id, records)
        request.note_answer("catalog", len(records))
        tx.record(person, PersonExportRequested(volunteer_no=no, request_id=request.id))
        return request


async def erase(uow: UnitOfWork, no: str, *, reason: str | None) -> PersonRequest:
    """Deletes what catalog holds about the person, the account included, at once, and has everybody else do the same.

    :raises InvalidInput: a coordinator gave no reason, or one with personal data.
    :raises IllegalTransition: it was done before.
    """
    grant = uow.permit(POLICY, "erase_person")
    async with uow.transaction() as tx:
        person = await _get(tx, grant, no)
        if reason is None and uow.actor.volunteer_no != no:
            raise InvalidInput("reason_needed", field="reason")
        if reason is not None:
            _refuse_personal(uow.vault, person, reason)
        was_active = person.state == "active"
        person.erase()
        request = _ask(tx, person, "erasure")
        erased = 1 + await erase_account_of(uow, tx, no) + await drop_parts(tx, no)
        request.note_answer("catalog", erased)
        if was_active:
            tx.record(person, _changed(person))
        tx.record(person, PersonErased(volunteer_no=no, request_id=request.id))
        tx.note(Volunteer.kind, no, erased=request.id, reason=reason or "the person's own wish")
    log.info("person erased", volunteer_no=no, request_id=request.id, by=uow.actor.subject)
    return request


async def list_requests(uow: UnitOfWork, no: str) -> list[PersonRequest]:
    """What was asked about a person, newest first, with the services that have answered."""
    grant = uow.permit(POLICY, "read_person_requests")
    async with uow.reading() as session:
        _reached(grant, await session.get(Volunteer, no), no)
        return list(await session.scalars(_requests_of(no)))


async def note_answer(uow: UnitOfWork, event: PersonAnswer) -> None:
    """A service has collected or deleted what it held."""
    async with uow.transaction() as tx:
        (await tx.get(PersonRequest, event.request_id)).note_answer(event.publisher, event.records)


def view_of(vault: Vault, person: Volunteer) -> VolunteerView:
    def shown(field: PersonalField) -> str | None:
        value = _open(vault, person, field)
        return _MASK[field](value) if value is not None else None

    return VolunteerView(
        no=person.no,
        team_code=person.team_code,
        state=person.state,
        name=shown("name"),
        phone=shown("phone"),
        identity=shown("identity"),
        consent_at=person.consent_at,
        consent_version=person.consent_version,
    )


async def _put(tx: Transaction, vault: Vault, grant: Grant, person: Volunteer, **values: str | None) -> None:
    """Seals the values that are given. All are checked before any is taken over."""
    clean = {field: _CLEAN[field](value) for field, value in values.items() if value is not None}
    if "identity" in clean:
        index = vault.blind_index(clean["identity"], _INDEX)
        same = select(volunteer.c.no, volunteer.c.team_code)
        same = same.where(volunteer.c.identity_index == index, volunteer.c.no != person.no)
        if (known := (await tx.session.execute(same)).one_or_none()) is not None:
            raise _already_entered(grant, known.no, known.team_code)
        person.identity_index = index
    for field, value in clean.items():
        if getattr(person, f"{field}_sealed") is not None:
            await forget(tx.session)
        setattr(person, f"{field}_sealed", vault.seal(value, place_of(_COLUMN[field], person.no)))


def _already_entered(grant: Grant, no: str, team_code: str) -> Conflict:
    """Who may see the entry is told which one it is. A leader of another team is told to ask a coordinator, and not
    whose number it is nor where that person serves."""
    if grant.covers(teams=[team_code]):
        return Conflict("identity_known", field="identity", volunteer_no=no)
    log.info("identity number left to a coordinator", teams=sorted(grant.teams))
    return Conflict("identity_for_coordinator", field="identity")


def _open(vault: Vault, person: Volunteer, field: PersonalField) -> str | None:
    sealed: str | None = getattr(person, f"{field}_sealed")
    return vault.open(sealed, place_of(_COLUMN[field], person.no)) if sealed is not None else None


def _refuse_personal(vault: Vault, person: Volunteer, reason: str) -> None:
    """Reasons are kept where no values are: they must not name the person."""
    values = (_open(vault, person, field) for field in FIELDS)
    said = matched(reason)
    if personal_data_in(reason) or any(matched(value) in said for value in values if value is not None):
        raise InvalidInput("reason_is_personal", field="reason")


async def _next_number(tx: Transaction) -> str:
    """Whoever takes a number holds its row until the commit, so no two persons get the same."""
    counting = update(volunteer_number).values(last=volunteer_number.c.last + 1).returning(volunteer_number.c.last)
    return f"V-{(await tx.session.execute(counting)).scalar_one():06}"


async def _require_team(tx: Transaction, code: str) -> None:
    if await tx.session.get(Team, code) is None:
        raise InvalidInput("unknown_code", field="team_code", kind=Team.kind, codes=code)


async def _get(tx: Transaction, grant: Grant, no: str) -> Volunteer:
    return _reached(grant, await tx.find(Volunteer, no), no)


def _reached(grant: Grant, person: Volunteer | None, no: str) -> Volunteer:
    """:raises NotFound: there is none, or it is out of the actor's reach."""
    if person is None:
        raise NotFound(Volunteer.kind, no, states=Volunteer.STEPS)
    grant.require(Volunteer.kind, no, teams=[person.team_code], person=no, states=Volunteer.STEPS)
    return person


def _ask(tx: Transaction, person: Volunteer, purpose: Literal["export", "erasure"]) -> PersonRequest:
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


def _requests_of(no: str) -> Select[PersonRequest]:
    return select(PersonRequest).where(person_request.c.volunteer_no == no).order_by(person_request.c.id.desc())


def _changed(person: Volunteer) -> VolunteerChanged:
    return VolunteerChanged(volunteer_no=person.no, team_code=person.team_code, active=person.state == "active")
