"""Edits, publishes and discards candidates. Each must keep the rules as they are now."""

from collections.abc import Sequence

from sqlalchemy import insert

from services.dispatch.directory.use_cases import hold_teams, hold_townships
from services.dispatch.plans.domain.candidate import Candidate, Step
from services.dispatch.plans.queries.evaluation import evaluate, stored_content
from services.dispatch.plans.tables import candidate_revision
from services.dispatch.plans.use_cases.proposals import doubt_past_days
from services.dispatch.plans.use_cases.publishing import put_in_force
from services.dispatch.policy import POLICY
from shared.kernel.doubts import Confirmations, Doubts
from shared.kernel.errors import Conflict, InvalidInput
from shared.unit_of_work import UnitOfWork


async def edit_candidate(
    uow: UnitOfWork,
    candidate_id: str,
    revision: int,
    steps: Sequence[Step],
    *,
    from_revision: int | None = None,
) -> Candidate:
    """Changes a candidate by hand. All steps count together. With ``from_revision``, they start from that earlier
    revision; without any step, that revision comes back.

    :raises Conflict: ``revision`` is not the present one.
    :raises InvalidInput: the plan would break rules (``edit_breaks_rules``); names every one, and nothing is stored.
    :raises NotFound: there is no such candidate, or no such earlier revision.
    """
    uow.permit(POLICY, "edit_candidate")
    async with uow.transaction() as tx:
        found = await tx.get(Candidate, candidate_id)
        found.require("edit", found.state)
        found.require_revision(revision)
        evaluation = await evaluate(
            tx.session, found, steps, today=uow.today(), from_revision=from_revision
        )
        if evaluation.content is None:
            raise evaluation.refused(
                InvalidInput("edit_breaks_rules", field="steps", rules=len(evaluation.broken))
            )
        await tx.session.execute(insert(candidate_revision).values(**stored_content(found)))
        found.edit(revision, evaluation.content)
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
    """Puts this revision of a candidate in force. A second call changes nothing.

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
        await hold_townships(tx)
        await hold_teams(tx)
        evaluation = await evaluate(tx.session, found, today=uow.today(), lock=True)
        if evaluation.content is None:
            raise evaluation.refused(
                Conflict("candidate_outdated", field="candidate_id", rules=len(evaluation.broken))
            )
        doubts = Doubts(confirmed)
        new = set(evaluation.circuit.booths) - set(evaluation.inputs.problem.published)
        doubt_past_days(
            doubts, (evaluation.inputs.dates.half_day(booth.slot)[0] for booth in new), uow.today()
        )
        doubts.settle()
        plan = await put_in_force(tx, evaluation.inputs, evaluation.circuit)
        found.publish(revision, plan.id)
        return found
