"""Reading windows, their posts, and who holds them as far as the reader may know."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from sqlalchemy import and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.catalog.directory.queries import some_of
from services.catalog.policy import POLICY
from services.catalog.volunteers.domain import Volunteer
from services.catalog.volunteers.queries import open_value, volunteers_among
from services.catalog.windows.domain import (
    Holding,
    Post,
    Window,
    WindowKind,
    WindowState,
)
from services.catalog.windows.tables import holding, window, window_kind, window_post
from shared.db.paging import Listed, SortedBy, contains, counted_page_of
from shared.kernel.access import Grant, Role
from shared.kernel.errors import NotFound
from shared.unit_of_work import UnitOfWork

Sort = Literal["code", "name"]

NAMED_TO = frozenset({Role.COORDINATOR, Role.LEADER, Role.VOLUNTEER})
"""Whom a name may be shown to, within their reach; whoever audits gets by with numbers."""


@dataclass(frozen=True, slots=True)
class HolderView:
    """A volunteer at a post; the name is for those who may know it. ``is_current``: the post is held today."""

    holding: Holding
    name: str | None
    is_current: bool


@dataclass(frozen=True, slots=True)
class PostView:
    """A post, and those of its holders who are in the reader's reach, the latest first. ``is_held``: somebody holds it
    today."""

    post: Post
    is_held: bool
    holders: Sequence[HolderView]


@dataclass(frozen=True, slots=True)
class WindowView:
    """A window with its kind, and how many posts it has and how many are held today."""

    window: Window
    kind: WindowKind | None
    posts: int
    held: int


async def list_kinds(uow: UnitOfWork) -> list[WindowKind]:
    """Returns what windows are for, by code."""
    uow.permit(POLICY, "read_windows")
    async with uow.reading() as session:
        return list(await session.scalars(select(WindowKind).order_by(window_kind.c.code)))


async def get_kind(uow: UnitOfWork, code: str) -> WindowKind:
    """Returns what some windows are for. :raises NotFound: there is no such kind."""
    uow.permit(POLICY, "read_windows")
    async with uow.reading() as session:
        found = await session.get(WindowKind, code)
    if found is None:
        raise NotFound(WindowKind.kind, code)
    return found


async def list_windows(
    uow: UnitOfWork,
    *,
    q: str | None,
    sort: Sort,
    kind_code: str | None,
    team_code: str | None,
    state: WindowState | None,
    after: str | None,
    limit: int,
) -> Listed[WindowView]:
    """Returns a page of windows: of a kind, of a team, in a state, whose names or codes contain ``q``."""
    uow.permit(POLICY, "read_windows")
    query = select(Window)
    if q is not None:
        query = query.where(
            contains(q, window.c.name, window.c.name_en, window.c.code, window.c.spelling)
        )
    if kind_code is not None:
        query = query.where(window.c.kind_code == kind_code)
    if team_code is not None:
        query = query.where(window.c.team_code == team_code)
    if state is not None:
        query = query.where(window.c.state == state)
    by = SortedBy(window.c.name) if sort == "name" else None
    async with uow.reading() as session:
        found = await counted_page_of(
            session, query, window.c.code, after=after, limit=limit, by=by
        )
        views = await _views(session, found.items, uow.today())
    return Listed(views, found.next_after, found.total)


async def get_window(uow: UnitOfWork, code: str) -> WindowView:
    """Returns a window. :raises NotFound: there is none."""
    uow.permit(POLICY, "read_windows")
    async with uow.reading() as session:
        found = await session.get(Window, code)
        if found is None:
            raise NotFound(Window.kind, code, states=Window.STEPS)
        (view,) = await _views(session, [found], uow.today())
        return view


async def list_posts(uow: UnitOfWork, code: str) -> list[PostView]:
    """Returns the posts of a window, with the holders in the actor's reach.

    :raises NotFound: there is no such window.
    """
    uow.permit(POLICY, "read_posts")
    grant = uow.permit(POLICY, "read_holders")
    async with uow.reading() as session:
        found = await session.get(Window, code)
        if found is None:
            raise NotFound(Window.kind, code, states=Window.STEPS)
        posts = list(
            await session.scalars(
                select(Post).where(window_post.c.window_code == code).order_by(window_post.c.id)
            )
        )
        every = list(
            await session.scalars(
                select(Holding)
                .where(holding.c.window_code == code)
                .order_by(holding.c.first_on.desc(), holding.c.id)
            )
        )
        held = {each.post_id for each in every if each.covers(uow.today())}
        views = await holder_views(uow, session, grant, found, every)
    return [
        PostView(post, post.id in held, [each for each in views if each.holding.post_id == post.id])
        for post in posts
    ]


async def get_post(uow: UnitOfWork, post_id: str) -> PostView:
    """Returns a post, with the holders in the actor's reach. :raises NotFound: there is none."""
    uow.permit(POLICY, "read_posts")
    async with uow.reading() as session:
        post = await session.get(Post, post_id)
    if post is None:
        raise NotFound(Post.kind, post_id, states=Post.STEPS)
    views = await list_posts(uow, post.window_code)
    return next(each for each in views if each.post.id == post_id)


