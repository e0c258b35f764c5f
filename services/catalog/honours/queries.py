"""Reading honours and objections: people by number, and by name where they agree to be named in public."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.catalog.honours.domain import Award, Honour, HonourState, Objection
from services.catalog.honours.tables import honour, objection
from services.catalog.policy import POLICY
from services.catalog.volunteers.domain import Volunteer
from services.catalog.volunteers.queries import open_value, require_reach, volunteers_among
from services.catalog.windows.domain import Post, Window
from services.catalog.windows.queries import posts_among, windows_among
from shared.db.paging import Listed, SortedBy, counted_page_of
from shared.db.reach import within
from shared.kernel.access import Role
from shared.kernel.errors import NotFound
from shared.unit_of_work import UnitOfWork

MOST_SHOWN = 200
"""Honours on the public page."""
SEE_ALL = frozenset({Role.COORDINATOR, Role.LEADER, Role.AUDITOR})
"""Who sees nominations before the public does: the corps, leaders, who nominate, and whoever audits."""


@dataclass(frozen=True, slots=True)
class HonourView:
    """An honour with what it names. ``person``: the name of whoever agrees to be named in public. ``objections`` are
    those that wait for an answer."""

    honour: Honour
    window: Window | None
    post: Post | None
    person: str | None
    objections: int


async def list_honours(
    uow: UnitOfWork,
    *,
    state: HonourState | None,
    award: Award | None,
    window_code: str | None,
    after: str | None,
    limit: int,
) -> Listed[HonourView]:
    """Returns a page of honours, the latest nomination first: in a state, of a kind, of a window. Whoever nominates and
    decides sees all; others see what the public was shown."""
    uow.permit(POLICY, "read_honours")
    query = select(Honour)
    if state is not None:
        query = query.where(honour.c.state == state)
    if award is not None:
        query = query.where(honour.c.award == award)
    if window_code is not None:
        query = query.where(honour.c.window_code == window_code)
    if not _sees_all(uow):
        query = query.where(honour.c.public_from.is_not(None))
    async with uow.reading() as session:
        found = await counted_page_of(
            session,
            query,
            honour.c.id,
            after=after,
            limit=limit,
            by=SortedBy(honour.c.nominated_at, descending=True),
        )
        views = await views_of(uow, session, found.items)
    return Listed(views, found.next_after, found.total)


async def get_honour(uow: UnitOfWork, honour_id: str) -> HonourView:
    """Returns an honour. :raises NotFound: there is none, or it is not shown to whoever asks."""
    uow.permit(POLICY, "read_honours")
    async with uow.reading() as session:
        found = await session.get(Honour, honour_id)
        if found is None or (found.public_from is None and not _sees_all(uow)):
            raise NotFound(Honour.kind, honour_id, states=Honour.STEPS)
        (view,) = await views_of(uow, session, [found])
        return view


async def list_objections(uow: UnitOfWork, honour_id: str) -> list[Objection]:
    """Returns the objections to an honour in the actor's reach: all for the corps, the own ones for others.

    :raises NotFound: there is no such honour, or it is not shown to whoever asks.
    """
    grant = uow.permit(POLICY, "read_objections")
    await get_honour(uow, honour_id)
    query = select(Objection).where(
        objection.c.honour_id == honour_id,
        within(grant, township=objection.c.township_code, team=objection.c.team_code),
    )
    async with uow.reading() as session:
        return list(await session.scalars(query.order_by(objection.c.made_at, objection.c.id)))


async def list_awards(uow: UnitOfWork, volunteer_no: str) -> list[HonourView]:
    """Returns what was awarded to a volunteer, the latest first, be it over or withdrawn.

    :raises NotFound: there is no such volunteer, or it is out of the actor's reach.
    """
    grant = uow.permit(POLICY, "read_records")
    query = select(Honour).where(
        honour.c.volunteer_no == volunteer_no, honour.c.awarded_on.is_not(None)
    )
    async with uow.reading() as session:
        require_reach(grant, await session.get(Volunteer, volunteer_no), volunteer_no)
        found = list(await session.scalars(query.order_by(honour.c.awarded_on.desc())))
        return await views_of(uow, session, found)


async def list_public(uow: UnitOfWork) -> list[HonourView]:
    """Returns what the public is shown today: nominations, the latest first, and then awards that are in force."""
    uow.permit(POLICY, "show_honours")
    today = uow.today()
    query = select(Honour).where(
        or_(
            and_(honour.c.state == "publicised", honour.c.public_until >= today),
            and_(honour.c.state == "awarded", honour.c.expires_on >= today),
        )
    )
    order = honour.c.state.desc(), honour.c.public_from.desc(), honour.c.id
    async with uow.reading() as session:
        found = list(await session.scalars(query.order_by(*order).limit(MOST_SHOWN)))
        return await views_of(uow, session, found)


async def views_of(
    uow: UnitOfWork, session: AsyncSession, found: Sequence[Honour]
) -> list[HonourView]:
    """The honours with what they name."""
    windows = await windows_among(session, {each.window_code for each in found})
    posts = await posts_among(session, {each.post_id for each in found if each.post_id})
    people = await volunteers_among(
        session, {each.volunteer_no for each in found if each.volunteer_no}
    )
    waiting = await open_objections(session, {each.id for each in found})
    return [
        HonourView(
            each,
            windows.get(each.window_code),
            posts.get(each.post_id or ""),
            _public_name(uow, people.get(each.volunteer_no or "")),
            waiting.get(each.id, 0),
        )
        for each in found
    ]


async def open_objections(session: AsyncSession, ids: Collection[str]) -> dict[str, int]:
    """Returns how many objections to these honours wait for an answer, of those that have any."""
    query = (
        select(objection.c.honour_id, func.count().label("waiting"))
        .where(objection.c.honour_id.in_(ids), objection.c.answered_at.is_(None))
        .group_by(objection.c.honour_id)
    )
    return {row.honour_id: row.waiting for row in await session.execute(query)}


async def upheld_objections(session: AsyncSession, honour_id: str) -> int:
    """Returns how many objections to an honour are right."""
    query = select(func.count()).where(objection.c.honour_id == honour_id, objection.c.is_upheld)
    return await session.scalar(query) or 0


async def standing_alike(
    session: AsyncSession, award: Award, post_id: str | None, volunteer_no: str | None
) -> bool:
    """Whether the same post or person is nominated for the same award, shown to the public, or has it."""
    query = select(honour.c.id).where(
        honour.c.award == award,
        honour.c.post_id == post_id if post_id else honour.c.post_id.is_(None),
        honour.c.volunteer_no == volunteer_no if volunteer_no else honour.c.volunteer_no.is_(None),
        honour.c.state.in_(("nominated", "publicised", "awarded")),
    )
    return (await session.scalars(query.limit(1))).first() is not None


async def honours_of_person(session: AsyncSession, no: str) -> list[Honour]:
    """Returns a volunteer's honours and nominations."""
    query = select(Honour).where(honour.c.volunteer_no == no)
    return list(await session.scalars(query.order_by(honour.c.id)))


