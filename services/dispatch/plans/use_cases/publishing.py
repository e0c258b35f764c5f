"""Puts a circuit in force, and announces only what it changes."""

from collections.abc import Mapping, Sequence

from services.dispatch.demand.use_cases import (
    change_lines,
    note_replanned,
    note_told_reasons,
)
from services.dispatch.planning.problem.circuit import Circuit, PlannedStop, stops_of, way_km
from services.dispatch.planning.problem.problem import Booth, HalfDay, Slot
from services.dispatch.plans.domain.plan import Plan
from services.dispatch.plans.queries.planning_input import PlanningInput
from services.dispatch.plans.use_cases.announcements import announce_plan, announce_unserved
from services.dispatch.plans.use_cases.drafts import draft_assignment, draft_stop, unserved_entries
from services.dispatch.rosters.use_cases.following import follow_stop
from services.dispatch.stops.domain.stop import REPLANNED, Assignment, StatedReason, Stop
from services.dispatch.stops.domain.stop_matching import same_stops
from services.dispatch.stops.queries.confirmation import deadlines_of
from services.dispatch.stops.use_cases.announcements import announce_assignment, announce_stop
from services.dispatch.stops.use_cases.bookings import book, free
from shared.contracts.dispatch import (
    StopCancelled,
    StopChanged,
    StopScheduled,
    TeamAssigned,
    TeamReleased,
)
from shared.kernel.errors import Conflict
from shared.kernel.ids import new_id
from shared.unit_of_work import Transaction


async def put_in_force(tx: Transaction, inputs: PlanningInput, circuit: Circuit) -> Plan:
    """Makes ``circuit``, which holds by ``check_plan``, what is published: as the first revision of a new plan, or as
    the next of the one that is in force, if anything is new. The inputs were read under lock (``planning_input``).

    :raises Conflict: a line found a place elsewhere at the same moment.
    """
    plan = inputs.plan or await _new_plan(tx, inputs)
    unserved = await _leave_unserved(tx, plan, inputs, circuit)
    await note_replanned(tx, plan, inputs.amended())
    if inputs.plan is not None:
        if set(circuit.booths) == set(inputs.problem.published) and not unserved:
            return plan
        plan.open_revision()
        plan.starts_on, plan.ends_on = (
            min(plan.starts_on, inputs.scope.starts_on),
            max(plan.ends_on, inputs.scope.ends_on),
        )
    planned = stops_of(inputs.problem, circuit.booths)
    plan.distance_km = round(way_km(inputs.problem, planned), 1)
    revision = _Revision(tx, inputs, plan)
    revision.follow(planned)
    await _set_lines(tx, {booth.line for booth in circuit.booths}, revision)
    await free(tx, revision.touched)
    await book(tx, ((stop, stop.teams) for stop in revision.touched))
    for stop in revision.touched:
        follow_stop(tx, stop)
    for line in unserved:
        announce_unserved(tx, plan, line)
    announce_plan(
        tx, plan, stops=revision.stops, assignments=len(revision.asked), unserved=len(unserved)
    )
    return plan


async def _new_plan(tx: Transaction, inputs: PlanningInput) -> Plan:
    scope = inputs.scope
    plan = Plan(
        id=new_id(),
        campaign_id=scope.campaign_id,
        starts_on=scope.starts_on,
        ends_on=scope.ends_on,
        start_township_code=scope.start_township_code,
        weekends=scope.weekends,
    )
    plan.publish()
    tx.add(plan)
    await tx.session.flush()
    return plan