async def get_holder(uow: UnitOfWork, holding_id: str) -> HolderView:
    """Returns a holder. :raises NotFound: there is none, or it is out of the actor's reach."""
    grant = uow.permit(POLICY, "read_holders")
    async with uow.reading() as session:
        found = await session.get(Holding, holding_id)
        place = None if found is None else await session.get(Window, found.window_code)
        if found is None or place is None:
            raise NotFound(Holding.kind, holding_id, states=Holding.STEPS)
        views = await holder_views(uow, session, grant, place, [found])
    if not views:
        raise NotFound(Holding.kind, holding_id, states=Holding.STEPS)
    return views[0]


async def list_own_holdings(uow: UnitOfWork) -> list[tuple[Holding, Post, Window]]:
    """Returns the posts that the actor holds or held, with their windows, the latest first."""
    grant = uow.permit(POLICY, "read_holders")
    query = (
        select(Holding, Post, Window)
        .join(Post, window_post.c.id == holding.c.post_id)
        .join(Window, window.c.code == holding.c.window_code)
        .where(holding.c.volunteer_no.in_(grant.persons))
        .order_by(holding.c.first_on.desc(), holding.c.id)
    )
    async with uow.reading() as session:
        return [(row[0], row[1], row[2]) for row in await session.execute(query)]


async def holder_views(
    uow: UnitOfWork, session: AsyncSession, grant: Grant, place: Window, found: Sequence[Holding]
) -> list[HolderView]:
    """The holders in the actor's reach; a leader of the window's team sees all of them."""
    people = await volunteers_among(session, {each.volunteer_no for each in found})
    views = []
    for each in found:
        person = people.get(each.volunteer_no)
        teams = [place.team_code] if person is None else [place.team_code, person.team_code]
        if grant.covers(teams=teams, person=each.volunteer_no):
            name = name_of(uow, grant, person)
            views.append(HolderView(each, name, each.covers(uow.today())))
    return views


def name_of(uow: UnitOfWork, grant: Grant, person: Volunteer | None) -> str | None:
    """A volunteer's name, for the corps, the own team's leader and the person; for whoever audits there is none."""
    if person is None or not grant.covers(teams=[person.team_code], person=person.no):
        return None
    if grant.everything and not uow.actor.roles & NAMED_TO:
        return None
    return open_value(uow.vault, person, "name")


async def holdings_of_post(session: AsyncSession, post_id: str) -> list[Holding]:
    """Returns who holds or held a post."""
    query = select(Holding).where(holding.c.post_id == post_id)
    return list(await session.scalars(query.order_by(holding.c.first_on, holding.c.id)))


async def holdings_of_person(session: AsyncSession, no: str) -> list[Holding]:
    """Returns the posts that a volunteer holds or held."""
    query = select(Holding).where(holding.c.volunteer_no == no)
    return list(await session.scalars(query.order_by(holding.c.first_on, holding.c.id)))


async def holdings_of_window(session: AsyncSession, code: str) -> list[Holding]:
    """Returns who holds or held a post of a window."""
    query = select(Holding).where(holding.c.window_code == code)
    return list(await session.scalars(query.order_by(holding.c.id)))


async def holdings_among(session: AsyncSession, ids: Collection[str]) -> dict[str, Holding]:
    """Returns those of these holdings that there are, by id."""
    found: dict[str, Holding] = {}
    for some in some_of(ids):
        query = select(Holding).where(holding.c.id.in_(some))
        found |= {each.id: each for each in await session.scalars(query)}
    return found


async def open_posts(session: AsyncSession, code: str) -> list[Post]:
    """Returns the posts that a window has now."""
    query = select(Post).where(window_post.c.window_code == code, window_post.c.state == "open")
    return list(await session.scalars(query.order_by(window_post.c.id)))


