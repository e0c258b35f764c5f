"""Reading editions."""

from dataclasses import dataclass
from typing import Literal

from sqlalchemy import select

from services.catalog.campaigns.queries import years_without_standing
from services.catalog.directory.queries import active_among
from services.catalog.editions.domain import Edition, EditionState
from services.catalog.editions.tables import edition
from services.catalog.items.queries import items_of
from services.catalog.policy import POLICY
from shared.db.paging import Listed, SortedBy, contains, counted_page_of, first_and_count
from shared.http.tasks import MOST_OF_A_KIND, Task, Tasks
from shared.kernel.access import Role
from shared.kernel.errors import NotFound
from shared.unit_of_work import UnitOfWork

Sort = Literal["code", "title", "effective_on", "-effective_on"]
"""By what a list of editions can be ordered; ``-`` is the latest first."""

_SORTS = {
    "code": None,
    "title": SortedBy(edition.c.title),
    "effective_on": SortedBy(edition.c.effective_on),
    "-effective_on": SortedBy(edition.c.effective_on, descending=True),
}


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
        found = await session.get(Edition, code)
    if found is None:
        raise NotFound(Edition.kind, code, states=Edition.STEPS)
    return found


@dataclass(frozen=True, slots=True)
class Blocker:
    """What is in the way of publishing an edition: an item that nobody offers."""

    code: str
    item_code: str
    item_name: str
    item_name_en: str


@dataclass(frozen=True, slots=True)
class Publication:
    """What publishing a draft would do now."""

    items: int
    blockers: list[Blocker]
    is_over: bool
    overlaps: list[Edition]
    new_standing_years: list[int]


async def preview_publication(uow: UnitOfWork, code: str) -> Publication:
    """Returns what publishing a draft would do now, and what is in its way.

    Of an edition that is published, the blockers are the items that no team offers any more.

    :raises NotFound: there is no such edition.
    """
    uow.permit(POLICY, "publish_edition")
    async with uow.reading() as session:
        draft = await session.get(Edition, code)
        if draft is None:
            raise NotFound(Edition.kind, code, states=Edition.STEPS)
        items = {item.code: item for item in await items_of(session, draft.item_codes)}
        named = {team for item in items.values() for team in item.teams}
        without_team = draft.items_without_team(
            items.values(), active_teams=await active_among(session, named)
        )
        same_days = select(Edition).where(
            edition.c.code != code,
            edition.c.state == "published",
            edition.c.effective_on <= draft.retires_on,
            edition.c.retires_on >= draft.effective_on,
        )
        overlaps = list(await session.scalars(same_days.order_by(edition.c.effective_on)))
        return Publication(
            items=len(draft.item_codes),
            blockers=[
                Blocker("item_without_team", item, items[item].name, items[item].name_en)
                for item in without_team
            ],
            is_over=draft.retires_on < uow.today(),
            overlaps=overlaps,
            new_standing_years=await years_without_standing(session, draft.years()),
        )
