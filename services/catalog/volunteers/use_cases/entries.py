"""Entering volunteers, correcting their entries, and showing one value in clear."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime

from sqlalchemy import select, update

from services.catalog.accounts.use_cases.persons import close_account_of, move_account_of
from services.catalog.contacts.domain import clean_name
from services.catalog.directory.domain import Team
from services.catalog.directory.queries import require_known
from services.catalog.policy import POLICY
from services.catalog.volunteers.domain import FIELDS, PersonalField, Purpose, Volunteer
from services.catalog.volunteers.queries import (
    SEALED_COLUMNS,
    VolunteerView,
    open_value,
    require_reach,
    view_of,
    volunteers_without_index,
)
from services.catalog.volunteers.tables import volunteer, volunteer_number
from services.catalog.volunteers.use_cases.ages import born_by, note_birth
from services.catalog.volunteers.use_cases.personal_values import clean_identity
from shared.contracts.catalog import VolunteerChanged
from shared.db.engine import forget
from shared.db.vault import Vault, place_of
from shared.kernel.access import Grant
from shared.kernel.errors import Conflict, Forbidden, InvalidInput, NotFound
from shared.kernel.text import matched
from shared.privacy.personal_data import personal_data_in
from shared.privacy.phones import clean_phone
from shared.telemetry.logs import logger
from shared.unit_of_work import Transaction, UnitOfWork

log = logger(__name__)

_CLEAN: Mapping[str, Callable[[str], str]] = {
    "name": clean_name,
    "phone": clean_phone,
    "identity": clean_identity,
}
_INDEX = "volunteer.identity"
AT_A_TIME = 500


async def register_volunteer(
    uow: UnitOfWork,
    *,
    team_code: str,
    name: str,
    phone: str,
    identity: str | None,
    consent_at: datetime,
    consent_version: str,
    novice_until: date | None = None,
    born_on: str | None = None,
    guardian_consent_on: date | None = None,
) -> VolunteerView:
    """Enters a person under the next number. ``born_on`` (YYYY-MM-DD) is needed of minors only, and is in an identity
    number besides.

    :raises InvalidInput: a value is malformed, there is no such team, the consent lies ahead, or the person is too
        young, or no guardian agrees to a minor's work.
    :raises Conflict: this identity number is entered already.
    """
    grant = uow.permit(POLICY, "register_volunteer")
    grant.require_for("team_code", teams=[team_code])
    async with uow.transaction() as tx:
        await _require_team(tx, team_code)
        if consent_at > tx.now:
            raise InvalidInput("consent_ahead", field="consent_at")
        person = Volunteer(
            no=await _take_next_number(tx),
            team_code=team_code,
            name_sealed=None,
            phone_sealed=None,
            identity_sealed=None,
            identity_index=None,
            consent_at=consent_at.astimezone(UTC),
            consent_version=consent_version,
            novice_until=novice_until,
            guardian_consent_on=guardian_consent_on,
        )
        await _clean_and_seal(
            tx, uow.vault, grant, person, name=name, phone=phone, identity=identity
        )
        if identity is not None:
            born_on = born_by(clean_identity(identity))
        note_birth(uow.vault, person, born_on, tx.today)
        person.note_day(tx.today)
        tx.add(person)
        tx.record(person, as_event(person))
        return view_of(uow.vault, person)


async def correct_volunteer(
    uow: UnitOfWork,
    no: str,
    *,
    team_code: str | None = None,
    active: bool | None = None,
    name: str | None = None,
    phone: str | None = None,
    identity: str | None = None,
) -> VolunteerView:
    """Changes what is given. A volunteer may correct the own phone number, and nothing else.

    The volunteer's account goes to the new team with its tokens void, and is closed when the person leaves.

    :raises Forbidden: names the field that is not the actor's to change. :raises IllegalTransition: it is erased.
    :raises InvalidInput: :raises Conflict: as :func:`register_volunteer`.
    """
    grant = uow.permit(POLICY, "correct_volunteer")
    async with uow.transaction() as tx:
        if team_code is not None:
            await tx.find(
                Team, team_code
            )  # locked before its volunteers, as where teams are merged
        person = await find_in_reach(tx, grant, no)
        person.require("correct", person.state)
        if not grant.covers(teams=[person.team_code]):
            _require_nothing_else(team_code=team_code, active=active, name=name, identity=identity)
        moved = team_code is not None and team_code != person.team_code
        if team_code is not None and moved:
            grant.require_for("team_code", teams=[team_code])
            await _require_team(tx, team_code)
            person.team_code = team_code
            await move_account_of(uow, tx, no, team_code)
        turned = active is not None and active != (person.state == "active")
        if turned:
            if active:
                person.come_back()
            else:
                person.leave()
                await close_account_of(uow, tx, no)
        await _clean_and_seal(
            tx, uow.vault, grant, person, name=name, phone=phone, identity=identity
        )
        if moved or turned:
            tx.record(person, as_event(person))
        return view_of(uow.vault, person)


async def reveal_personal_value(
    uow: UnitOfWork, no: str, *, field: PersonalField, purpose: Purpose, reason: str
) -> str:
    """Returns one value in clear, for a stated purpose, and notes who asked, for what and why.

    :raises InvalidInput: the reason contains personal data. :raises NotFound: no such volunteer, or no such value.
    """
    grant = uow.permit(POLICY, "reveal_volunteer")
    async with uow.transaction() as tx:
        person = await find_in_reach(tx, grant, no)
        person.require("reveal", person.state)
        require_impersonal_reason(uow.vault, person, reason)
        value = open_value(uow.vault, person, field)
        if value is None:
            raise NotFound("personal_value", no)
        tx.note(Volunteer.kind, no, shown=field, purpose=purpose, reason=reason)
    log.info(
        "personal value shown", volunteer_no=no, field=field, purpose=purpose, by=uow.actor.subject
    )
    return value


async def find_in_reach(tx: Transaction, grant: Grant, no: str) -> Volunteer:
    """Returns a volunteer, locked. :raises NotFound: there is none, or it is out of the actor's reach."""
    return require_reach(grant, await tx.find(Volunteer, no), no)


