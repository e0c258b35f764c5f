"""What waits for coordinators, officers and leaders, put together from what each capability knows."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.catalog.consultation.queries import editions_to_answer, unheard_consultations
from services.catalog.editions.queries import first_drafts
from services.catalog.policy import POLICY
from shared.http.tasks import MOST_OF_A_KIND, Task, Tasks
from shared.kernel.access import Role
from shared.unit_of_work import UnitOfWork

Group = tuple[str, int, list[Task]]


async def list_tasks(uow: UnitOfWork) -> Tasks:
    """For the corps: drafts to publish, and opinions to answer. For townships and teams: the consultations in which
    they have not spoken yet."""
    grant = uow.permit(POLICY, "read_tasks")
    groups: list[Group] = []
    async with uow.reading() as session:
        if Role.COORDINATOR in uow.actor.roles:
            groups += [await _drafts(session), await _to_answer(session)]
        unheard = await unheard_consultations(
            session, uow.today(), townships=grant.townships, teams=grant.teams
        )
    code = "consultation_open"
    consultations = [
        Task(code, f"consultation:{each.code}", {"title": each.title}, each.consultation_until)
        for each in unheard
    ]
    return Tasks.of(*groups, (code, len(consultations), consultations[:MOST_OF_A_KIND]))


async def _drafts(session: AsyncSession) -> Group:
    rows, count = await first_drafts(session, limit=MOST_OF_A_KIND)
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
    return code, count, drafts


async def _to_answer(session: AsyncSession) -> Group:
    code = "opinions_to_answer"
    found = await editions_to_answer(session)
    tasks = [
        Task(
            code,
            f"opinions:{edition.code}",
            {"title": edition.title, "count": count},
            due_on=edition.consultation_until,
        )
        for edition, count in found
    ]
    return code, len(found), tasks[:MOST_OF_A_KIND]
