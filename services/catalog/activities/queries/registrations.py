"""Reading who takes part: names for those who may read them, numbers otherwise."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.catalog.activities.domain import Activity, Entered, Registration
from services.catalog.activities.queries.activities import is_of_corps
from services.catalog.activities.tables import activity, registration
from services.catalog.policy import POLICY
from services.catalog.volunteers.queries import view_of, volunteers_among
from shared.db.paging import Listed, SortedBy, contains, counted_page_of
from shared.db.reach import within
from shared.kernel.errors import NotFound
from shared.unit_of_work import UnitOfWork

Sort = Literal["place_no", "volunteer_no", "team_code"]

_SORTS = {
    "place_no": SortedBy(registration.c.place_no),
    "volunteer_no": SortedBy(registration.c.volunteer_no),
    "team_code": SortedBy(registration.c.team_code),
}


@dataclass(frozen=True, slots=True)
class RegistrationView:
    """A registration. ``name`` is what the reader may see of the person's: all of it, masked, or nothing.
    ``agrees_to_pictures`` is told to the corps and to the own leader."""

    registration: Registration
    name: str | None
    agrees_to_pictures: bool


async def list_registrations(
    uow: UnitOfWork,
    activity_id: str,
    *,
    q: str | None,
    sort: Sort,
    state: Entered | None,
    team_code: str | None,
    attended: bool | None,
    after: str | None,
    limit: int,
) -> Listed[RegistrationView]:
    """Returns a page of the registrations for an activity in the actor's reach: of all people for the corps, of the own
    team's for its leader, and of oneself. Those that were withdrawn are listed only if that is asked for.

    :raises NotFound: there is no such activity, or it is a draft, and the reader not of the corps.
    """
    grant = uow.permit(POLICY, "read_registrations")
    query = select(Registration).where(
        registration.c.activity_id == activity_id,
        within(grant, team=registration.c.team_code, person=registration.c.volunteer_no),
    )
    if q is not None:
        query = query.where(contains(q, registration.c.volunteer_no))
    column = registration.c.state
    query = query.where(column != "withdrawn" if state is None else column == state)
    if team_code is not None:
        query = query.where(registration.c.team_code == team_code)
    if attended is not None:
        query = query.where(registration.c.attended.is_(attended))
    async with uow.reading() as session:
        await require_visible(uow, session, activity_id)
        found = await counted_page_of(
            session, query, registration.c.id, after=after, limit=limit, by=_SORTS[sort]
        )
        people = await volunteers_among(session, [each.volunteer_no for each in found.items])
    views = []
    for each in found.items:
        person = people.get(each.volunteer_no)
        name = None
        if person is not None:
            name = view_of(uow.vault, person, in_clear=person.team_code in grant.teams).name
        agrees = person is not None and "pictures" in person.consents
        views.append(RegistrationView(each, name, agrees))
    return Listed(views, found.next_after, found.total)


async def require_visible(uow: UnitOfWork, session: AsyncSession, activity_id: str) -> Activity:
    """:raises NotFound: there is no such activity, or it is a draft, and the reader not of the corps."""
    found = await session.get(Activity, activity_id)
    if found is None or (found.state == "draft" and not is_of_corps(uow)):
        raise NotFound(Activity.kind, activity_id, states=Activity.STEPS)
    return found


async def sign_ups_of(session: AsyncSession, activity_id: str) -> list[Registration]:
    """Returns all registrations for an activity."""
    query = select(Registration).where(registration.c.activity_id == activity_id)
    return list(await session.scalars(query.order_by(registration.c.place_no)))


async def activities_of(session: AsyncSession, volunteer_no: str) -> list[str]:
    """Returns the ids of the activities for which somebody is or was registered, in order."""
    query = select(registration.c.activity_id).where(registration.c.volunteer_no == volunteer_no)
    return sorted(await session.scalars(query))


async def registrations_of(
    session: AsyncSession, volunteer_no: str
) -> list[tuple[Registration, Activity]]:
    """Returns somebody's registrations, each with the activity, in the order of the days."""
    query = select(Registration, Activity).join(
        activity, registration.c.activity_id == activity.c.id
    )
    query = query.where(registration.c.volunteer_no == volunteer_no)
    rows = await session.execute(query.order_by(activity.c.on, activity.c.id))
    return [(row[0], row[1]) for row in rows]


async def announced_ids(session: AsyncSession) -> list[str]:
    """Returns the ids of the activities for which people register."""
    query = select(activity.c.id).where(activity.c.state == "announced")
    return list(await session.scalars(query.order_by(activity.c.id)))


async def organised_by(session: AsyncSession, team_code: str) -> list[str]:
    """Returns the ids of the activities that a team organises."""
    query = select(activity.c.id).where(activity.c.team_code == team_code)
    return list(await session.scalars(query.order_by(activity.c.id)))


async def registered_from(session: AsyncSession, team_code: str) -> list[str]:
    """Returns the ids of the registrations of a team's people."""
    query = select(registration.c.id).where(registration.c.team_code == team_code)
    return list(await session.scalars(query.order_by(registration.c.id)))


async def known_numbers(session: AsyncSession, numbers: Collection[str]) -> set[str]:
    """Returns those of some numbers that volunteers have."""
    return set(await volunteers_among(session, numbers))
