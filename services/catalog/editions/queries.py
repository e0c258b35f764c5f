"""Reading editions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from sqlalchemy import Row, String, cast, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.catalog.editions.domain import Difference, Dish, Edition, EditionState, differences
from services.catalog.editions.tables import edition
from services.catalog.items.queries import items_of
from services.catalog.policy import POLICY
from shared.db.paging import Listed, SortedBy, contains, counted_page_of, first_and_count
from shared.kernel.errors import InvalidInput, NotFound
from shared.tasks.kinds import Chosen, everything
from shared.unit_of_work import UnitOfWork

Sort = Literal["code", "title", "effective_on", "-effective_on"]
"""By what a list of editions can be ordered; ``-`` is the latest first."""

_SORTS = {
    "code": None,
    "title": SortedBy(edition.c.title),
    "effective_on": SortedBy(edition.c.effective_on),
    "-effective_on": SortedBy(edition.c.effective_on, descending=True),
}


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two editions, and how the items of ``after`` differ from those of ``before``."""

    before: Edition
    after: Edition
    differences: list[Difference]


async def list_editions(
    uow: UnitOfWork,
    *,
    q: str | None,
    sort: Sort,
    state: EditionState | None,
    after: str | None,
    limit: int,
) -> Listed[Edition]:
    """Returns a page of editions in a state, whose titles or codes contain ``q``."""
    uow.permit(POLICY, "read_editions")
    query = select(Edition)
    if q is not None:
        query = query.where(contains(q, edition.c.title, edition.c.code))
    if state is not None:
        query = query.where(edition.c.state == state)
    async with uow.reading() as session:
        return await counted_page_of(
            session, query, edition.c.code, after=after, limit=limit, by=_SORTS[sort]
        )


async def get_edition(uow: UnitOfWork, code: str) -> Edition:
    """Returns the edition with this code. :raises NotFound: there is none."""
    uow.permit(POLICY, "read_editions")
    async with uow.reading() as session:
        return await require_edition(session, code)


async def first_drafts(
    session: AsyncSession, *, chosen: Chosen = everything, limit: int
) -> tuple[Sequence[Row[Any]], int]:
    """Returns code, title, first day and items of the drafts, the first to come into force first, and how many drafts
    there are."""
    query = (
        select(edition.c.code, edition.c.title, edition.c.effective_on, edition.c.item_codes)
        .where(edition.c.state == "draft", chosen(edition.c.code))
        .order_by(edition.c.effective_on, edition.c.code)
    )
    return await first_and_count(session, query, limit=limit)


async def unpublished_editions(session: AsyncSession) -> list[Edition]:
    """Returns the editions that are not published yet, the first to come into force first."""
    query = select(Edition).where(edition.c.state.in_(Edition.UNPUBLISHED))
    return list(await session.scalars(query.order_by(edition.c.effective_on, edition.c.code)))


async def editions_in_consultation(session: AsyncSession, today: date) -> list[Edition]:
    """Returns the editions on which opinions are taken today, the first to end first."""
    query = select(Edition).where(
        edition.c.state == "consultation", edition.c.consultation_until >= today
    )
    return list(await session.scalars(query.order_by(edition.c.consultation_until, edition.c.code)))


async def editions_in_survey(session: AsyncSession) -> list[Edition]:
    """Returns the editions about which the teams are being asked, the first to end first."""
    query = select(Edition).where(edition.c.state == "survey")
    return list(await session.scalars(query.order_by(edition.c.survey_until, edition.c.code)))


async def dishes_before(session: AsyncSession, draft: Edition) -> dict[str, Dish]:
    """Returns the menu of the edition that one is based on, by item; empty where it is based on none."""
    if draft.based_on is None:
        return {}
    before = await require_edition(session, draft.based_on)
    dishes = before.dishes(await items_of(session, before.item_codes))
    return {str(dish["item_code"]): dish for dish in dishes}


async def ended_editions(session: AsyncSession, today: date) -> list[Edition]:
    """Returns the published editions whose last day is before ``today``."""
    query = select(Edition).where(edition.c.state == "published", edition.c.retires_on < today)
    return list(await session.scalars(query.order_by(edition.c.code)))


async def is_on_menu(session: AsyncSession, picture_id: str) -> bool:
    """Whether a published edition shows a picture; also one that is over."""
    query = select(edition.c.code).where(
        cast(edition.c.menu, String).contains(f'"{picture_id}"', autoescape=True)
    )
    return (await session.scalars(query.limit(1))).first() is not None


async def editions_in_force(session: AsyncSession, today: date) -> list[Edition]:
    """Returns the editions that may be ordered from today, the earliest first; also while a withdrawal is decided."""
    query = select(Edition).where(
        edition.c.state.in_(("published", "withdrawing")),
        edition.c.effective_on <= today,
        edition.c.retires_on >= today,
    )
    return list(await session.scalars(query.order_by(edition.c.effective_on, edition.c.code)))


async def overlapping(session: AsyncSession, draft: Edition) -> list[Edition]:
    """Returns the other published editions that share a day with one."""
    same_days = select(Edition).where(
        edition.c.code != draft.code,
        edition.c.state == "published",
        edition.c.effective_on <= draft.retires_on,
        edition.c.retires_on >= draft.effective_on,
    )
    return list(await session.scalars(same_days.order_by(edition.c.effective_on)))


async def compare_editions(uow: UnitOfWork, code: str, with_code: str | None) -> Comparison:
    """Returns how an edition differs from another; without a code, from the one that it is based on.

    :raises NotFound: one of them does not exist. :raises InvalidInput: it is based on none, and no code was given.
    """
    uow.permit(POLICY, "read_editions")
    async with uow.reading() as session:
        after = await require_edition(session, code)
        if with_code is None and after.based_on is None:
            raise InvalidInput("nothing_to_compare", field="with", title=after.title)
        before = await require_edition(session, with_code or str(after.based_on))
        codes = {*after.item_codes, *before.item_codes}
        items = await items_of(session, codes)
        return Comparison(
            before=before,
            after=after,
            differences=differences(before.dishes(items), after.dishes(items)),
        )


async def require_edition(session: AsyncSession, code: str) -> Edition:
    """Returns the edition with this code. :raises NotFound: there is none."""
    found = await session.get(Edition, code)
    if found is None:
        raise NotFound(Edition.kind, code, states=Edition.STEPS)
    return found
