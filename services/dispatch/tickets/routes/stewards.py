"""Run a booth's queue from a telephone: open, call, draw for who has none, and end; the codes for signs."""

from fastapi import APIRouter

from services.dispatch.stops.use_cases.residents import link_to_stop
from services.dispatch.tickets import queries, schemas
from services.dispatch.tickets.queries import ticket_view
from services.dispatch.tickets.routes.inputs import MaybeLease
from services.dispatch.tickets.use_cases import stewards
from services.dispatch.tickets.use_cases.residents import link_to_queue
from shared.http.inputs import AppState, Confirmed, Uow
from shared.http.openapi import secured
from shared.http.qr import drawn

router = APIRouter(tags=["dispatch"])


@router.get(
    "/stops/{stop_id}/queues",
    summary="The queues at a stop's booths, and the codes under which residents draw tickets",
    **secured("read_booth_queues", 404, 422),
)
async def list_queues(stop_id: str, uow: Uow, state: AppState) -> schemas.StopQueuesAnswer:
    signs = []
    found = await queries.list_queues(uow, stop_id)
    for booth, queue in found:
        url = f"{state.public_url}/public/queues/{link_to_queue(state.links, booth.assignment_id, uow)}"
        signs.append(
            schemas.QueueSignAnswer(
                assignment_id=booth.assignment_id,
                team_code=booth.team_code,
                item_name=booth.item_name,
                item_name_en=booth.item_name_en,
                state=queue["state"] if queue else "none",
                waiting=queue["waiting"] if queue else 0,
                url=url,
                code=drawn(url),
            )
        )
    link = link_to_stop(state.links, stop_id, found[0][0].on, uow.now()).text
    return schemas.StopQueuesAnswer(
        queues=signs, display_url=f"{state.public_url}/public/stops/{link}/calls"
    )


@router.get(
    "/queues/{assignment_id}",
    summary="The queue at a booth",
    **secured("read_booth_queues", 404, 422),
)
async def get_queue(assignment_id: str, uow: Uow) -> schemas.QueueAnswer:
    return schemas.QueueAnswer.model_validate(await queries.get_queue(uow, assignment_id))


@router.post(
    "/queues/{assignment_id}/open",
    summary="Residents may draw tickets; or the queue goes on with other places, or until another time",
    **secured("run_booth_queue", 404, 409, 422),
)
async def open_queue(
    assignment_id: str, body: schemas.OpenQueueBody, uow: Uow
) -> schemas.QueueAnswer:
    await stewards.open_queue(uow, assignment_id, places=body.places, until=body.until)
    return await get_queue(assignment_id, uow)


@router.post(
    "/queues/{assignment_id}/close",
    summary="No more tickets are drawn; those that were are called",
    **secured("run_booth_queue", 404, 409, 422),
)
async def close_queue(assignment_id: str, uow: Uow) -> schemas.QueueAnswer:
    await stewards.close_queue(uow, assignment_id)
    return await get_queue(assignment_id, uow)


@router.post(
    "/queues/{assignment_id}/end",
    summary="The booth packs up",
    **secured("run_booth_queue", 404, 409, 422),
)
async def end_queue(
    assignment_id: str,
    uow: Uow,
    confirmed: Confirmed = frozenset(),
    lease: MaybeLease = None,
) -> schemas.QueueAnswer:
    await stewards.end_queue(uow, assignment_id, confirmed, lease)
    return await get_queue(assignment_id, uow)


@router.post(
    "/queues/{assignment_id}/sheet",
    summary="Key a queue that was kept on paper",
    **secured("run_booth_queue", 404, 409, 422),
)
async def enter_sheet(assignment_id: str, body: schemas.SheetBody, uow: Uow) -> schemas.QueueAnswer:
    rows = [(row.drawn_at, row.called_at, row.served_at) for row in body.rows]
    await stewards.enter_sheet(uow, assignment_id, rows)
    return await get_queue(assignment_id, uow)


@router.post(
    "/queues/{assignment_id}/tickets",
    status_code=201,
    summary="Draw a ticket for a resident without a telephone",
    **secured("run_booth_queue", 404, 409, 422),
)
async def draw_ticket(
    assignment_id: str,
    body: schemas.DrawBody,
    uow: Uow,
    state: AppState,
    confirmed: Confirmed = frozenset(),
) -> schemas.DrawnAnswer:
    queue, drawn = await stewards.draw_for_resident(
        uow, assignment_id, priority=body.priority, confirmed=confirmed
    )
    return schemas.DrawnAnswer(
        ticket=schemas.TicketAnswer.model_validate(ticket_view(queue, drawn)),
        url=f"{state.public_url}/public/tickets/{drawn.token}",
    )


@router.post(
    "/queues/{assignment_id}/next",
    summary="Call the next resident to a place, and note that the one there was served",
    **secured("run_booth_queue", 404, 409, 422),
)
async def call_next(
    assignment_id: str, body: schemas.NextBody, uow: Uow, lease: MaybeLease = None
) -> schemas.QueueAnswer:
    await stewards.call_next(
        uow, assignment_id, place=body.place, finished=body.finished, lease_id=lease
    )
    return await get_queue(assignment_id, uow)


@router.post(
    "/tickets/{ticket_id}/act",
    summary="Call a ticket again, or say whether its resident is there, waits again, or came back",
    **secured("run_booth_queue", 404, 409, 422),
)
async def act_on_ticket(
    ticket_id: str, body: schemas.ActBody, uow: Uow, lease: MaybeLease = None
) -> schemas.QueueAnswer:
    return await get_queue(await stewards.act_on_ticket(uow, ticket_id, body.act, lease), uow)
