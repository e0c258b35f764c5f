"""Reading volunteers' entries, masked, and what was asked about them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.catalog.directory.queries import some_of
from services.catalog.items.queries import items_by_qualification
from services.catalog.policy import POLICY
from services.catalog.volunteers.domain import (
    MASKS,
    Consent,
    PersonalField,
    PersonRequest,
    Qualification,
    State,
    Volunteer,
)
from services.catalog.volunteers.tables import person_request, qualification, volunteer
from shared.db.paging import Listed, contains, counted_page_of, first_and_count
from shared.db.reach import within
from shared.db.vault import Vault, place_of
from shared.kernel.access import Grant
from shared.kernel.errors import NotFound
from shared.unit_of_work import UnitOfWork

SEALED_COLUMNS = {
    "name": volunteer.c.name_sealed,
    "phone": volunteer.c.phone_sealed,
    "identity": volunteer.c.identity_sealed,
}


INDEX_COLUMNS = {
    "name": volunteer.c.name_index,
    "phone": volunteer.c.phone_index,
    "identity": volunteer.c.identity_index,
}


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
    merged_into: str | None
    skills: list[str]
    consents: list[Consent]
    agreement_until: date | None
    novice_until: date | None
    novice: bool
    minor: bool
    guardian_consent_on: date | None


async def list_volunteers(
    uow: UnitOfWork,
    *,
    q: str | None,
    team_code: str | None,
    state: State | None,
    after: str | None,
    limit: int,
) -> Listed[VolunteerView]:
    """Returns a page of the volunteers in the actor's reach, in the order of their numbers.

    They are of a team, in a state, and have numbers that contain ``q``; names are sealed, and are
    not searched. Entries that were merged into others are listed only if that is asked for.
    """
    grant = uow.permit(POLICY, "read_volunteers")
    query = select(Volunteer).where(
        within(grant, team=volunteer.c.team_code, person=volunteer.c.no)
    )
    if q is not None:
        query = query.where(contains(q, volunteer.c.no))
    if team_code is not None:
        query = query.where(volunteer.c.team_code == team_code)
    column = volunteer.c.state
    query = query.where(column != "merged" if state is None else column == state)
    async with uow.reading() as session:
        found = await counted_page_of(session, query, volunteer.c.no, after=after, limit=limit)
    views = [view_of(uow.vault, person, in_clear=_leads(grant, person)) for person in found.items]
    return Listed(views, found.next_after, found.total)


async def get_volunteer(uow: UnitOfWork, no: str) -> VolunteerView:
    """Returns a volunteer, masked. :raises NotFound: there is none, or it is out of the actor's reach."""
    grant = uow.permit(POLICY, "read_volunteers")
    async with uow.reading() as session:
        person = await session.get(Volunteer, no)
    person = require_reach(grant, person, no)
    return view_of(uow.vault, person, in_clear=_leads(grant, person))


async def list_qualifications(uow: UnitOfWork, no: str) -> list[Qualification]:
    """Returns what a volunteer holds or held, by name.

    :raises NotFound: there is no such volunteer, or it is out of the actor's reach.
    """
    grant = uow.permit(POLICY, "read_volunteers")
    async with uow.reading() as session:
        require_reach(grant, await session.get(Volunteer, no), no)
        return await qualifications_of(session, no)


async def list_known_qualifications(uow: UnitOfWork) -> dict[str, list[str]]:
    """Returns the qualifications that service items need, with the codes of those items."""
    uow.permit(POLICY, "read_directory")
    async with uow.reading() as session:
        found = await items_by_qualification(session)
    return {name: [item.code for item in items] for name, items in found.items()}


async def qualifications_of(session: AsyncSession, no: str) -> list[Qualification]:
    """The same, for whoever may know."""
    query = select(Qualification).where(qualification.c.volunteer_no == no)
    return list(await session.scalars(query.order_by(qualification.c.name)))


async def volunteers_among(session: AsyncSession, numbers: Collection[str]) -> dict[str, Volunteer]:
    """Returns the volunteers with these numbers, be they erased or merged, by number."""
    found: dict[str, Volunteer] = {}
    for some in some_of(numbers):
        query = select(Volunteer).where(volunteer.c.no.in_(some))
        found |= {each.no: each for each in await session.scalars(query)}
    return found


async def volunteers_by_index(
    session: AsyncSession, field: PersonalField, indexes: Collection[str]
) -> list[Volunteer]:
    """Returns the volunteers of whom a personal value has one of these blind indexes, in the order of their numbers."""
    column = INDEX_COLUMNS[field]
    found: list[Volunteer] = []
    for some in some_of(indexes):
        found += await session.scalars(select(Volunteer).where(column.in_(some)))
    return sorted(found, key=lambda each: each.no)


