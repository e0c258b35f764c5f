"""Reading figures, and comparing the windows of one kind."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.catalog.comparison.domain.figures import WindowFigure
from services.catalog.comparison.domain.judging import (
    Comparisons,
    compare_months,
    compare_windows,
)
from services.catalog.comparison.tables import window_figure
from services.catalog.policy import POLICY
from services.catalog.windows.domain import Window, WindowKind
from services.catalog.windows.queries import posts_of_kind, windows_among, windows_of_teams
from shared.db.paging import Listed, counted_page_of
from shared.kernel.errors import InvalidInput, NotFound
from shared.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class FigureView:
    """A row of figures with its window, which may have been entered and taken away since."""

    figure: WindowFigure
    window: Window | None


@dataclass(frozen=True, slots=True)
class Compared:
    """The windows of a kind by code, how many each served, and what can be said of them."""

    windows: Sequence[Window]
    served: dict[str, int]
    comparisons: Comparisons


async def list_figures(
    uow: UnitOfWork,
    *,
    window_code: str | None,
    first_month: str | None,
    last_month: str | None,
    after: str | None,
    limit: int,
) -> Listed[FigureView]:
    """Returns a page of figures in the actor's reach: of a window, from one month to another."""
    grant = uow.permit(POLICY, "read_window_figures")
    query = select(WindowFigure)
    if window_code is not None:
        query = query.where(window_figure.c.window_code == window_code)
    if first_month is not None:
        query = query.where(window_figure.c.month >= first_month)
    if last_month is not None:
        query = query.where(window_figure.c.month <= last_month)
    async with uow.reading() as session:
        if not grant.everything:
            own = await windows_of_teams(session, grant.teams)
            query = query.where(window_figure.c.window_code.in_(own))
        found = await counted_page_of(session, query, window_figure.c.id, after=after, limit=limit)
        windows = await windows_among(session, {each.window_code for each in found.items})
    views = [FigureView(each, windows.get(each.window_code)) for each in found.items]
    return Listed(views, found.next_after, found.total)


async def compare_kind(
    uow: UnitOfWork, kind_code: str, first_month: str, last_month: str
) -> Compared:
    """Compares the windows of one kind on what they measured from one month to another.

    :raises NotFound: there is no such kind. :raises InvalidInput: the last month is before the first.
    """
    uow.permit(POLICY, "compare_windows")
    require_months(first_month, last_month)
    async with uow.reading() as session:
        if await session.get(WindowKind, kind_code) is None:
            raise NotFound(WindowKind.kind, kind_code)
        posts = await posts_of_kind(session, kind_code)
        windows = await windows_among(session, set(posts))
        figures = await figures_of(session, set(posts), first_month, last_month)
    by_window: dict[str, list[WindowFigure]] = {code: [] for code in sorted(posts)}
    for each in figures:
        by_window[each.window_code].append(each)
    single = frozenset(code for code, count in posts.items() if count == 1)
    return Compared(
        [windows[code] for code in by_window],
        {code: sum(each.served for each in found) for code, found in by_window.items()},
        compare_windows(by_window, single),
    )


async def compare_over_time(
    uow: UnitOfWork, code: str, first_month: str, last_month: str
) -> tuple[Sequence[WindowFigure], Comparisons]:
    """Returns a window's figures, and in which months they differ from those of the month before.

    :raises NotFound: there is no such window. :raises InvalidInput: the last month is before the first.
    """
    uow.permit(POLICY, "compare_windows")
    require_months(first_month, last_month)
    async with uow.reading() as session:
        window = await session.get(Window, code)
        if window is None:
            raise NotFound(Window.kind, code, states=Window.STEPS)
        posts = await posts_of_kind(session, window.kind_code)
        figures = await figures_of(session, {code}, first_month, last_month)
    return figures, compare_months(figures, is_single=posts.get(code) == 1)


async def windows_to_fill_in(uow: UnitOfWork) -> list[Window]:
    """Returns the open windows whose figures the actor enters, by code."""
    grant = uow.permit(POLICY, "enter_window_figures")
    query = select(Window)
    async with uow.reading() as session:
        found = list(await session.scalars(query))
    mine = [each for each in found if each.state == "open" and grant.covers(teams=[each.team_code])]
    return sorted(mine, key=lambda each: each.code)


async def figures_of(
    session: AsyncSession, codes: Collection[str], first_month: str, last_month: str
) -> list[WindowFigure]:
    """Returns the figures of these windows, in the order of windows and months."""
    query = select(WindowFigure).where(
        window_figure.c.window_code.in_(codes),
        window_figure.c.month >= first_month,
        window_figure.c.month <= last_month,
    )
    ordered = query.order_by(window_figure.c.window_code, window_figure.c.month)
    return list(await session.scalars(ordered))


def require_months(first_month: str, last_month: str) -> None:
    """:raises InvalidInput: the last month is before the first."""
    if last_month < first_month:
        raise InvalidInput(
            "months_reversed", field="last_month", first=first_month, last=last_month
        )
