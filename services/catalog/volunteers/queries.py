"""Reading volunteers' entries, masked, and what was asked about them."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, select

from services.catalog.policy import POLICY
from services.catalog.volunteers.domain import (
    MASKS,
    PersonalField,
    PersonRequest,
    State,
    Volunteer,
)
from services.catalog.volunteers.tables import person_request, volunteer
from shared.db.paging import Listed, contains, counted_page_of
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
    not searched.
    """
    grant = uow.permit(POLICY, "read_volunteers")
    query = select(Volunteer).where(
        within(grant, team=volunteer.c.team_code, person=volunteer.c.no)
    )
    if q is not None:
        query = query.where(contains(q, volunteer.c.no))
    if team_code is not None:
        query = query.where(volunteer.c.team_code == team_code)
    if state is not None:
        query = query.where(volunteer.c.state == state)
    async with uow.reading() as session:
        found = await counted_page_of(session, query, volunteer.c.no, after=after, limit=limit)
    views = [view_of(uow.vault, person) for person in found.items]
    return Listed(views, found.next_after, found.total)


async def get_volunteer(uow: UnitOfWork, no: str) -> VolunteerView:
    """Returns a volunteer, masked. :raises NotFound: there is none, or it is out of the actor's reach."""
    grant = uow.permit(POLICY, "read_volunteers")
    async with uow.reading() as session:
        person = await session.get(Volunteer, no)
    return view_of(uow.vault, require_reach(grant, person, no))


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


def view_of(vault: Vault, person: Volunteer) -> VolunteerView:
    """Returns a volunteer with masked values."""

    def shown(field: PersonalField) -> str | None:
        value = open_value(vault, person, field)
        return MASKS[field](value) if value is not None else None

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
