"""Entering and correcting windows, their kinds and their posts."""

from collections.abc import Callable

from services.catalog.directory.domain import Team
from services.catalog.directory.queries import require_known
from services.catalog.directory.use_cases import put_named, spelled
from services.catalog.policy import POLICY
from services.catalog.windows.domain import MOST_POSTS, Post, Window, WindowKind
from services.catalog.windows.queries import (
    holdings_of_post,
    holdings_of_window,
    leading_window,
    open_posts,
    windows_of_teams,
)
from shared.kernel.access import Grant
from shared.kernel.errors import Conflict, InvalidInput, NotFound
from shared.kernel.ids import new_id
from shared.unit_of_work import Transaction, UnitOfWork


async def enter_kind(uow: UnitOfWork, code: str, *, name: str, name_en: str) -> WindowKind:
    """Enters what windows are for, or corrects the entry."""
    uow.permit(POLICY, "enter_windows")
    async with uow.transaction() as tx:
        found = await tx.find(WindowKind, code)
        return put_named(tx, WindowKind, found, {"code": code, "name": name, "name_en": name_en})


async def enter_window(uow: UnitOfWork, wanted: Window) -> Window:
    """Enters a window, or corrects the one of the same code to be like it.

    :raises InvalidInput: its kind or team is not known, or the team has left the corps.
    :raises Conflict: another window leads. :raises IllegalTransition: it is closed.
    """
    uow.permit(POLICY, "enter_windows")
    async with uow.transaction() as tx:
        await tx.lock_service()  # so that two that are to lead see each other
        await require_known(tx, Team, [wanted.team_code], field="team_code")
        team = await tx.get(Team, wanted.team_code)
        if team.state != "active":
            raise InvalidInput("team_retired", field="team_code", codes=team.code)
        if await tx.find(WindowKind, wanted.kind_code) is None:
            raise InvalidInput(
                "unknown_code", field="kind_code", kind=WindowKind.kind, codes=wanted.kind_code
            )
        if wanted.leads:
            await _require_no_other_leads(tx, wanted.code)
        found = await tx.find(Window, wanted.code)
        if found is None:
            tx.add(found := wanted)
        else:
            found.require("correct", found.state)
            found.correct(**wanted.content())
        found.spelling = spelled(found.name)
        return found


async def close_window(uow: UnitOfWork, code: str) -> Window:
    """A window serves nobody any more; whoever holds a post there holds it up to today.

    :raises NotFound: there is none. :raises IllegalTransition: it is closed.
    """
    return await _change(uow, code, Window.close, ends_holdings=True)


async def reopen_window(uow: UnitOfWork, code: str) -> Window:
    """A closed window serves people again. :raises IllegalTransition: it is open."""
    return await _change(uow, code, Window.reopen)


async def add_post(uow: UnitOfWork, code: str, *, name: str, name_en: str) -> Post:
    """Adds a post to a window.

    :raises NotFound: there is no such window, or it is out of the actor's reach.
    :raises Conflict: it has enough posts. :raises IllegalTransition: it is closed.
    """
    grant = uow.permit(POLICY, "keep_posts")
    async with uow.transaction() as tx:
        place = await window_in_reach(tx, grant, code)
        place.require("fill", place.state)
        if len(await open_posts(tx.session, code)) >= MOST_POSTS:
            raise Conflict("posts_full", most=MOST_POSTS)
        post = Post(id=new_id(), window_code=code, name=name, name_en=name_en)
        tx.add(post)
        return post


async def correct_post(uow: UnitOfWork, post_id: str, *, name: str, name_en: str) -> Post:
    """Names a post otherwise. :raises NotFound: as :func:`add_post`. :raises IllegalTransition: it is closed."""
    grant = uow.permit(POLICY, "keep_posts")
    async with uow.transaction() as tx:
        post, _ = await post_in_reach(tx, grant, post_id)
        post.require("correct", post.state)
        post.name, post.name_en = name, name_en
        return post


async def close_post(uow: UnitOfWork, post_id: str) -> Post:
    """A window has a post no more; whoever holds it holds it up to today. :raises IllegalTransition: it is closed."""
    grant = uow.permit(POLICY, "keep_posts")
    async with uow.transaction() as tx:
        post, _ = await post_in_reach(tx, grant, post_id)
        post.close()
        for each in await holdings_of_post(tx.session, post_id):
            if not each.ended_before(tx.today):
                each.end(max(tx.today, each.first_on))
        return post


async def move_windows_of_team(tx: Transaction, code: str, into: str) -> None:
    """The windows that a team kept are kept by the one that it was merged into."""
    for window_code in await windows_of_teams(tx.session, [code]):
        (await tx.get(Window, window_code)).team_code = into


async def window_in_reach(tx: Transaction, grant: Grant, code: str) -> Window:
    """Returns the window, locked. :raises NotFound: there is none, or it is out of the actor's reach."""
    found = await tx.get(Window, code)
    grant.require(Window.kind, code, teams=[found.team_code], states=Window.STEPS)
    return found


async def post_in_reach(tx: Transaction, grant: Grant, post_id: str) -> tuple[Post, Window]:
    """Returns the post and its window, locked. :raises NotFound: as :func:`window_in_reach`."""
    post = await tx.get(Post, post_id)
    place = await tx.get(Window, post.window_code)
    if not grant.covers(teams=[place.team_code]):
        raise NotFound(Post.kind, post_id, states=Post.STEPS)
    return post, place


async def _require_no_other_leads(tx: Transaction, code: str) -> None:
    other = await leading_window(tx.session)
    if other is not None and other.code != code:
        raise Conflict("window_leads_already", field="leads", name=other.name)


async def _change(
    uow: UnitOfWork, code: str, step: Callable[[Window], None], *, ends_holdings: bool = False
) -> Window:
    uow.permit(POLICY, "enter_windows")
    async with uow.transaction() as tx:
        found = await tx.get(Window, code)
        step(found)
        if ends_holdings:
            for each in await holdings_of_window(tx.session, code):
                if not each.ended_before(tx.today):
                    each.end(max(tx.today, each.first_on))
        return found
