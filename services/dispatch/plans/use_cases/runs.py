"""Planning runs: started by a coordinator or queued as repairs, and what the worker that holds the lease stores."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from pydantic import BaseModel
from sqlalchemy import select

from services.dispatch.demand.use_cases import note_replanned
from services.dispatch.directory.use_cases import hold_teams
from services.dispatch.planning.problem.check import check_plan
from services.dispatch.planning.problem.circuit import (
    Circuit,
    Effort,
    Solution,
    TourPlanner,
    Unserved,
)
from services.dispatch.planning.problem.score import score
from services.dispatch.plans.domain.candidate import Candidate, Content, renamed
from services.dispatch.plans.domain.plan import NO_OTHER_TEAM
from services.dispatch.plans.domain.run import PlanningRun
from services.dispatch.plans.queries.planning_input import PlanningInput, planning_input
from services.dispatch.plans.queries.plans import published_plan
from services.dispatch.plans.queries.wording import names_of
from services.dispatch.plans.tables import planning_run
from services.dispatch.plans.use_cases.proposals import (
    ask_about_days,
    first_circuit,
    require_pins_to_hold,
)
from services.dispatch.policy import POLICY
from shared.cache.port import Cache
from shared.db.idempotency import claim, claimed
from shared.db.successors import current_codes
from shared.jobs.queue import still_held
from shared.kernel.doubts import Confirmations, Doubts
from shared.kernel.ids import new_id
from shared.unit_of_work import Transaction, UnitOfWork

RUNS_TOPIC = "planning_runs"
"""Signalled when a run may be taken, or one under way is to stop."""

REPAIR_SECONDS = 10.0
GATHER = timedelta(seconds=60)
"""How long a queued repair waits, so that further changes join it."""


def run_topic(run_id: str) -> str:
    """The topic that is signalled whenever the run has changed."""
    return f"planning_run:{run_id}"


@dataclass(frozen=True)
class LeasedRun:
    """A run that a worker holds: ``inputs`` is what it has to solve, ``effort`` how long and from where."""

    run: PlanningRun
    inputs: PlanningInput
    effort: Effort


@dataclass(frozen=True)
class FoundPlan:
    """A plan that keeps the rules, and a bound. ``begins_anew``: it is the first since the run was taken;
    ``changes_nothing``: it is what is published; ``amended``: see :meth:`PlanningInput.amended`."""

    content: Content
    bound: int | None
    begins_anew: bool
    changes_nothing: bool = False
    amended: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, inputs: PlanningInput, solution: Solution, *, begins_anew: bool) -> "FoundPlan":
        same = set(solution.circuit.booths) == set(inputs.problem.published)
        content = content_of(inputs, solution.circuit)
        return cls(content, solution.bound, begins_anew, same, inputs.amended())


async def start_run(
    uow: UnitOfWork,
    cache: Cache,
    planner: TourPlanner,
    request: BaseModel,
    idempotency_key: str | None,
    *,
    purpose: str,
    campaign_id: str,
    starts_on: date,
    ends_on: date,
    start_township_code: str,
    weekends: bool,
    seed: int,
    seconds: float,
    confirmed: Confirmations = (),
) -> PlanningRun:
    """Queues a run. ``planner`` makes its candidate at once, so a run that is cancelled leaves a plan.

    :raises InvalidInput: the days are reversed or hold no working day, or the township is not known.
    :raises Conflict: there is nothing to plan, or a pin can't be kept; names the rules in its way.
    """
    uow.permit(POLICY, "start_planning_run")
    run = PlanningRun(
        id=new_id(),
        purpose=purpose,
        campaign_id=campaign_id,
        starts_on=starts_on,
        ends_on=ends_on,
        start_township_code=start_township_code,
        weekends=weekends,
        seed=seed,
        seconds=seconds,
        made_at=uow.now(),
        due_at=uow.now(),
    )
    async with uow.reading() as session:
        earlier = await claimed(session, uow.actor, idempotency_key, request)
        if earlier is not None and (found := await session.get(PlanningRun, earlier)):
            return found
        inputs = await planning_input(session, run, uow.today())
        names = await names_of(session, inputs.lines)
        await ask_about_days(session, Doubts(confirmed), campaign_id, starts_on, ends_on)
    circuit = await first_circuit(planner, inputs, names)
    async with uow.transaction() as tx:
        known = await claim(tx, idempotency_key, request, run.id)
        if known != run.id:
            return await tx.get(PlanningRun, known)
        tx.add(run)
        await tx.session.flush()
        await _grow(tx, run, content_of(inputs, circuit))
        tx.after_commit(cache.signal, RUNS_TOPIC)
        return run


async def cancel_run(uow: UnitOfWork, cache: Cache, run_id: str) -> PlanningRun:
    """Ends a run; its best plan stays as a candidate."""
    uow.permit(POLICY, "cancel_planning_run")
    async with uow.transaction() as tx:
        run = await tx.get(PlanningRun, run_id)
        run.cancel()
        await _settle(tx, run)
        _tell(tx, cache, run_id)
        return run


def queue_repairs(tx: Transaction, campaigns: Iterable[str]) -> None:
    """Queues a repair of each campaign's published plan, to run in a minute, unless one is waiting already. It ends in
    a candidate if there is anything to change, and a coordinator decides whether to publish that."""
    for campaign_id in sorted(set(campaigns)):
        tx.at_end(_queue_repair, campaign_id)


async def _queue_repair(tx: Transaction, campaign_id: str) -> None:
    plan = await published_plan(tx.session, campaign_id)
    waiting = select(planning_run.c.id).where(
        planning_run.c.campaign_id == campaign_id,
        planning_run.c.purpose == "repair",
        planning_run.c.state == "queued",
    )
    if plan is None or await tx.session.scalar(waiting.limit(1)):
        return
    run = PlanningRun(
        id=new_id(),
        purpose="repair",
        campaign_id=campaign_id,
        starts_on=plan.starts_on,
        ends_on=plan.ends_on,
        start_township_code=plan.start_township_code,
        weekends=plan.weekends,
        seed=1,
        seconds=REPAIR_SECONDS,
        made_at=tx.now,
        due_at=tx.now + GATHER,
    )
    tx.add(run)


async def give_up(tx: Transaction, run: PlanningRun) -> None:
    """What a run whose planners all fell silent had found, stays."""
    await _settle(tx, run)


async def prepare_run(uow: UnitOfWork, run: PlanningRun) -> LeasedRun:
    """Reads what a run that was taken has to solve now. It goes on from the best plan that is stored.

    :raises DomainError: nothing is left to plan, or a pin can't be kept.
    """
    async with uow.reading() as session:
        inputs = await planning_input(session, run, uow.today())
        require_pins_to_hold(inputs, await names_of(session, inputs.lines))
        kept = await session.get(Candidate, run.candidate_id) if run.candidate_id else None
    start = inputs.problem.published
    if kept is not None and run.purpose == "plan" and (run.attempts > 1 or run.spent_seconds):
        start = inputs.dates.read(kept.booths)
    before = Circuit(start, _known_unserved(inputs)) if start else None
    seconds = max(1.0, run.seconds - run.spent_seconds)
    return LeasedRun(run, inputs, Effort(seconds=seconds, seed=run.seed, start=before))


async def keep_progress(
    uow: UnitOfWork, cache: Cache, run: PlanningRun, found: FoundPlan | None, spent: float
) -> bool:
    """Renews the lease, and keeps what is better; False when the run is no longer its holder's: it was cancelled, or
    another took it."""
    async with uow.transaction() as tx:
        held = await still_held(tx, run)
        if held is None:
            return False
        held.keep(tx.now, spent)
        if found is not None:
            await _improve(tx, held, found)
        tx.after_commit(cache.signal, run_topic(run.id))
        return True


async def finish_run(
    uow: UnitOfWork, cache: Cache, run: PlanningRun, found: FoundPlan, spent: float
) -> None:
    """Keeps the last plan as a candidate; nothing when the run is no longer its holder's."""
    async with uow.transaction() as tx:
        held = await still_held(tx, run)
        if held is None:
            return
        held.keep(tx.now, spent)
        await _improve(tx, held, found)
        if held.candidate_id is None and found.amended:
            await _keep_what_is_published(tx, held, found)
        held.finish()
        await _settle(tx, held)
        _tell(tx, cache, run.id)


