"""Reading badges, and how they stand."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.catalog.badges.domain import (
    RENEWED_WITHIN,
    Badge,
    BadgeStanding,
    BadgeState,
    Outcome,
    RevocationReason,
)
from services.catalog.badges.tables import badge, badge_check
from services.catalog.directory.queries import some_of
from services.catalog.policy import POLICY
from services.catalog.volunteers.domain import Volunteer
from services.catalog.volunteers.queries import volunteers_among
from services.catalog.windows.domain import Holding, Window
from services.catalog.windows.queries import (
    holdings_among,
    name_of,
    windows_among,
    windows_of_teams,
)
from shared.db.paging import Listed, SortedBy, counted_page_of
from shared.db.reach import within
from shared.kernel.access import Grant
from shared.kernel.errors import NotFound
from shared.unit_of_work import UnitOfWork

Sort = Literal["number", "valid_until"]


@dataclass(frozen=True, slots=True)
class BadgeView:
    """A badge as it stands today. ``name`` is for those who may know it. ``fault`` is why it holds no more although
    nobody has revoked it yet."""

    badge: Badge
    name: str | None
    standing: BadgeStanding
    fault: RevocationReason | None


async def list_badges(
    uow: UnitOfWork,
    *,
    window_code: str | None,
    volunteer_no: str | None,
    state: BadgeState | None,
    sort: Sort,
    after: str | None,
    limit: int,
) -> Listed[BadgeView]:
    """Returns a page of the badges in the actor's reach: of a window, of a volunteer, in a state."""
    grant = uow.permit(POLICY, "read_badges")
    query = select(Badge)
    if window_code is not None:
        query = query.where(badge.c.window_code == window_code)
    if volunteer_no is not None:
        query = query.where(badge.c.volunteer_no == volunteer_no)
    if state is not None:
        query = query.where(badge.c.state == state)
    by = SortedBy(badge.c.valid_until) if sort == "valid_until" else None
    async with uow.reading() as session:
        kept = await windows_of_teams(session, grant.teams)
        own = badge.c.window_code.in_(kept), within(grant, person=badge.c.volunteer_no)
        query = query.where(or_(*own))
        found = await counted_page_of(
            session, query, badge.c.number, after=after, limit=limit, by=by
        )
        views = await views_of(uow, session, grant, found.items)
    return Listed(views, found.next_after, found.total)


async def get_badge(uow: UnitOfWork, number: str) -> BadgeView:
    """Returns a badge. :raises NotFound: there is none, or it is out of the actor's reach."""
    grant = uow.permit(POLICY, "read_badges")
    async with uow.reading() as session:
        found = await session.get(Badge, number)
        place = None if found is None else await session.get(Window, found.window_code)
        if found is None or place is None:
            raise NotFound(Badge.kind, number, states=Badge.STEPS)
        if not grant.covers(teams=[place.team_code], person=found.volunteer_no):
            raise NotFound(Badge.kind, number, states=Badge.STEPS)
        (view,) = await views_of(uow, session, grant, [found])
        return view


async def count_checks(
    uow: UnitOfWork, *, window_code: str | None, first_on: date, last_on: date
) -> dict[Outcome, int]:
    """Returns how often badges were verified on these days, by outcome; of a window, or of all and of none."""
    uow.permit(POLICY, "count_badge_checks")
    query = (
        select(badge_check.c.outcome, func.sum(badge_check.c.count).label("times"))
        .where(badge_check.c.on.between(first_on, last_on))
        .group_by(badge_check.c.outcome)
    )
    if window_code is not None:
        query = query.where(badge_check.c.window_code == window_code)
    async with uow.reading() as session:
        return {row.outcome: int(row.times) for row in await session.execute(query)}


async def views_of(
    uow: UnitOfWork, session: AsyncSession, grant: Grant, found: Sequence[Badge]
) -> list[BadgeView]:
    """The badges as they stand today."""
    faults = await faults_of(session, found, uow.today())
    people = await volunteers_among(session, {each.volunteer_no for each in found})
    return [
        BadgeView(
            each,
            name_of(uow, grant, people.get(each.volunteer_no)),
            "revoked" if each.number in faults else each.standing(uow.today()),
            faults.get(each.number),
        )
        for each in found
    ]


