"""How dispatch's events are made from its aggregates; each use case records what it did with these."""

from typing import Any

from services.dispatch.domain.plan import Plan
from services.dispatch.domain.stop import Assignment, Stop
from shared.contracts.dispatch import AssignmentEvent, LineUnserved, PlanPublished, StopEvent
from shared.unit_of_work import Transaction


def of_stop(tx: Transaction, event: type[StopEvent], stop: Stop, **more: Any) -> None:
    tx.record(stop, event(**_stop(stop), **more))


def of_assignment(
    tx: Transaction, event: type[AssignmentEvent], stop: Stop, assignment: Assignment, **more: Any
) -> None:
    about = {
        "assignment_id": assignment.id,
        "order_id": assignment.order_id,
        "line_id": assignment.line_id,
        "item_code": assignment.item_code,
        "item_name": assignment.item_name,
        "item_name_en": assignment.item_name_en,
        "team_code": assignment.team_code,
        "volunteers": assignment.volunteers,
    }
    tx.record(stop, event(**_stop(stop), **about, **more))


def of_unserved(tx: Transaction, plan: Plan, line: dict[str, str]) -> None:
    about = {name: value for name, value in line.items() if name != "reason"}
    told = LineUnserved(plan_id=plan.id, revision=plan.revision, reason_code=line["reason"], **about)
    tx.record(plan, told)


def of_plan(tx: Transaction, plan: Plan, *, stops: int, assignments: int, unserved: int) -> None:
    """The last word of a revision: how much of it there is."""
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


def _stop(stop: Stop) -> dict[str, Any]:
    return {
        "stop_id": stop.id,
        "plan_id": stop.plan_id,
        "township_code": stop.township_code,
        "place": stop.place,
        "on": stop.on,
        "part": stop.part,
    }
