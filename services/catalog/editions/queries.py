"""Reading editions."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.catalog.editions.domain import Difference, Edition, EditionState, differences
from services.catalog.editions.tables import edition
from services.catalog.items.queries import items_of
from services.catalog.policy import POLICY
from shared.db.paging import Listed, SortedBy, contains, counted_page_of, first_and_count
from shared.http.tasks import MOST_OF_A_KIND, Task, Tasks
from shared.kernel.access import Role
from shared.kernel.errors import InvalidInput, NotFound
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


async def list_tasks(uow: UnitOfWork) -> Tasks:
    """For the corps, the drafts that wait to be published, the first to come into force first."""
    uow.permit(POLICY, "read_tasks")
    if Role.COORDINATOR not in uow.actor.roles:
        return Tasks.of()
    query = (
        select(edition.c.code, edition.c.title, edition.c.effective_on, edition.c.item_codes)
        .where(edition.c.state == "draft")
        .order_by(edition.c.effective_on, edition.c.code)
    )
    async with uow.reading() as session:
        rows, count = await first_and_count(session, query, limit=MOST_OF_A_KIND)
    code = "edition_to_publish"
    drafts = [
        Task(
            code,
            f"edition:{row.code}",
            {"title": row.title, "count": len(row.item_codes)},
            due_on=row.effective_on,
        )
        for row in rows
    ]
    return Tasks.of((code, count, drafts))


async def get_edition(uow: UnitOfWork, code: str) -> Edition:
    """Returns the edition with this code. :raises NotFound: there is none."""
    uow.permit(POLICY, "read_editions")
    async with uow.reading() as session:
        return await _edition(session, code)


async def ended_editions(session: AsyncSession, today: date) -> list[Edition]:
    """Returns the published editions whose last day is before ``today``."""
    query = select(Edition).where(edition.c.state == "published", edition.c.retires_on < today)
    return list(await session.scalars(query.order_by(edition.c.code)))


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
        after = await _edition(session, code)
        if with_code is None and after.based_on is None:
            raise InvalidInput("nothing_to_compare", field="with", title=after.title)
        before = await _edition(session, with_code or str(after.based_on))
        codes = {*after.item_codes, *before.item_codes}
        items = await items_of(session, codes)
        return Comparison(
            before=before,
            after=after,
            differences=differences(before.dishes(items), after.dishes(items)),
        )


async def _edition(session: AsyncSession, code: str) -> Edition:
    found = await session.get(Edition, code)
    if found is None:
        raise NotFound(Edition.kind, code, states=Edition.STEPS)
    return found
