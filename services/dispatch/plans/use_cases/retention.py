"""Deletes old planning runs and candidates that were not published."""

from datetime import datetime, timedelta

from sqlalchemy import delete, exists, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.dispatch.plans.domain.run import PlanningRun
from services.dispatch.plans.tables import candidate, candidate_revision, planning_run
from shared.privacy.retention import BATCH, Prune

OVER = [state for state, steps in PlanningRun.STEPS.items() if not steps]


def old_runs(age: timedelta) -> Prune:
    """Deletes runs that are over and older than ``age``, with their candidates: not what was published, and of each
    campaign neither the newest run nor the newest candidate."""
    newer_run, newer = planning_run.alias(), candidate.alias()
    mine = planning_run.c.campaign_id
    outdone = exists().where(newer_run.c.campaign_id == mine, newer_run.c.id > planning_run.c.id)
    outdated = exists().where(newer.c.campaign_id == mine, newer.c.id > planning_run.c.candidate_id)
    led_to_a_plan = exists().where(
        candidate.c.run_id == planning_run.c.id, candidate.c.state == "published"
    )

    async def prune(session: AsyncSession, now: datetime) -> int:
        old = select(planning_run.c.id).where(
            planning_run.c.made_at < now - age, planning_run.c.state.in_(OVER)
        )
        old = old.where(
            outdone, or_(planning_run.c.candidate_id.is_(None), outdated), ~led_to_a_plan
        )
        runs = (await session.scalars(old.order_by(planning_run.c.made_at).limit(BATCH))).all()
        if not runs:
            return 0
        # Locked, and asked again: somebody may be publishing one of them.
        theirs = select(candidate.c.id).where(
            candidate.c.run_id.in_(runs), candidate.c.state != "published"
        )
        candidates = (await session.scalars(theirs.with_for_update())).all()
        await session.execute(
            delete(candidate_revision).where(candidate_revision.c.candidate_id.in_(candidates))
        )
        await session.execute(delete(candidate).where(candidate.c.id.in_(candidates)))
        left = exists().where(candidate.c.run_id == planning_run.c.id)
        await session.execute(delete(planning_run).where(planning_run.c.id.in_(runs), ~left))
        return len(runs)

    return prune
