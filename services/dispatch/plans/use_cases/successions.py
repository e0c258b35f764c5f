"""Plans follow their townships and teams."""

from sqlalchemy import select, update

from services.dispatch.plans.domain.candidate import Candidate, renamed
from services.dispatch.plans.domain.plan import Plan
from services.dispatch.plans.tables import (
    candidate,
    candidate_revision,
    plan,
    planning_rule,
    planning_run,
)
from services.dispatch.stops.queries.lookups import plans_with
from shared.unit_of_work import Transaction


async def move_plans(tx: Transaction, township_code: str, new_code: str) -> None:
    """The township has another code now: plans and runs begin there, and name it in their lists of what is unserved."""
    for table in (plan, planning_run):
        moved = update(table).where(table.c.start_township_code == township_code)
        await tx.session.execute(moved.values(start_township_code=new_code))
    kept = select(plan.c.id).where(plan.c.state.in_(("proposed", "published"))).order_by(plan.c.id)
    for plan_id in (await tx.session.scalars(kept)).all():
        (await tx.get(Plan, plan_id)).rename_township(township_code, new_code)


async def move_rules(tx: Transaction, code: str, into: str) -> None:
    """The team is the same as another one, for which its pins and bans count."""
    moved = update(planning_rule).where(planning_rule.c.team_code == code)
    await tx.session.execute(moved.values(team_code=into))


async def move_candidates(tx: Transaction, code: str, into: str) -> None:
    """Candidates that may still be published name the other team. Whether they keep the rules then is checked when they
    are edited or published, as always."""
    open_ones = select(candidate.c.id).where(candidate.c.state.in_(("growing", "kept")))
    for candidate_id in (await tx.session.scalars(open_ones.order_by(candidate.c.id))).all():
        (await tx.get(Candidate, candidate_id)).rename_team(code, into)
        of = candidate_revision.c
        earlier = select(of.revision, of.booths).where(of.candidate_id == candidate_id)
        for row in (await tx.session.execute(earlier)).all():
            booths = renamed(row.booths, {code: into})
            if booths != row.booths:
                this = (of.candidate_id == candidate_id, of.revision == row.revision)
                changed = update(candidate_revision).where(*this)
                await tx.session.execute(changed.values(booths=booths))


async def lock_plans_with(tx: Transaction, code: str) -> None:
    """Locks the plans in which a team is expected; everybody locks plans before their stops."""
    await tx.find_all(Plan, await plans_with(tx.session, {code}))
