"""Records events about plans, made from the aggregate."""

from services.dispatch.plans.domain.plan import Plan
from shared.contracts.dispatch import LineUnserved, PlanPublished
from shared.unit_of_work import Transaction


def announce_unserved(tx: Transaction, plan: Plan, line: dict[str, str]) -> None:
    about = {name: value for name, value in line.items() if name != "reason"}
    told = LineUnserved(
        plan_id=plan.id, revision=plan.revision, reason_code=line["reason"], **about
    )
    tx.record(plan, told)


def announce_plan(
    tx: Transaction, plan: Plan, *, stops: int, assignments: int, unserved: int
) -> None:
    """Records the last event of a revision, which says how many events of it there are."""
    tx.record(
        plan,
        PlanPublished(
            plan_id=plan.id,
            campaign_id=plan.campaign_id,
            revision=plan.revision,
            starts_on=plan.starts_on,
            ends_on=plan.ends_on,
            stops=stops,
            assignments=assignments,
            unserved=unserved,
        ),
    )