def require_impersonal_reason(vault: Vault, person: Volunteer, reason: str) -> None:
    """Checks that a reason does not name the person, because reasons are kept where no values are.

    :raises InvalidInput: it contains personal data.
    """
    values = (open_value(vault, person, field) for field in FIELDS)
    said = matched(reason)
    if personal_data_in(reason) or any(
        matched(value) in said for value in values if value is not None
    ):
        raise InvalidInput("reason_is_personal", field="reason")


def as_event(person: Volunteer) -> VolunteerChanged:
    """Returns what other services are told of a volunteer: number, team, whether active, and what limits the work."""
    return VolunteerChanged(
        volunteer_no=person.no,
        team_code=person.team_code,
        active=person.state == "active",
        minor=person.minor,
        novice=person.novice,
        agreement_until=person.agreement_until,
    )


def _require_nothing_else(**given: object) -> None:
    """:raises Forbidden: something is given that a volunteer does not change; names the field."""
    for field, value in given.items():
        if value is not None:
            raise Forbidden("correct_volunteer", field=field)


async def _clean_and_seal(
    tx: Transaction, vault: Vault, grant: Grant, person: Volunteer, **values: str | None
) -> None:
    """Seals the values that are given. All are checked before any is taken over."""
    clean = {field: _CLEAN[field](value) for field, value in values.items() if value is not None}
    if "identity" in clean:
        index = vault.blind_index(clean["identity"], _INDEX)
        same = select(volunteer.c.no, volunteer.c.team_code)
        same = same.where(volunteer.c.identity_index == index, volunteer.c.no != person.no)
        if (known := (await tx.session.execute(same)).one_or_none()) is not None:
            raise _already_entered(grant, known.no, known.team_code)
        person.identity_index = index
    for field in FIELDS:
        if field not in clean:
            continue
        if getattr(person, f"{field}_sealed") is not None:
            await forget(tx.session)
        seal_value(vault, person, field, clean[field])


def seal_value(vault: Vault, person: Volunteer, field: PersonalField, value: str) -> None:
    """Seals a clean value, and notes by what entries with the same one are found."""
    sealed = vault.seal(value, place_of(SEALED_COLUMNS[field], person.no))
    setattr(person, f"{field}_sealed", sealed)
    if field != "identity":
        setattr(person, f"{field}_index", index_of(vault, field, value))


def index_of(vault: Vault, field: PersonalField, value: str) -> str:
    """Returns what entries with the same value have in common, however it was typed."""
    return vault.blind_index(matched(value), f"volunteer.{field}")


def _already_entered(grant: Grant, no: str, team_code: str) -> Conflict:
    """Who may see the entry is told which one it is.

    A leader of another team is told to ask a coordinator, and neither whose number it is nor where that person serves.
    """
    if grant.covers(teams=[team_code]):
        return Conflict("identity_known", field="identity", volunteer_no=no)
    log.info("identity number left to a coordinator", teams=sorted(grant.teams))
    return Conflict("identity_for_coordinator", field="identity")


async def _take_next_number(tx: Transaction) -> str:
    """Whoever takes a number holds its row until the commit, so no two persons get the same."""
    counting = (
        update(volunteer_number)
        .values(last=volunteer_number.c.last + 1)
        .returning(volunteer_number.c.last)
    )
    return f"V-{(await tx.session.execute(counting)).scalar_one():06}"


async def _require_team(tx: Transaction, code: str) -> None:
    await require_known(tx, Team, [code], field="team_code")


async def index_volunteers(uow: UnitOfWork) -> None:
    """Notes of volunteers that a release before entered by what their doubles are found. Killed in the middle, it goes
    on with those that are left."""
    while True:
        async with uow.transaction() as tx:
            numbers = await volunteers_without_index(tx.session, most=AT_A_TIME)
            for person in (await tx.find_all(Volunteer, numbers)).values():
                for field in ("name", "phone"):
                    value = open_value(uow.vault, person, field)
                    if value is not None:
                        setattr(person, f"{field}_index", index_of(uow.vault, field, value))
        if not numbers:
            return