async def qualifications_among(
    session: AsyncSession, numbers: Collection[str]
) -> list[Qualification]:
    """Returns what these volunteers hold or held."""
    found: list[Qualification] = []
    for some in some_of(numbers):
        query = select(Qualification).where(qualification.c.volunteer_no.in_(some))
        found += await session.scalars(query)
    return found


async def find_held(session: AsyncSession, no: str, matched_name: str) -> Qualification | None:
    """Returns a volunteer's qualification, be it revoked or expired."""
    query = select(Qualification).where(
        qualification.c.volunteer_no == no, qualification.c.matched_name == matched_name
    )
    return (await session.scalars(query)).one_or_none()


async def expiring_ids(
    session: AsyncSession, today: date, until: date, *, most: int
) -> list[tuple[str, str]]:
    """Returns id and holder of qualifications that expire until a day, or have expired, of which it was not said."""
    held = qualification.c.state == "held"
    due = or_(
        and_(held, qualification.c.announced == "nothing", qualification.c.expires_on <= until),
        and_(held, qualification.c.announced == "expiring", qualification.c.expires_on < today),
    )
    query = select(qualification.c.id, qualification.c.volunteer_no).where(due).limit(most)
    return [(row.id, row.volunteer_no) for row in await session.execute(query)]


async def expiring_of_teams(
    session: AsyncSession, teams: frozenset[str], until: date, *, limit: int
) -> tuple[list[tuple[str, str, date]], int]:
    """Returns volunteer, name and last day of what active volunteers of these teams hold until a day at most, the
    first to end first; and how many there are."""
    query = (
        select(qualification.c.volunteer_no, qualification.c.name, qualification.c.expires_on)
        .join(volunteer, volunteer.c.no == qualification.c.volunteer_no)
        .where(
            volunteer.c.team_code.in_(teams),
            volunteer.c.state == "active",
            qualification.c.state == "held",
            qualification.c.expires_on <= until,
        )
        .order_by(qualification.c.expires_on, qualification.c.id)
    )
    rows, count = await first_and_count(session, query, limit=limit)
    return [(row.volunteer_no, row.name, row.expires_on) for row in rows], count


async def ids_to_flip(
    session: AsyncSession, today: date, *, after: str | None, most: int
) -> list[str]:
    """Returns the numbers of novices whose time is over, and of all minors, in order."""
    query = select(volunteer.c.no).where(
        or_(
            and_(volunteer.c.novice.is_(True), volunteer.c.novice_until < today),
            volunteer.c.minor.is_(True),
        )
    )
    if after is not None:
        query = query.where(volunteer.c.no > after)
    return list(await session.scalars(query.order_by(volunteer.c.no).limit(most)))


async def volunteers_of_team(session: AsyncSession, team_code: str) -> list[str]:
    """Returns the numbers of all that a team ever had, in order."""
    query = select(volunteer.c.no).where(volunteer.c.team_code == team_code)
    return list(await session.scalars(query.order_by(volunteer.c.no)))


async def alike_volunteers(
    session: AsyncSession, *, most: int
) -> dict[Literal["same_name", "same_phone"], list[tuple[str, str]]]:
    """Returns the numbers of volunteers with the same name in one team, and of those with the same phone number, each
    with what they have in common; of at most ``most`` such groups. An index finds them without opening any value."""
    here = volunteer.c.state.in_(("active", "left"))
    by_name = [volunteer.c.team_code, volunteer.c.name_index]
    names = select(*by_name).where(here, volunteer.c.name_index.is_not(None))
    names = names.group_by(*by_name).having(func.count() > 1).limit(most)
    phones = select(volunteer.c.phone_index).where(here, volunteer.c.phone_index.is_not(None))
    phones = phones.group_by(volunteer.c.phone_index).having(func.count() > 1).limit(most)
    twice = (await session.execute(names)).all()
    same_name = select(volunteer.c.no, volunteer.c.team_code, volunteer.c.name_index).where(
        here, volunteer.c.name_index.in_({row.name_index for row in twice})
    )
    same_phone = select(volunteer.c.no, volunteer.c.phone_index).where(
        here, volunteer.c.phone_index.in_(list(await session.scalars(phones)))
    )
    return {
        "same_name": [
            (row.no, f"{row.team_code}/{row.name_index}")
            for row in await session.execute(same_name)
        ],
        "same_phone": [(row.no, row.phone_index) for row in await session.execute(same_phone)],
    }