async def _keep_what_is_published(tx: Transaction, run: PlanningRun, found: FoundPlan) -> None:
    """No plan is better than what is published, for orders that were amended neither: nobody has anything to
    publish, and they wait for nothing."""
    plan = await published_plan(tx.session, run.campaign_id, lock=True)
    if plan is not None:
        await note_replanned(tx, plan, found.amended)


async def give_run_back(uow: UnitOfWork, cache: Cache, run: PlanningRun) -> None:
    """Gives the run back, so that another worker may go on at once."""
    async with uow.transaction() as tx:
        held = await still_held(tx, run)
        if held is not None:
            held.give_back(tx.now)
            _tell(tx, cache, run.id)


async def fail_run(uow: UnitOfWork, cache: Cache, run: PlanningRun, error: Exception) -> None:
    """Ends a run that can't go on; what was found until now stays."""
    async with uow.transaction() as tx:
        held = await still_held(tx, run)
        if held is not None:
            held.fail_of(error)
            await _settle(tx, held)
            _tell(tx, cache, run.id)


def content_of(inputs: PlanningInput, circuit: Circuit) -> Content:
    """:raises RuntimeError: the circuit breaks the rules."""
    if broken := check_plan(inputs.problem, circuit):
        raise RuntimeError(f"the planner broke the rules: {broken[:5]}")
    return Content.of(
        inputs.dates, circuit.booths, circuit.unserved, score(inputs.problem, circuit)
    )