async def honours_to_decide(session: AsyncSession, today: date) -> list[Honour]:
    """Returns what waits for the corps: nominations, and those that the public was shown long enough."""
    over = and_(honour.c.state == "publicised", honour.c.public_until < today)
    query = select(Honour).where(or_(honour.c.state == "nominated", over))
    return list(await session.scalars(query.order_by(honour.c.nominated_at, honour.c.id)))


async def honours_objected_to(session: AsyncSession) -> list[Honour]:
    """Returns honours with objections that wait for an answer."""
    waiting = select(objection.c.honour_id).where(objection.c.answered_at.is_(None))
    query = select(Honour).where(honour.c.id.in_(waiting), honour.c.state == "publicised")
    return list(await session.scalars(query.order_by(honour.c.public_until, honour.c.id)))


async def expired_ids(session: AsyncSession, today: date) -> list[str]:
    """Returns the ids of awards whose last day is over."""
    query = select(honour.c.id).where(honour.c.state == "awarded", honour.c.expires_on < today)
    return list(await session.scalars(query.order_by(honour.c.id)))


def _sees_all(uow: UnitOfWork) -> bool:
    return uow.actor.is_system or bool(uow.actor.roles & SEE_ALL)


def _public_name(uow: UnitOfWork, person: Volunteer | None) -> str | None:
    if person is None or "name_in_public" not in person.consents:
        return None
    return open_value(uow.vault, person, "name")
