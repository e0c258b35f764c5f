"""A candidate, or what an edit would make of it, checked and scored against demand and supply as they are now."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.dispatch.planning.problem.check import Violation
from services.dispatch.planning.problem.circuit import Circuit, stops_of
from services.dispatch.planning.problem.comparison import Comparison, compare
from services.dispatch.planning.problem.problem import Booth
from services.dispatch.planning.problem.reasons import explained
from services.dispatch.planning.problem.score import score
from services.dispatch.plans.domain.candidate import Candidate, Content, Step, edited
from services.dispatch.plans.domain.run import PlanningRun
from services.dispatch.plans.queries.planning_input import PlanningInput, planning_input
from services.dispatch.plans.queries.wording import Names, broken_rules, names_of
from services.dispatch.plans.tables import candidate_revision
from services.dispatch.stops.domain.stop_matching import StopChange, stop_changes
from shared.kernel.errors import DomainError, NotFound


@dataclass(frozen=True)
class Evaluation:
    """A candidate, perhaps edited, checked and scored against demand and supply as they are now."""

    inputs: PlanningInput
    names: Names
    booths: tuple[Booth, ...]
    broken: list[Violation]
    circuit: Circuit
    content: Content | None
    """None when it breaks rules; ``circuit`` is empty then."""

    def refused(self, refusal: DomainError) -> DomainError:
        return broken_rules(refusal, self.inputs, self.names, self.broken)

    def against_published(self) -> Comparison:
        """What publishing would change, and for whom."""
        return compare(self.inputs.problem.published, self.booths, self.inputs.township_of())

    def stop_changes(self) -> list[StopChange]:
        """What publishing would change about the stops; nothing when it breaks rules."""
        if self.content is None:
            return []
        return stop_changes(self.inputs.held(), stops_of(self.inputs.problem, self.booths))


async def evaluate(
    session: AsyncSession,
    candidate: Candidate,
    steps: Sequence[Step] = (),
    *,
    today: date,
    lock: bool = False,
    from_revision: int | None = None,
) -> Evaluation:
    """Evaluates the candidate after ``steps``. ``lock`` keeps what is published as it is until the transaction ends.

    :raises NotFound: there is no revision ``from_revision`` of it.
    :raises Conflict: nothing is left to plan.
    """
    run = await session.get(PlanningRun, candidate.run_id)
    if run is None:
        raise NotFound(PlanningRun.kind, candidate.run_id, states=PlanningRun.STEPS)
    inputs = await planning_input(session, run, today, lock=lock)
    content = await content_of(session, candidate, from_revision)
    volunteers = {line.id: line.volunteers for line in inputs.problem.lines}
    booths = edited(inputs.dates.read(content["booths"]), steps, volunteers, inputs.dates)
    names = await names_of(session, inputs.lines, {booth.line for booth in booths})
    return await asyncio.to_thread(
        _evaluated, inputs, names, booths
    )  # it takes a second for a large plan


def _evaluated(inputs: PlanningInput, names: Names, booths: tuple[Booth, ...]) -> Evaluation:
    broken = inputs.broken(booths)
    if broken:
        return Evaluation(inputs, names, booths, broken, Circuit(), None)
    circuit = explained(inputs.problem, booths)
    content = Content.of(
        inputs.dates, circuit.booths, circuit.unserved, score(inputs.problem, circuit)
    )
    return Evaluation(inputs, names, booths, broken, circuit, content)


async def content_of(
    session: AsyncSession, candidate: Candidate, revision: int | None
) -> Mapping[str, Any]:
    """Booths, unserved lines and score of a revision; None stands for the present one.

    :raises NotFound: there is no such revision.
    """
    if revision in (None, candidate.revision):
        return stored_content(candidate)
    of = candidate_revision.c
    query = select(candidate_revision).where(
        of.candidate_id == candidate.id, of.revision == revision
    )
    row = (await session.execute(query)).one_or_none()
    if row is None:
        raise NotFound("candidate_revision", f"{candidate.id}/{revision}")
    return dict(row._mapping)


def stored_content(candidate: Candidate) -> dict[str, Any]:
    return {
        "candidate_id": candidate.id,
        "revision": candidate.revision,
        "booths": candidate.booths,
        "unserved": candidate.unserved,
        "score": candidate.score,
    }
