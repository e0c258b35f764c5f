"""Write an order, take it through its states, rate what was served, read."""

from fastapi import APIRouter

from services.requests.orders import schemas
from services.requests.orders.queries import orders as queries
from services.requests.orders.queries.tasks import list_tasks
from services.requests.orders.routes.filters import Filters, Position, Sort
from services.requests.orders.use_cases import orders as use_cases
from shared.http.free_text import ask_about
from shared.http.inputs import (
    AppState,
    Confirmed,
    IdempotencyKey,
    Limit,
    Page,
    Uow,
)
from shared.http.openapi import secured
from shared.http.tasks import Held, TasksAnswer

router = APIRouter()


@router.post(
    "/orders",
    status_code=201,
    summary="Draft an order, or hand one in at once",
    **secured("draft_order", 409, 422),
)
async def post_order(
    body: schemas.NewOrderBody,
    uow: Uow,
    state: AppState,
    key: IdempotencyKey = None,
    confirmed: Confirmed = frozenset(),
) -> schemas.OrderAnswer:
    order = await use_cases.draft_order(
        uow,
        state.menu,
        state.numbers,
        body.as_draft(),
        idempotency_key=key,
        request=body,
        submit=body.submit,
        confirmed=ask_about(body, confirmed),
    )
    return schemas.OrderAnswer.model_validate(order)


@router.get("/orders", summary="List orders, oldest first", **secured("read_orders", 422))
async def list_orders(
    uow: Uow,
    filters: Filters,
    *,
    sort: Sort = "created",
    after: Position = None,
    limit: Limit = 100,
) -> Page[schemas.OrderAnswer]:
    items, next_after = await queries.list_orders(uow, filters, sort=sort, after=after, limit=limit)
    return Page[schemas.OrderAnswer].model_validate({"items": items, "next_after": next_after})


@router.get("/tasks", summary="What waits for whoever asks", **secured("read_tasks", 422))
async def get_tasks(uow: Uow, held_by: Held = None) -> TasksAnswer:
    return TasksAnswer.model_validate(await list_tasks(uow, held_by))


@router.get(
    "/orders/counts", summary="How many orders are in each state", **secured("read_orders", 422)
)
async def count_orders(uow: Uow, filters: Filters) -> dict[str, int]:
    return await queries.count_orders(uow, filters)


@router.get("/orders/{order_id}", summary="One order", **secured("read_orders", 404, 422))
async def get_order(order_id: str, uow: Uow) -> schemas.OrderAnswer:
    return schemas.OrderAnswer.model_validate(await queries.get_order(uow, order_id))


@router.put(
    "/orders/{order_id}",
    summary="Change a draft or a returned order",
    **secured("redraft_order", 404, 409, 422, 428),
)
async def put_order(
    order_id: str,
    body: schemas.OrderBody,
    uow: Uow,
    state: AppState,
    confirmed: Confirmed = frozenset(),
) -> schemas.OrderAnswer:
    return schemas.OrderAnswer.model_validate(
        await use_cases.redraft_order(
            uow, state.menu, order_id, body.as_draft(), ask_about(body, confirmed)
        )
    )


@router.post(
    "/orders/{order_id}/submit",
    summary="Hand an order in",
    **secured("submit_order", 404, 409, 422),
)
async def submit_order(
    order_id: str, uow: Uow, state: AppState, confirmed: Confirmed = frozenset()
) -> schemas.OrderAnswer:
    return schemas.OrderAnswer.model_validate(
        await use_cases.submit_order(uow, state.menu, order_id, confirmed)
    )


@router.post(
    "/orders/{order_id}/accept",
    summary="Take an order on",
    **secured("accept_order", 404, 409, 422),
)
async def accept_order(order_id: str, uow: Uow) -> schemas.OrderAnswer:
    return schemas.OrderAnswer.model_validate(await use_cases.accept_order(uow, order_id))


@router.post(
    "/orders/{order_id}/return",
    summary="Give an order back for changes",
    **secured("return_order", 404, 409, 422),
)
async def return_order(
    order_id: str, body: schemas.ReturnBody, uow: Uow, confirmed: Confirmed = frozenset()
) -> schemas.OrderAnswer:
    doubts = ask_about(body, confirmed)
    return schemas.OrderAnswer.model_validate(
        await use_cases.return_order(uow, order_id, **body.model_dump(), confirmed=doubts)
    )


@router.post(
    "/orders/{order_id}/cancel",
    summary="Withdraw an order",
    **secured("cancel_order", 404, 409, 422),
)
async def cancel_order(
    order_id: str, body: schemas.CancelBody, uow: Uow, confirmed: Confirmed = frozenset()
) -> schemas.OrderAnswer:
    doubts = ask_about(body, confirmed)
    return schemas.OrderAnswer.model_validate(
        await use_cases.cancel_order(uow, order_id, **body.model_dump(), confirmed=doubts)
    )


@router.post(
    "/orders/{order_id}/close",
    summary="Close the books on an order",
    **secured("close_order", 404, 409, 422),
)
async def close_order(order_id: str, uow: Uow) -> schemas.OrderAnswer:
    return schemas.OrderAnswer.model_validate(await use_cases.close_order(uow, order_id))


@router.post(
    "/orders/{order_id}/ratings",
    summary="Judge what was served at one booth",
    **secured("rate_service", 404, 409, 422),
)
async def post_rating(
    order_id: str, body: schemas.RatingBody, uow: Uow, confirmed: Confirmed = frozenset()
) -> schemas.OrderAnswer:
    doubts = ask_about(body, confirmed)
    return schemas.OrderAnswer.model_validate(
        await use_cases.rate_service(uow, order_id, **body.model_dump(), confirmed=doubts)
    )