async def leading_window(session: AsyncSession) -> Window | None:
    """Returns the window that leads, if one does."""
    query = select(Window).where(window.c.leads, window.c.state == "open")
    return (await session.scalars(query)).first()


async def windows_of_teams(session: AsyncSession, teams: Collection[str]) -> list[str]:
    """Returns the codes of the windows that these teams keep."""
    query = select(window.c.code).where(window.c.team_code.in_(teams))
    return list(await session.scalars(query.order_by(window.c.code)))


async def windows_among(session: AsyncSession, codes: Collection[str]) -> dict[str, Window]:
    """Returns those of these windows that there are, by code."""
    found: dict[str, Window] = {}
    for some in some_of(codes):
        query = select(Window).where(window.c.code.in_(some))
        found |= {each.code: each for each in await session.scalars(query)}
    return found


async def posts_of_kind(session: AsyncSession, kind_code: str) -> dict[str, int]:
    """Returns how many posts each open window of a kind has, by the window's code."""
    query = (
        select(window.c.code, func.count(window_post.c.id))
        .outerjoin(
            window_post,
            and_(window_post.c.window_code == window.c.code, window_post.c.state == "open"),
        )
        .where(window.c.kind_code == kind_code, window.c.state == "open")
        .group_by(window.c.code)
    )
    return {row[0]: row[1] for row in await session.execute(query)}


async def posts_among(session: AsyncSession, ids: Collection[str]) -> dict[str, Post]:
    """Returns those of these posts that there are, by id."""
    found: dict[str, Post] = {}
    for some in some_of(ids):
        query = select(Post).where(window_post.c.id.in_(some))
        found |= {each.id: each for each in await session.scalars(query)}
    return found


async def pledges_to_decide(session: AsyncSession, *, limit: int) -> list[tuple[Window, int]]:
    """Returns windows with pledges that wait, by code, and how many wait there."""
    query = (
        select(holding.c.window_code, func.count().label("waiting"))
        .where(holding.c.pledge_state == "waiting")
        .group_by(holding.c.window_code)
        .order_by(holding.c.window_code)
        .limit(limit)
    )
    waiting = {row.window_code: row.waiting for row in await session.execute(query)}
    found = await windows_among(session, waiting)
    return [(found[code], count) for code, count in waiting.items() if code in found]


async def waiting_pledge_windows(session: AsyncSession, codes: Collection[str]) -> set[str]:
    """Returns those of these windows where a pledge waits."""
    query = select(holding.c.window_code).where(
        holding.c.pledge_state == "waiting", holding.c.window_code.in_(codes)
    )
    return set(await session.scalars(query.distinct()))


async def pledges_to_make(
    session: AsyncSession, persons: Collection[str], today: date
) -> list[tuple[Holding, Window]]:
    """Returns what these volunteers hold without a pledge, or with one that came back."""
    query = (
        select(Holding, Window)
        .join(Window, window.c.code == holding.c.window_code)
        .where(
            holding.c.volunteer_no.in_(persons),
            holding.c.pledge_state.in_(("none", "returned")),
            or_(holding.c.last_on.is_(None), holding.c.last_on >= today),
            window.c.state == "open",
        )
        .order_by(holding.c.id)
    )
    return [(row[0], row[1]) for row in await session.execute(query)]


async def _views(session: AsyncSession, found: Sequence[Window], today: date) -> list[WindowView]:
    codes = [each.code for each in found]
    kinds = {
        each.code: each
        for each in await session.scalars(
            select(WindowKind).where(window_kind.c.code.in_({each.kind_code for each in found}))
        )
    }
    counted = (
        select(window_post.c.window_code, func.count())
        .where(window_post.c.window_code.in_(codes), window_post.c.state == "open")
        .group_by(window_post.c.window_code)
    )
    posts = {row[0]: row[1] for row in await session.execute(counted)}
    filled = (
        select(holding.c.window_code, func.count(holding.c.post_id.distinct()))
        .join(window_post, window_post.c.id == holding.c.post_id)
        .where(
            holding.c.window_code.in_(codes),
            window_post.c.state == "open",
            holding.c.first_on <= today,
            or_(holding.c.last_on.is_(None), holding.c.last_on >= today),
        )
        .group_by(holding.c.window_code)
    )
    held = {row[0]: row[1] for row in await session.execute(filled)}
    return [
        WindowView(each, kinds.get(each.kind_code), posts.get(each.code, 0), held.get(each.code, 0))
        for each in found
    ]
