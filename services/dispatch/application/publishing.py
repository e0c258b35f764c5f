"""A circuit comes into force: what it changes of what is published is announced, and nothing else."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlalchemy import delete, insert, update

from services.dispatch.application import announce
from services.dispatch.application.planning import new_assignment, new_stop, tell_unserved, unserved_of
from services.dispatch.application.problems import site_id
from services.dispatch.application.tasks import Task
from services.dispatch.domain.plan import Plan
from services.dispatch.domain.planning.circuit import Circuit, stops_of, way_km
from services.dispatch.domain.planning.circuit import Stop as PlannedStop
from services.dispatch.domain.planning.problem import Booth, Slot
from services.dispatch.domain.stop import Assignment, Stop
from services.dispatch.store.tables import booking, demand_line
from shared.contracts.dispatch import StopCancelled, StopScheduled, TeamAssigned, TeamReleased
from shared.db.unit_of_work import Transaction
from shared.kernel.errors import Conflict
from shared.kernel.ids import new_id

REPLANNED = "replanned"
"""The reason of what a new revision of the plan takes back."""

Place = tuple[str, Slot]


@dataclass
class _Changes:
    """What a revision does, by stop."""

    released: list[tuple[Stop, Assignment]] = field(default_factory=list)
    offered: list[tuple[Stop, Assignment]] = field(default_factory=list)
    scheduled: list[Stop] = field(default_factory=list)
    cancelled: list[Stop] = field(default_factory=list)

    @property
    def touched(self) -> list[Stop]:
        by_id = {stop.id: stop for stop, _ in (*self.released, *self.offered)}
        return [by_id[key] for key in sorted(by_id)]


async def put_in_force(tx: Transaction, task: Task, circuit: Circuit) -> Plan:
    """Makes ``circuit``, which holds by ``check_plan``, what is published: as the first revision of a new plan, or as
    the next of the task's, if anything is new. The task is locked (see :func:`whole_task`).

    :raises Conflict: a line found a place elsewhere at the same moment.
    """
    plan = task.plan or await _new_plan(tx, task)
    unserved = await _leave_unserved(tx, plan, task, circuit)
    if task.plan is not None:
        if set(circuit.booths) == set(task.problem.published) and not unserved:
            return plan
        plan.repair()
        plan.starts_on, plan.ends_on = min(plan.starts_on, task.frame.starts_on), max(plan.ends_on, task.frame.ends_on)
    planned = stops_of(task.problem, circuit.booths)
    changes = _changed(tx, task, plan, planned)
    await _set_lines(tx, circuit, changes)
    await _book(tx, changes.touched)
    plan.distance_km = round(way_km(task.problem, planned), 1)
    _announce(tx, plan, changes, unserved)
    return plan


async def _new_plan(tx: Transaction, task: Task) -> Plan:
    frame = task.frame
    plan = Plan(
        id=new_id(),
        campaign=frame.campaign,
        starts_on=frame.starts_on,
        ends_on=frame.ends_on,
        start_township_code=frame.start_township_code,
        weekends=frame.weekends,
    )
    plan.publish()
    tx.add(plan)
    await tx.session.flush()
    return plan


def _changed(tx: Transaction, task: Task, plan: Plan, planned: Iterable[PlannedStop]) -> _Changes:
    changes = _Changes()
    wanted = {booth.line: booth for stop in planned for booth in stop.booths}
    present = {(site_id(stop), task.dated.slot(stop.on, stop.part)): stop for stop in task.stops}
    kept = _release(task, wanted, changes)
    for position, place in enumerate(planned, start=1):
        _staff(tx, task, plan, place, position, present, kept, changes)
    for stop in task.stops:
        if not stop.live:
            stop.cancel(REPLANNED)
            changes.cancelled.append(stop)
    return changes


def _release(task: Task, wanted: dict[str, Booth], changes: _Changes) -> set[str]:
    """Takes back every booth that is not wanted as it is; gives the lines of the others."""
    kept = set()
    for stop in task.stops:
        slot = task.dated.slot(stop.on, stop.part)
        for entry in stop.live:
            if wanted.get(entry.line_id) == Booth(entry.line_id, entry.team_code, slot, entry.volunteers):
                kept.add(entry.line_id)
            else:
                entry.release(REPLANNED)
                changes.released.append((stop, entry))
    return kept


def _staff(
    tx: Transaction,
    task: Task,
    plan: Plan,
    planned: PlannedStop,
    position: int,
    present: dict[Place, Stop],
    kept: set[str],
    changes: _Changes,
) -> None:
    """Offers the booths of one stop that are new, at the stop that is there already, or at a new one."""
    new = [new_assignment(task.lines[booth.line], booth.team) for booth in planned.booths if booth.line not in kept]
    stop = present.get((planned.site.id, planned.slot))
    if stop is None:
        stop = new_stop(plan, planned, task, position, new)
        stop.publish(tx.now)
        tx.add(stop)
        changes.scheduled.append(stop)
    else:
        stop.position = position
        for entry in new:
            stop.assign(entry, tx.now)
    changes.offered += [(stop, entry) for entry in new]


async def _set_lines(tx: Transaction, circuit: Circuit, changes: _Changes) -> None:
    """:raises Conflict: one of them is not what it was when the task was looked up."""
    served, had = {booth.line for booth in circuit.booths}, {entry.line_id for _, entry in changes.released}
    added = [entry.line_id for _, entry in changes.offered if entry.line_id not in had]
    for line_ids, before, after in (
        (sorted(had - served), "planned", "open"),
        (sorted(had & served), "planned", "planned"),
        (added, "open", "planned"),
    ):
        untold = {"told_reason": None} if after == "planned" else {}
        found = await tx.session.execute(
            update(demand_line)
            .where(demand_line.c.line_id.in_(line_ids), demand_line.c.state == before)
            .values(state=after, **untold)
            .returning(demand_line.c.line_id)
        )
        if len(found.all()) != len(line_ids):
            raise Conflict("concurrent_change")


async def _book(tx: Transaction, stops: list[Stop]) -> None:
    await tx.session.execute(delete(booking).where(booking.c.stop_id.in_([stop.id for stop in stops])))
    rows = [
        {"team_code": code, "on": stop.on, "part": stop.part, "stop_id": stop.id}
        for stop in stops
        for code in sorted({entry.team_code for entry in stop.live})
    ]
    if rows:
        await tx.session.execute(insert(booking), rows)


async def _leave_unserved(tx: Transaction, plan: Plan, task: Task, circuit: Circuit) -> list[dict[str, str]]:
    """Keeps with the plan what has no place; gives the lines of which nobody has been told so yet, or for another
    reason."""
    mine = [unserved_of(task.lines[line.line], line.reason) for line in circuit.unserved]
    plan.unserved = [*(line for line in plan.unserved if line["line_id"] not in task.lines), *mine]
    return await tell_unserved(tx, mine)


def _announce(tx: Transaction, plan: Plan, changes: _Changes, unserved: list[dict[str, str]]) -> None:
    for stop, entry in changes.released:
        announce.of_assignment(tx, TeamReleased, stop, entry, reason=REPLANNED)
    for stop in changes.cancelled:
        announce.of_stop(tx, StopCancelled, stop, reason=REPLANNED)
    of_stop: defaultdict[str, list[Assignment]] = defaultdict(list)
    for stop, entry in changes.offered:
        of_stop[stop.id].append(entry)
    new = {stop.id for stop in changes.scheduled}
    for stop in changes.touched:
        if stop.id in new:
            announce.of_stop(tx, StopScheduled, stop, position=stop.position, revision=plan.revision)
        for entry in of_stop[stop.id]:
            announce.of_assignment(tx, TeamAssigned, stop, entry, revision=plan.revision)
    for line in unserved:
        announce.of_unserved(tx, plan, line)
    announce.of_plan(tx, plan, stops=len(changes.scheduled), assignments=len(changes.offered), unserved=len(unserved))