class _Revision:
    """Changes the stops and announces it: for each stop first the teams that are released, then the move, then the
    teams that are asked.

    ``stops`` counts those that are new or moved; ``asked`` are the lines whose booth a team is offered, ``had`` those
    that had another booth, or the same on another half-day; ``touched`` the stops with other bookings than before.
    """

    def __init__(self, tx: Transaction, inputs: PlanningInput, plan: Plan) -> None:
        self._tx, self._inputs, self._plan = tx, inputs, plan
        self._deadlines = deadlines_of(tx.session)
        self._touched: dict[str, Stop] = {}
        self.stops = 0
        self.asked: list[str] = []
        self.had: set[str] = set()

    @property
    def touched(self) -> list[Stop]:
        return [self._touched[key] for key in sorted(self._touched)]

    def follow(self, planned: Sequence[PlannedStop]) -> None:
        same = same_stops(self._inputs.held(), planned)
        goes_to = {stop_id: slot for (_, slot), stop_id in same.items()}
        wanted = {booth.line: booth for stop in planned for booth in stop.booths}
        kept: set[str] = set()
        for stop in self._inputs.stops:
            kept |= self._release(stop, goes_to.get(stop.id), wanted)
        there = {stop.id: stop for stop in self._inputs.stops}
        for position, place in enumerate(planned, start=1):
            new = [
                draft_assignment(self._inputs.lines[booth.line], booth.team)
                for booth in place.booths
                if booth.line not in kept
            ]
            stop_id = same.get((place.site.id, place.slot))
            if stop_id is None:
                self._schedule(draft_stop(self._plan, place, self._inputs, position, new))
            else:
                there[stop_id].position = position
                self._go_on(there[stop_id], self._inputs.dates.half_day(place.slot), new)
        for stop in self._inputs.stops:
            stop.forget_absent()
            if not stop.live:
                stop.cancel(StatedReason(REPLANNED))
                announce_stop(self._tx, StopCancelled, stop, reason_code=REPLANNED)

    def _release(self, stop: Stop, goes_to: Slot | None, wanted: Mapping[str, Booth]) -> set[str]:
        """Releases every booth that is not wanted as it is, apart from the half-day to which its stop moves. Returns
        the lines of the booths that stay."""
        slot = self._inputs.dates.slot(stop.on, stop.part) if goes_to is None else goes_to
        kept = set()
        for entry in stop.live:
            if wanted.get(entry.line_id) == Booth(
                entry.line_id, entry.team_code, slot, entry.volunteers
            ):
                kept.add(entry.line_id)
                continue
            entry.release(REPLANNED)
            self._touched[stop.id] = stop
            self.had.add(entry.line_id)
            announce_assignment(self._tx, TeamReleased, stop, entry, reason_code=REPLANNED)
        return kept

    def _schedule(self, stop: Stop) -> None:
        asked = stop.publish(self._tx.now, self._tx.today, self._deadlines)
        self._tx.add(stop)
        self.stops += 1
        announce_stop(
            self._tx,
            StopScheduled,
            stop,
            position=stop.position,
            revision=self._plan.revision,
            until_on=stop.confirm_by,
        )
        self._ask(stop, asked)

    def _go_on(self, stop: Stop, to: HalfDay, new: list[Assignment]) -> None:
        """Offers the new booths of an existing stop. If it moves, asks its teams again."""
        if stop.half_day != to:
            on, part = stop.half_day
            asked = stop.move(
                to, StatedReason(REPLANNED), self._tx.now, self._tx.today, self._deadlines
            )
            self.stops += 1
            self.had |= {entry.line_id for entry in asked}
            more = {
                "was_on": on,
                "was_part": part,
                "reason_code": REPLANNED,
                "revision": self._plan.revision,
                "until_on": stop.confirm_by,
            }
            announce_stop(self._tx, StopChanged, stop, **more)
            self._ask(stop, asked)
        for entry in new:
            stop.assign(entry, self._tx.now, self._tx.today, self._deadlines)
        self._ask(stop, new)

    def _ask(self, stop: Stop, asked: list[Assignment]) -> None:
        for entry in asked:
            self._touched[stop.id] = stop
            self.asked.append(entry.line_id)
            announce_assignment(
                self._tx,
                TeamAssigned,
                stop,
                entry,
                revision=self._plan.revision,
                until_on=entry.answer_by,
            )


async def _set_lines(tx: Transaction, served: set[str], revision: _Revision) -> None:
    """:raises Conflict: one of them is not what it was when the inputs were read."""
    for line_ids, before, after in (
        (sorted(revision.had - served), "planned", "open"),
        (sorted(revision.had & served), "planned", "planned"),
        (sorted(set(revision.asked) - revision.had), "open", "planned"),
    ):
        if not await change_lines(tx, line_ids, before=before, after=after):
            raise Conflict("concurrent_change")


async def _leave_unserved(
    tx: Transaction, plan: Plan, inputs: PlanningInput, circuit: Circuit
) -> list[dict[str, str]]:
    """Stores the unserved lines with the plan. Returns those whose township has not been told this reason yet."""
    mine = unserved_entries(inputs, circuit)
    plan.unserved = [
        *(line for line in plan.unserved if line["line_id"] not in inputs.lines),
        *mine,
    ]
    return await note_told_reasons(tx, mine)
