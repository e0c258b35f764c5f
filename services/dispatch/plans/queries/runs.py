"""Reads of planning runs."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Row, exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.dispatch.plans.domain.run import PlanningRun
from services.dispatch.plans.queries.plans import View
from services.dispatch.plans.queries.wording import Localizer
from services.dispatch.plans.tables import planning_run
from services.dispatch.policy import POLICY
from shared.db.paging import page_of
from shared.kernel.errors import NotFound
from shared.tasks.kinds import Chosen, everything
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


async def first_failed_runs(
    session: AsyncSession,
    campaigns: Collection[str],
    *,
    chosen: Chosen = everything,
    limit: int,
) -> Sequence[Row[Any]]:
    """Id and campaign_id of each of these campaigns' latest run, where it failed."""
    later = planning_run.alias()
    query = select(planning_run.c.id, planning_run.c.campaign_id).where(
        planning_run.c.campaign_id.in_(campaigns),
        planning_run.c.state == "failed",
        chosen(planning_run.c.id),
        ~exists().where(
            later.c.campaign_id == planning_run.c.campaign_id, later.c.id > planning_run.c.id
        ),
    )
    return list(await session.execute(query.order_by(planning_run.c.id).limit(limit)))
