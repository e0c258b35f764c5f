"""Candidates: changed by hand, published, put aside. Whatever is done to one, it holds by the rules as they are now."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.dispatch.application.planning import doubt_past_days
from services.dispatch.application.policy import POLICY
from services.dispatch.application.publishing import put_in_force
from services.dispatch.application.tasks import Task, whole_task
from services.dispatch.application.wording import Names, broken_rules, names_of
from services.dispatch.domain.candidate import Candidate, Content, Step, edited
from services.dispatch.domain.moves import StopChange, stop_changes
from services.dispatch.domain.planning.check import Violation
from services.dispatch.domain.planning.circuit import Circuit, stops_of
from services.dispatch.domain.planning.comparison import Comparison, compare
from services.dispatch.domain.planning.problem import Booth
from services.dispatch.domain.planning.reasons import explained
from services.dispatch.domain.planning.score import score
from services.dispatch.domain.run import PlanningRun
from services.dispatch.store.tables import candidate_revision
from shared.kernel.doubts import Confirmations, Doubts
from shared.kernel.errors import Conflict, DomainError, InvalidInput, NotFound
from shared.unit_of_work import UnitOfWork


@dataclass(frozen=True)
class Looked:
    """A candidate, or what an edit would make of it, held against demand and supply as they are now."""

    task: Task
    names: Names
    booths: tuple[Booth, ...]
    broken: list[Violation]
    circuit: Circuit
    content: Content | None
    """None when it does not hold; then ``circuit`` is empty."""

    def refused(self, refusal: DomainError) -> DomainError:
        return broken_rules(refusal, self.task, self.names, self.broken)

    def against_published(self) -> Comparison:
        """What publishing would change, and for whom."""
        return compare(self.task.problem.published, self.booths, self.task.township_of())

    def stop_changes(self) -> list[StopChange]:
        """What publishing would do to the stops; nothing when it does not hold."""
        if self.content is None:
            return []
        return stop_changes(self.task.held(), stops_of(self.task.problem, self.booths))


async def edit_candidate(
    uow: UnitOfWork, candidate_id: str, revision: int, steps: Sequence[Step], *, from_revision: int | None = None
) -> Candidate:
    """Changes a candidate by hand; the steps count together. ``from_revision``: they are made from that earlier
    revision on; without any step, that one comes back.

    :raises Conflict: ``revision`` is not the present one.
    :raises InvalidInput: the plan would break rules (``edit_breaks_rules``); names every one, and nothing is stored.
    :raises NotFound: there is no such candidate, or no such earlier revision.
    """
    uow.permit(POLICY, "edit_candidate")
    async with uow.transaction() as tx:
        found = await tx.get(Candidate, candidate_id)
        found.require("edit", found.state)
        found.require_revision(revision)
        looked = await look(tx.session, found, steps, today=uow.today(), from_revision=from_revision)
        if looked.content is None:
            raise looked.refused(InvalidInput("edit_breaks_rules", field="steps", rules=len(looked.broken)))
        await tx.session.execute(insert(candidate_revision).values(**_present(found)))
        found.edit(revision, looked.content)
        return found


async def discard_candidate(uow: UnitOfWork, candidate_id: str) -> Candidate:
    uow.permit(POLICY, "discard_candidate")
    async with uow.transaction() as tx:
        found = await tx.get(Candidate, candidate_id)
        found.discard()
        return found


async def publish_candidate(
    uow: UnitOfWork, candidate_id: str, revision: int, confirmed: Confirmations = ()
) -> Candidate:
    """Puts this revision of a candidate in force; said again, it changes nothing.

    :raises Conflict: ``revision`` is not the present one; or since it was made, orders, teams or what is published
        changed so that it breaks rules now (``candidate_outdated``); names every one.
    """
    uow.permit(POLICY, "publish_candidate")
    async with uow.transaction() as tx:
        found = await tx.get(Candidate, candidate_id)
        if found.state == "published" and found.revision == revision:
            return found
        found.require("publish", found.state)
        found.require_revision(revision)
        looked = await look(tx.session, found, today=uow.today(), lock=True)
        if looked.content is None:
            raise looked.refused(Conflict("candidate_outdated", field="candidate_id", rules=len(looked.broken)))
        doubts = Doubts(confirmed)
        new = set(looked.circuit.booths) - set(looked.task.problem.published)
        doubt_past_days(doubts, (looked.task.dated.half_day(booth.slot)[0] for booth in new), uow.today())
        doubts.settle()
        plan = await put_in_force(tx, looked.task, looked.circuit)
        found.publish(revision, plan.id)
        return found


async def look(
    session: AsyncSession,
    candidate: Candidate,
    steps: Sequence[Step] = (),
    *,
    today: date,
    lock: bool = False,
    from_revision: int | None = None,
) -> Looked:
    """Holds the candidate, after ``steps``, against what is there now; ``lock`` keeps what is published as it is.

    :raises NotFound: there is no revision ``from_revision`` of it.
    :raises Conflict: nothing is left to plan.
    """
    run = await session.get(PlanningRun, candidate.run_id)
    if run is None:
        raise NotFound(PlanningRun.kind, candidate.run_id, states=PlanningRun.STEPS)
    task = await whole_task(session, run, today, lock=lock)
    content = await content_of(session, candidate, from_revision)
    volunteers = {line.id: line.volunteers for line in task.problem.lines}
    booths = edited(task.dated.read(content["booths"]), steps, volunteers, task.dated)
    names = await names_of(session, task.lines, {booth.line for booth in booths})
    return await asyncio.to_thread(_judged, task, names, booths)  # of a large plan that takes a second


def _judged(task: Task, names: Names, booths: tuple[Booth, ...]) -> Looked:
    broken = task.broken(booths)
    if broken:
        return Looked(task, names, booths, broken, Circuit(), None)
    circuit = explained(task.problem, booths)
    content = Content.of(task.dated, circuit.booths, circuit.unserved, score(task.problem, circuit))
    return Looked(task, names, booths, broken, circuit, content)


async def content_of(session: AsyncSession, candidate: Candidate, revision: int | None) -> Mapping[str, Any]:
    """Booths, unserved lines and score of a revision; None stands for the present one.

    :raises NotFound: there is no such revision.
    """
    if revision in (None, candidate.revision):
        return _present(candidate)
    of = candidate_revision.c
    query = select(candidate_revision).where(of.candidate_id == candidate.id, of.revision == revision)
    row = (await session.execute(query)).one_or_none()
    if row is None:
        raise NotFound("candidate_revision", f"{candidate.id}/{revision}")
    return dict(row._mapping)


def _present(candidate: Candidate) -> dict[str, Any]:
    return {
        "candidate_id": candidate.id,
        "revision": candidate.revision,
        "booths": candidate.booths,
        "unserved": candidate.unserved,
        "score": candidate.score,
    }
