"""Write an order, take it through its states, read."""

from typing import Annotated

from fastapi import APIRouter, Query

from services.requests.orders import schemas
from services.requests.orders.queries import orders as queries
from services.requests.orders.queries.allowances import get_allowance as get_township_allowance
from services.requests.orders.routes.filters import Filters, Position, Sort
from services.requests.orders.use_cases import orders as use_cases
from shared.http.free_text import ask_about
from shared.http.inputs import (
    AppState,
    Code,
    Confirmed,
    IdempotencyKey,
    Limit,
    Page,
    TownshipCode,
    Typed,
    Uow,
)
from shared.http.openapi import secured

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
    """With ``submit`` it is handed in at once; doubts about its days are asked about before it is stored.

    Sent again under the same key, it is the order that was made then, as it is now.
    """
    order = await use_cases.draft_order(
        uow,
        state.menu,
        state.numbers,
        body.as_draft(),
        idempotency_key=key,
        request=body,
        submit=body.submit,
        assisted=body.assisted.as_entry() if body.assisted else None,
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


@router.get(
    "/orders/counts", summary="How many orders are in each state", **secured("read_orders", 422)
)
async def count_orders(uow: Uow, filters: Filters) -> dict[str, int]:
    return await queries.count_orders(uow, filters)


@router.get(
    "/orders/for-team",
    summary="What the own team has to know of the orders for which it is to come to a stop",
    **secured("read_township_words", 422),
)
async def list_orders_at(
    uow: Uow, stop_id: Annotated[str, Query(min_length=1, max_length=40), Typed]
) -> list[schemas.TeamOrderAnswer]:
    found = await queries.list_orders_at(uow, stop_id)
    return [schemas.TeamOrderAnswer.of(order, lines) for order, lines in found]


@router.post(
    "/orders/{order_id}/phone-for-team",
    summary="The phone number of an order's contact, for the team that is to come; it is noted who asked",
    **secured("show_phone_to_team", 404, 422),
)
async def show_phone_to_team(order_id: str, uow: Uow) -> schemas.PhoneAnswer:
    return schemas.PhoneAnswer(phone=await use_cases.show_phone_to_team(uow, order_id))


@router.get(
    "/orders/allowance",
    summary="How much a township ordered in a campaign, and how much it may",
    **secured("read_orders", 422),
)
async def get_allowance(
    uow: Uow,
    campaign_id: Annotated[Code, Query()],
    township_code: Annotated[TownshipCode, Query()],
) -> schemas.AllowanceAnswer:
    found = await get_township_allowance(uow, campaign_id, township_code)
    return schemas.AllowanceAnswer.model_validate(found)


@router.get(
    "/orders/counts/items",
    summary="How many orders from a menu have each of some items; what nobody ordered is left out",
    **secured("read_orders", 422),
)
async def count_orders_with(
    uow: Uow,
    edition_id: Annotated[Code, Query()],
    item_code: Annotated[list[Code], Query(min_length=1, max_length=200)],
) -> list[schemas.OrdersWithItemAnswer]:
    found = await queries.count_orders_with(uow, edition_id, item_code)
    return [schemas.OrdersWithItemAnswer.model_validate(each) for each in found]


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
    "/orders/{order_id}/phone",
    summary="The phone number of an order's contact; it is noted who asked",
    **secured("show_order_phone", 404, 422),
)
async def show_phone(order_id: str, uow: Uow) -> schemas.PhoneAnswer:
    return schemas.PhoneAnswer(phone=await use_cases.show_phone(uow, order_id))


@router.post(
    "/orders/{order_id}/priority",
    summary="Set the corps' priority, by which is planned",
    **secured("set_priority", 404, 409, 422),
)
async def set_priority(order_id: str, body: schemas.PriorityBody, uow: Uow) -> schemas.OrderAnswer:
    order = await use_cases.set_priority(uow, order_id, body.priority)
    return schemas.OrderAnswer.model_validate(order)


@router.post(
    "/orders/{order_id}/contact",
    summary="Somebody else may be asked about an order that was handed in, or has another number",
    **secured("change_contact", 404, 409, 422),
)
async def change_contact(
    order_id: str, body: schemas.ContactBody, uow: Uow, confirmed: Confirmed = frozenset()
) -> schemas.OrderAnswer:
    order = await use_cases.change_contact(
        uow, order_id, body.contact, body.phone_in_clear(), ask_about(body, confirmed)
    )
    return schemas.OrderAnswer.model_validate(order)


@router.post(
    "/orders/{order_id}/close",
    summary="Close the books on an order",
    **secured("close_order", 404, 409, 422),
)
async def close_order(order_id: str, uow: Uow) -> schemas.OrderAnswer:
    return schemas.OrderAnswer.model_validate(await use_cases.close_order(uow, order_id))
