"""Change what an order that was handed in asks for; decide over that."""

from fastapi import APIRouter

from services.requests.orders import schemas
from services.requests.orders.queries import amendments as queries
from services.requests.orders.use_cases import amendments as use_cases
from shared.http.free_text import ask_about
from shared.http.inputs import AppState, Confirmed, Uow
from shared.http.openapi import secured

router = APIRouter()


@router.get(
    "/orders/changes-for-team",
    summary="Booths of the own team whose orders change",
    **secured("read_township_words"),
)
async def list_changes_for_team(uow: Uow) -> list[schemas.ChangingBoothAnswer]:
    found = await queries.list_changing_booths(uow)
    return [schemas.ChangingBoothAnswer.model_validate(each) for each in found]


@router.get(
    "/orders/{order_id}/amendments",
    summary="How an order was changed since it was handed in, the latest first",
    **secured("read_orders", 404, 422),
)
async def list_amendments(order_id: str, uow: Uow) -> list[schemas.AmendmentAnswer]:
    found = await queries.list_amendments(uow, order_id)
    return [schemas.AmendmentAnswer.model_validate(each) for each in found]


@router.post(
    "/orders/{order_id}/amendment",
    summary="Change an order that was handed in; where a team is booked, ask the corps to",
    **secured("amend_order", 404, 409, 422),
)
async def post_amendment(
    order_id: str,
    body: schemas.AmendmentBody,
    uow: Uow,
    state: AppState,
    confirmed: Confirmed = frozenset(),
) -> schemas.OrderAnswer:
    order = await use_cases.amend_order(
        uow,
        state.menu,
        order_id,
        body.as_wanted(),
        reason_code=body.reason_code,
        reason=body.reason,
        confirmed=ask_about(body, confirmed),
    )
    return schemas.OrderAnswer.model_validate(order)


@router.post(
    "/orders/{order_id}/amendment/accept",
    summary="Take on what was proposed",
    **secured("decide_amendment", 404, 409, 422),
)
async def accept_amendment(
    order_id: str,
    body: schemas.AmendmentNumberBody,
    uow: Uow,
    state: AppState,
    confirmed: Confirmed = frozenset(),
) -> schemas.OrderAnswer:
    order = await use_cases.accept_amendment(uow, state.menu, order_id, body.number, confirmed)
    return schemas.OrderAnswer.model_validate(order)


@router.post(
    "/orders/{order_id}/amendment/refuse",
    summary="Leave the order as it is",
    **secured("decide_amendment", 404, 409, 422),
)
async def refuse_amendment(
    order_id: str,
    body: schemas.AmendmentRefusalBody,
    uow: Uow,
    confirmed: Confirmed = frozenset(),
) -> schemas.OrderAnswer:
    doubts = ask_about(body, confirmed)
    return schemas.OrderAnswer.model_validate(
        await use_cases.refuse_amendment(uow, order_id, **body.model_dump(), confirmed=doubts)
    )


@router.post(
    "/orders/{order_id}/amendment/withdraw",
    summary="Take back what was proposed",
    **secured("amend_order", 404, 409, 422),
)
async def withdraw_amendment(
    order_id: str, body: schemas.AmendmentNumberBody, uow: Uow
) -> schemas.OrderAnswer:
    order = await use_cases.withdraw_amendment(uow, order_id, body.number)
    return schemas.OrderAnswer.model_validate(order)