def _known_unserved(inputs: PlanningInput) -> tuple[Unserved, ...]:
    """Lines that a planner left unserved; a repair does not count them as lost."""
    known = inputs.plan.unserved if inputs.plan is not None else []
    placed = {booth.line for booth in inputs.problem.published}
    return tuple(
        Unserved(line["line_id"], line["reason"])
        for line in known
        if line["line_id"] in inputs.lines
        and line["line_id"] not in placed
        and line["reason"] != NO_OTHER_TEAM
    )


def _tell(tx: Transaction, cache: Cache, run_id: str) -> None:
    for topic in (RUNS_TOPIC, run_topic(run_id)):
        tx.after_commit(cache.signal, topic)


async def _improve(tx: Transaction, run: PlanningRun, found: FoundPlan) -> None:
    if found.changes_nothing and run.candidate_id is None:
        return  # a queued repair that changes nothing
    if found.begins_anew:  # what was found before belongs to other inputs
        run.objective = run.bound = None
    if found.bound is not None:
        run.bound = found.bound if run.bound is None else min(run.bound, found.bound)
    if run.objective is None or found.content.score["objective"] > run.objective:
        await _grow(tx, run, found.content)


async def _grow(tx: Transaction, run: PlanningRun, content: Content) -> None:
    run.objective = round(content.score["objective"])
    await hold_teams(tx)
    # A team may have turned out to be another one's double since the run read what it plans.
    teams = await current_codes(
        tx.session, "team", {booth["team_code"] for booth in content.booths}
    )
    content = replace(content, booths=renamed(content.booths, teams))
    if run.candidate_id is not None:
        (await tx.get(Candidate, run.candidate_id)).grow(content)
        return
    made = Candidate(id=new_id(), run_id=run.id, campaign_id=run.campaign_id, made_at=tx.now)
    made.grow(content)
    tx.add(made)
    run.candidate_id = made.id


async def _settle(tx: Transaction, run: PlanningRun) -> None:
    if run.candidate_id is not None:
        (await tx.get(Candidate, run.candidate_id)).settle()
