"""Make one telephone the only one that calls at a booth, so that it can go on without a connection."""

from fastapi import APIRouter

from services.dispatch.tickets import queries, schemas
from services.dispatch.tickets.domain.lease import Entry
from services.dispatch.tickets.routes.inputs import HeldLease
from services.dispatch.tickets.use_cases import leases
from services.dispatch.tickets.use_cases.leases import Told
from shared.http.inputs import Confirmed, Uow
from shared.http.openapi import secured

router = APIRouter(tags=["dispatch"])


@router.post(
    "/queues/{assignment_id}/lease",
    summary="Make a telephone the only one that calls at a booth",
    **secured("run_booth_queue", 404, 409, 422),
)
async def take_lease(
    assignment_id: str, body: schemas.LeaseBody, uow: Uow, confirmed: Confirmed = frozenset()
) -> schemas.LeaseAnswer:
    told = await leases.take_lease(uow, assignment_id, body.lease, confirmed)
    return await _answer(uow, assignment_id, told)


@router.post(
    "/queues/{assignment_id}/lease/journal",
    summary="Tell what a telephone did without a connection, or that it is connected",
    **secured("run_booth_queue", 404, 409, 422),
)
async def tell(
    assignment_id: str, body: schemas.JournalBody, uow: Uow, lease: HeldLease
) -> schemas.LeaseAnswer:
    entries = [Entry(**each.model_dump()) for each in body.entries]
    return await _answer(uow, assignment_id, await leases.tell(uow, assignment_id, lease, entries))


@router.delete(
    "/queues/{assignment_id}/lease",
    summary="Let others call again",
    **secured("run_booth_queue", 404, 409, 422),
)
async def give_lease_back(assignment_id: str, uow: Uow, lease: HeldLease) -> schemas.QueueAnswer:
    await leases.give_lease_back(uow, assignment_id, lease)
    return schemas.QueueAnswer.model_validate(await queries.get_queue(uow, assignment_id))


async def _answer(uow: Uow, assignment_id: str, told: Told) -> schemas.LeaseAnswer:
    queue = await queries.get_queue(uow, assignment_id)
    return schemas.LeaseAnswer(
        lease=told.lease.id,
        next_number=told.next_number,
        last_number=told.lease.last_number,
        ended_at=told.lease.ended_at,
        now=uow.now(),
        outcomes=[
            schemas.OutcomeAnswer(seq=entry.seq, outcome=outcome)
            for entry, outcome in told.outcomes
        ],
        queue=schemas.QueueAnswer.model_validate(queue),
    )
