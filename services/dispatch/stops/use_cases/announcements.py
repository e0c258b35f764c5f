"""Records events about stops and assignments, made from the aggregates."""

from typing import Any

from services.dispatch.stops.domain.stop import Assignment, Stop
from shared.contracts.dispatch import AssignmentEvent, QueueMeasured, StopEvent
from shared.unit_of_work import Transaction


def announce_stop(tx: Transaction, event: type[StopEvent], stop: Stop, **more: Any) -> None:
    tx.record(stop, event(**_stop(stop), **more))


def announce_assignment(
    tx: Transaction, event: type[AssignmentEvent], stop: Stop, assignment: Assignment, **more: Any
) -> None:
    about = {
        "township_code": stop.township_of(assignment),
        "assignment_id": assignment.id,
        "order_id": assignment.order_id,
        "line_id": assignment.line_id,
        "item_code": assignment.item_code,
        "item_name": assignment.item_name,
        "item_name_en": assignment.item_name_en,
        "team_code": assignment.team_code,
        "volunteers": assignment.volunteers,
    }
    tx.record(stop, event(**_stop(stop) | about, **more))


def announce_queue(tx: Transaction, stop: Stop, assignment: Assignment, served: int) -> None:
    """Says what was seen of the queue at a booth, or measured by its tickets."""
    figures = {
        name: getattr(assignment, name) or 0
        for name in ("arrived", "longest_queue", "mean_wait_minutes")
    }
    announce_assignment(tx, QueueMeasured, stop, assignment, served=served, **figures)


def _stop(stop: Stop) -> dict[str, Any]:
    return {
        "stop_id": stop.id,
        "plan_id": stop.plan_id,
        "township_code": stop.township_code,
        "place": stop.place,
        "on": stop.on,
        "part": stop.part,
    }
