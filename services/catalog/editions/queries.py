"""Reading editions."""

from sqlalchemy import select

from services.catalog.editions.domain import Edition
from services.catalog.editions.tables import edition
from services.catalog.policy import POLICY
from shared.db.paging import first_and_count, page_of
from shared.http.tasks import MOST_OF_A_KIND, Task, Tasks
from shared.kernel.access import Role
from shared.kernel.errors import NotFound
from shared.unit_of_work import UnitOfWork


async def list_editions(
    uow: UnitOfWork, *, after: str | None, limit: int
) -> tuple[list[Edition], str | None]:
    """Returns a page of editions in the order of their codes, and the code to go on from."""
    uow.permit(POLICY, "read_editions")
    async with uow.reading() as session:
        return await page_of(session, select(Edition), edition.c.code, after=after, limit=limit)


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
