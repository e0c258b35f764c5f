"""What a plan consists of, made from planning input: stops, assignments, and entries of unserved lines."""

from typing import Any

from sqlalchemy import Row

from services.dispatch.demand.queries import volunteers_for
from services.dispatch.planning.problem.circuit import Circuit, PlannedStop
from services.dispatch.plans.domain.plan import Plan
from services.dispatch.plans.queries.planning_input import PlanningInput
from services.dispatch.stops.domain.stop import Assignment, Stop
from shared.kernel.ids import new_id


def draft_stop(
    plan: Plan,
    planned: PlannedStop,
    inputs: PlanningInput,
    position: int,
    assignments: list[Assignment],
) -> Stop:
    """A stop of ``plan``, not yet announced."""
    first = inputs.lines[planned.booths[0].line]
    lat, lon = planned.site.point
    on, part = inputs.dates.half_day(planned.slot)
    return Stop(
        id=new_id(),
        plan_id=plan.id,
        position=position,
        township_code=planned.site.township,
        place=first.place,
        on=on,
        part=part,
        lat=lat if first.lat is None else first.lat,
        lon=lon if first.lon is None else first.lon,
        assignments=assignments,
    )


def draft_assignment(line: Row[Any], team_code: str) -> Assignment:
    """An assignment for a row of ``demand_line``, not yet offered."""
    return Assignment(
        id=new_id(),
        order_id=line.order_id,
        line_id=line.line_id,
        item_code=line.item_code,
        item_name=line.item_name,
        item_name_en=line.item_name_en,
        team_code=team_code,
        volunteers=volunteers_for(line),
    )


def unserved_entries(inputs: PlanningInput, circuit: Circuit) -> list[dict[str, str]]:
    """The entries of ``Plan.unserved`` for the lines that the circuit leaves without a place."""
    unserved = ((inputs.lines[line.line], line.reason) for line in circuit.unserved)
    return [unserved_entry(row, row.township_code, reason) for row, reason in unserved]


def unserved_entry(line: Row[Any] | Assignment, township_code: str, reason: str) -> dict[str, str]:
    """An entry of ``Plan.unserved`` for a row of ``demand_line``, or for the line of an assignment."""
    return {
        "order_id": line.order_id,
        "line_id": line.line_id,
        "township_code": township_code,
        "item_code": line.item_code,
        "item_name": line.item_name,
        "item_name_en": line.item_name_en,
        "reason": reason,
    }
