"""Entering volunteers: one by the form, or many from a table, by the same rules."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from sqlalchemy import update

from services.catalog.contacts.domain import clean_name
from services.catalog.directory.domain import Category, Team
from services.catalog.directory.queries import require_known
from services.catalog.policy import POLICY
from services.catalog.volunteers.domain import FIELDS, Consent, PersonalField, Volunteer
from services.catalog.volunteers.queries import (
    SEALED_COLUMNS,
    VolunteerView,
    view_of,
    volunteers_by_index,
)
from services.catalog.volunteers.tables import volunteer_number
from services.catalog.volunteers.use_cases.ages import (
    born_by,
    coming_of_age,
    note_birth,
    require_guardian,
)
from services.catalog.volunteers.use_cases.personal_values import clean_identity
from shared.contracts.catalog import VolunteerChanged
from shared.db.vault import Vault, place_of
from shared.kernel.access import Grant
from shared.kernel.errors import Conflict, InvalidInput
from shared.kernel.text import matched
from shared.privacy.phones import clean_phone
from shared.telemetry.logs import logger
from shared.unit_of_work import Transaction, UnitOfWork

log = logger(__name__)

CLEAN: Mapping[PersonalField, Callable[[str], str]] = {
    "name": clean_name,
    "phone": clean_phone,
    "identity": clean_identity,
}
"""What makes of a personal value, as it was typed, the one that is kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewVolunteer:
    """What is said of a person who is to be entered. ``born_on`` (YYYY-MM-DD) is needed of minors only, and is in an
    identity number besides."""

    team_code: str
    name: str
    phone: str
    consent_at: datetime
    consent_version: str
    identity: str | None = None
    novice_until: date | None = None
    born_on: str | None = None
    guardian_consent_on: date | None = None
    skills: Sequence[str] = ()
    consents: Sequence[Consent] = ()
    agreement_until: date | None = None


async def register_volunteer(uow: UnitOfWork, said: NewVolunteer) -> VolunteerView:
    """Enters a person under the next number.

    :raises Forbidden: the person is of a team that is not the actor's. :raises InvalidInput: :raises Conflict: as
        :func:`enter_all`.
    """
    grant = uow.permit(POLICY, "register_volunteer")
    grant.require_for("team_code", teams=[said.team_code])
    async with uow.transaction() as tx:
        (person,) = await enter_all(tx, uow.vault, grant, [said])
        return view_of(uow.vault, person)


async def enter_all(
    tx: Transaction, vault: Vault, grant: Grant, people: Sequence[NewVolunteer]
) -> list[Volunteer]:
    """Enters people under the next numbers, in their order. No two of them have one identity number.

    :raises InvalidInput: a value is malformed, there is no such team or category, the consent lies ahead, or a person
        is too young, or no guardian agrees to a minor's work.
    :raises Conflict: an identity number is entered already.
    """
    await require_known(tx, Team, sorted({each.team_code for each in people}), field="team_code")
    skills = sorted({skill for each in people for skill in each.skills})
    await require_known(tx, Category, skills, field="skills")
    for each in people:
        require_agreed(each.consent_at, tx.now)
    cleaned = [_cleaned(each) for each in people]
    identities = [values["identity"] for values in cleaned if "identity" in values]
    await require_unknown(tx, vault, grant, identities)
    numbers = await _take_next_numbers(tx, len(people))
    entered = []
    for no, each, values in zip(numbers, people, cleaned, strict=True):
        person = _entry(no, each)
        for field, value in values.items():
            seal_value(vault, person, field, value)
        note_birth(vault, person, _born_on(values.get("identity"), each.born_on), tx.today)
        person.note_day(tx.today)
        tx.add(person)
        tx.record(person, as_event(person))
        entered.append(person)
    return entered


def require_agreed(consent_at: datetime, now: datetime) -> None:
    """:raises InvalidInput: the consent lies ahead."""
    if consent_at > now:
        raise InvalidInput("consent_ahead", field="consent_at")


def require_age(
    *, identity: str | None, born_on: str | None, guardian_consent_on: date | None, today: date
) -> None:
    """Checks that a person of this clean identity number, or else of this day of birth, may be entered.

    :raises InvalidInput: it is no day, the person is too young, or no guardian agrees to a minor's work.
    """
    born_on = _born_on(identity, born_on)
    if born_on is not None and coming_of_age(born_on, today) is not None:
        require_guardian(guardian_consent_on, today)


async def require_unknown(
    tx: Transaction, vault: Vault, grant: Grant, identities: Collection[str], *, but: str = ""
) -> None:
    """Checks that nobody is entered with one of these clean identity numbers, ``but`` the person of this number.

    :raises Conflict: somebody is.
    """
    indexes = {index_of(vault, "identity", each) for each in identities}
    for known in await volunteers_by_index(tx.session, "identity", indexes):
        if known.no != but:
            if not grant.covers(teams=[known.team_code]):
                log.info("identity number left to a coordinator", teams=sorted(grant.teams))
            raise already_entered(grant, known)


def already_entered(grant: Grant, known: Volunteer) -> Conflict:
    """Who may see the entry is told which one it is.

    A leader of another team is told to ask a coordinator, and neither whose number it is nor where that person serves.
    """
    if grant.covers(teams=[known.team_code]):
        return Conflict("identity_known", field="identity", volunteer_no=known.no)
    return Conflict("identity_for_coordinator", field="identity")


def seal_value(vault: Vault, person: Volunteer, field: PersonalField, value: str) -> None:
    """Seals a clean value, and notes by what entries with the same one are found."""
    sealed = vault.seal(value, place_of(SEALED_COLUMNS[field], person.no))
    setattr(person, f"{field}_sealed", sealed)
    setattr(person, f"{field}_index", index_of(vault, field, value))


def index_of(vault: Vault, field: PersonalField, value: str) -> str:
    """Returns what entries with the same clean value have in common, however it was typed."""
    return vault.blind_index(value if field == "identity" else matched(value), f"volunteer.{field}")


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


def _born_on(identity: str | None, born_on: str | None) -> str | None:
    return born_on if identity is None else born_by(identity)


def _cleaned(said: NewVolunteer) -> dict[PersonalField, str]:
    values: dict[PersonalField, str | None] = {field: getattr(said, field) for field in FIELDS}
    return {field: CLEAN[field](value) for field, value in values.items() if value is not None}


def _entry(no: str, said: NewVolunteer) -> Volunteer:
    return Volunteer(
        no=no,
        team_code=said.team_code,
        name_sealed=None,
        phone_sealed=None,
        identity_sealed=None,
        identity_index=None,
        consent_at=said.consent_at.astimezone(UTC),
        consent_version=said.consent_version,
        skills=list(dict.fromkeys(said.skills)),
        consents=sorted(set(said.consents)),
        agreement_until=said.agreement_until,
        novice_until=said.novice_until,
        guardian_consent_on=said.guardian_consent_on,
    )


async def _take_next_numbers(tx: Transaction, count: int) -> list[str]:
    """Whoever takes numbers holds their row until the commit, so no two persons get the same."""
    counting = (
        update(volunteer_number)
        .values(last=volunteer_number.c.last + count)
        .returning(volunteer_number.c.last)
    )
    last = (await tx.session.execute(counting)).scalar_one()
    return [f"V-{number:06}" for number in range(last - count + 1, last + 1)]