async def faults_of(
    session: AsyncSession, found: Sequence[Badge], today: date
) -> dict[str, RevocationReason]:
    """Why issued badges hold no more although nobody has revoked them: by number."""
    issued = [each for each in found if each.state == "issued"]
    holdings = await holdings_among(session, {each.holding_id for each in issued})
    people = await volunteers_among(session, {each.volunteer_no for each in issued})
    windows = await windows_among(session, {each.window_code for each in issued})
    faults: dict[str, RevocationReason] = {}
    for each in issued:
        fault = _fault(
            each,
            holdings.get(each.holding_id),
            people.get(each.volunteer_no),
            windows.get(each.window_code),
            today,
        )
        if fault is not None:
            faults[each.number] = fault
    return faults


def _fault(
    found: Badge,
    holding: Holding | None,
    person: Volunteer | None,
    place: Window | None,
    today: date,
) -> RevocationReason | None:
    if holding is None or person is None or place is None or place.state != "open":
        return "post_left"
    if person.state != "active" or person.team_code != place.team_code:
        return "post_left"
    if holding.ended_before(max(today, found.valid_from)):
        return "post_left"
    if found.is_named and "name_in_public" not in person.consents:
        return "consent_withdrawn"
    return None


async def badges_of_holdings(session: AsyncSession, ids: Collection[str]) -> list[Badge]:
    """Returns the badges that were issued for these holdings."""
    found: list[Badge] = []
    for some in some_of(ids):
        query = select(Badge).where(badge.c.holding_id.in_(some))
        found += await session.scalars(query.order_by(badge.c.number))
    return found


async def badges_of_window(session: AsyncSession, code: str) -> list[Badge]:
    """Returns a window's issued badges."""
    query = select(Badge).where(badge.c.window_code == code, badge.c.state == "issued")
    return list(await session.scalars(query.order_by(badge.c.number)))


async def badges_of_person(session: AsyncSession, no: str) -> list[Badge]:
    """Returns a volunteer's badges."""
    query = select(Badge).where(badge.c.volunteer_no == no)
    return list(await session.scalars(query.order_by(badge.c.number)))


async def issued_badges(
    session: AsyncSession, today: date, *, after: str, most: int
) -> list[Badge]:
    """Returns issued badges that are not over, in the order of their numbers."""
    query = select(Badge).where(
        badge.c.state == "issued", badge.c.valid_until >= today, badge.c.number > after
    )
    return list(await session.scalars(query.order_by(badge.c.number).limit(most)))


async def badges_to_renew(
    session: AsyncSession, teams: Collection[str], today: date
) -> list[tuple[Window, int, date]]:
    """Returns windows of these teams, how many badges end there soon or have ended while the post is held on and no
    other is there, and the first such day."""
    soon = today + RENEWED_WITHIN
    codes = await windows_of_teams(session, teams)
    query = (
        select(Badge)
        .where(badge.c.window_code.in_(codes), badge.c.state == "issued")
        .order_by(badge.c.valid_until)
    )
    latest: dict[str, Badge] = {each.holding_id: each for each in await session.scalars(query)}
    holdings = await holdings_among(session, latest)
    due = [
        each
        for each in latest.values()
        if each.valid_until <= soon
        and (held := holdings.get(each.holding_id)) is not None
        and (held.last_on is None or held.last_on > max(each.valid_until, today))
    ]
    windows = await windows_among(session, {each.window_code for each in due})
    found: dict[str, tuple[Window, int, date]] = {}
    for each in due:
        place = windows[each.window_code]
        if place.state == "open":
            _, count, first = found.get(place.code, (place, 0, each.valid_until))
            found[place.code] = (place, count + 1, min(first, each.valid_until))
    return [found[code] for code in sorted(found)]
