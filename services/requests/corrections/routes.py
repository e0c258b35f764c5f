"""Operations by which orders that were served are corrected."""

from fastapi import APIRouter

from services.requests.corrections import queries, schemas, use_cases
from services.requests.orders.schemas import OrderAnswer
from shared.http.free_text import ask_about
from shared.http.inputs import Confirmed, Uow
from shared.http.openapi import secured

router = APIRouter(tags=["orders"])


@router.get(
    "/departed-orders",
    summary="Orders that turned out to be another township's, the latest first",
    **secured("read_orders"),
)
async def list_departed(uow: Uow) -> list[schemas.DepartedOrderAnswer]:
    found = await queries.list_departed(uow)
    return [schemas.DepartedOrderAnswer.model_validate(each) for each in found]


@router.get(
    "/orders/{order_id}/corrections",
    summary="How an order was corrected after it was served, the latest first",
    **secured("read_orders", 404, 422),
)
async def list_corrections(order_id: str, uow: Uow) -> list[schemas.OrderCorrectionAnswer]:
    found = await queries.list_corrections(uow, order_id)
    return [schemas.OrderCorrectionAnswer.model_validate(each) for each in found]


@router.post(
    "/orders/{order_id}/correction",
    summary="An order that was served was for another township",
    **secured("correct_order", 404, 409, 422),
)
async def correct_township(
    order_id: str,
    body: schemas.OrderCorrectionBody,
    uow: Uow,
    confirmed: Confirmed = frozenset(),
) -> OrderAnswer:
    order = await use_cases.correct_township(
        uow,
        order_id,
        body.township_code,
        reason_code=body.reason_code,
        reason=body.reason,
        confirmed=ask_about(body, confirmed),
    )
    return OrderAnswer.model_validate(order)
