"""Reads of planning runs."""

from sqlalchemy import select

from services.dispatch.plans.domain.run import PlanningRun
from services.dispatch.plans.queries.plans import View
from services.dispatch.plans.queries.wording import Localizer
from services.dispatch.plans.tables import planning_run
from services.dispatch.policy import POLICY
from shared.db.paging import page_of
from shared.kernel.errors import NotFound
from shared.unit_of_work import UnitOfWork

_RUN_FIELDS = (
    "id",
    "purpose",
    "campaign_id",
    "starts_on",
    "ends_on",
    "start_township_code",
    "weekends",
    "seed",
    "seconds",
    "made_at",
    "state",
    "candidate_id",
    "spent_seconds",
    "objective",
    "bound",
    "gap",
    "error",
)


def run_view(localizer: Localizer, run: PlanningRun) -> View:
    """A run for people, with a text for its error."""
    facts = {
        "campaign_id": run.campaign_id,
        "first": run.starts_on,
        "last": run.ends_on,
        "township": run.start_township_code,
    }
    view = {field: getattr(run, field) for field in _RUN_FIELDS}
    return view | {"error_detail": localizer.text_of(run.error, facts) if run.error else None}


async def list_runs(
    uow: UnitOfWork, *, campaign_id: str | None, after: str | None, limit: int
) -> tuple[list[PlanningRun], str | None]:
    """Oldest first."""
    uow.permit(POLICY, "read_candidates")
    async with uow.reading() as session:
        query = select(PlanningRun)
        if campaign_id is not None:
            query = query.where(planning_run.c.campaign_id == campaign_id)
        return await page_of(session, query, planning_run.c.id, after=after, limit=limit)


async def get_run(uow: UnitOfWork, run_id: str) -> PlanningRun:
    """:raises NotFound: there is none."""
    uow.permit(POLICY, "read_candidates")
    async with uow.reading() as session:
        found = await session.get(PlanningRun, run_id)
    if found is None:
        raise NotFound(PlanningRun.kind, run_id, states=PlanningRun.STEPS)
    return found