async def names_in_reach(
    vault: Vault, session: AsyncSession, grant: Grant, numbers: Collection[str]
) -> dict[str, tuple[str | None, str]]:
    """Returns names and teams of volunteers by number: in clear to the own leader and to the person, masked to others
    who may read them."""
    found = await volunteers_among(session, numbers)
    named: dict[str, tuple[str | None, str]] = {}
    for no, person in found.items():
        name = open_value(vault, person, "name")
        if name is not None and not (_leads(grant, person) or no in grant.persons):
            name = MASKS["name"](name)
        named[no] = name, person.team_code
    return named


async def masked_names(uow: UnitOfWork, numbers: Collection[str]) -> dict[str, str]:
    """Returns the masked names of volunteers by number, as files repeat them; without those that were erased."""
    async with uow.reading() as session:
        found = await volunteers_among(session, numbers)
    named = {no: open_value(uow.vault, person, "name") for no, person in found.items()}
    return {no: MASKS["name"](name) for no, name in named.items() if name is not None}


async def volunteers_without_index(session: AsyncSession, *, most: int) -> list[str]:
    """Returns the numbers of volunteers that a release before entered, whose doubles could not be found."""
    query = select(volunteer.c.no).where(
        volunteer.c.name_index.is_(None), volunteer.c.name_sealed.is_not(None)
    )
    return list(await session.scalars(query.order_by(volunteer.c.no).limit(most)))


async def numbers_merged_into(session: AsyncSession, no: str) -> list[str]:
    """Returns the numbers of the entries that were doubles of this one, those of doubles included, in order."""
    found: list[str] = []
    ahead = [no]
    while ahead:
        query = select(volunteer.c.no).where(volunteer.c.merged_into.in_(ahead))
        ahead = list(await session.scalars(query.order_by(volunteer.c.no)))
        found += ahead
    return sorted(found)


async def list_person_requests(uow: UnitOfWork, no: str) -> list[PersonRequest]:
    """Returns what was asked about a person, newest first, with the services that have answered.

    :raises NotFound: there is no such volunteer, or it is out of the actor's reach.
    """
    grant = uow.permit(POLICY, "read_person_requests")
    async with uow.reading() as session:
        require_reach(grant, await session.get(Volunteer, no), no)
        return list(await session.scalars(person_requests_about(no)))


def person_requests_about(no: str) -> Select[PersonRequest]:
    """Selects what was asked about a person, newest first."""
    return (
        select(PersonRequest)
        .where(person_request.c.volunteer_no == no)
        .order_by(person_request.c.id.desc())
    )


def _leads(grant: Grant, person: Volunteer) -> bool:
    """Whether the actor leads the person's team, and so calls its people by their names."""
    return person.team_code in grant.teams


def view_of(vault: Vault, person: Volunteer, *, in_clear: bool = False) -> VolunteerView:
    """Returns a volunteer with masked values; the name is not, where it is to be ``in_clear``."""

    def shown(field: PersonalField) -> str | None:
        value = open_value(vault, person, field)
        return MASKS[field](value) if value is not None else None

    return VolunteerView(
        no=person.no,
        team_code=person.team_code,
        state=person.state,
        name=open_value(vault, person, "name") if in_clear else shown("name"),
        phone=shown("phone"),
        identity=shown("identity"),
        consent_at=person.consent_at,
        consent_version=person.consent_version,
        merged_into=person.merged_into,
        skills=person.skills,
        consents=person.consents,
        agreement_until=person.agreement_until,
        novice_until=person.novice_until,
        novice=person.novice,
        minor=person.minor,
        guardian_consent_on=person.guardian_consent_on,
    )


def open_value(vault: Vault, person: Volunteer, field: PersonalField) -> str | None:
    """Returns a personal value in clear, None when there is none (any more)."""
    sealed: str | None = getattr(person, f"{field}_sealed")
    return (
        vault.open(sealed, place_of(SEALED_COLUMNS[field], person.no))
        if sealed is not None
        else None
    )


def require_reach(grant: Grant, person: Volunteer | None, no: str) -> Volunteer:
    """Returns the person. :raises NotFound: there is none, or it is out of the actor's reach."""
    if person is None:
        raise NotFound(Volunteer.kind, no, states=Volunteer.STEPS)
    grant.require(Volunteer.kind, no, teams=[person.team_code], person=no, states=Volunteer.STEPS)
    return person
