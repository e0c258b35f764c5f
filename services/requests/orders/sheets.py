"""What an Excel file says of each order."""

from collections.abc import Sequence

from services.requests.menu.queries import names_of_campaigns, names_of_townships
from services.requests.orders.domain.order import Order
from shared.http.exports import Fields, Sheet
from shared.http.wording import Wording
from shared.unit_of_work import UnitOfWork


async def _names_and_figures_of(
    uow: UnitOfWork, orders: Sequence[Order], wording: Wording
) -> list[Fields]:
    async with uow.reading() as session:
        townships = await names_of_townships(session, {order.township_code for order in orders})
        campaigns = await names_of_campaigns(session, {order.campaign_id for order in orders})
    return [
        _figures_of(order, wording)
        | {
            "township": wording.named(*townships.get(order.township_code, ("", ""))),
            "campaign": wording.named(*campaigns.get(order.campaign_id, ("", ""))),
        }
        for order in orders
    ]


def _figures_of(order: Order, wording: Wording) -> dict[str, object]:
    days = sorted({line.on for line in order.lines if line.on is not None})
    served = [line.served for line in order.lines if line.served is not None]
    scores = [line.rating.score for line in order.lines if line.rating is not None]
    return {
        "items": wording.listed(wording.named(line.name, line.name_en) for line in order.lines),
        "item_codes": ", ".join(line.item_code for line in order.lines),
        "attendance": sum(line.expected_attendance for line in order.lines),
        "scheduled_on": days[0] if days else None,
        "served": sum(served) if served else None,
        "score": round(sum(scores) / len(scores), 2) if scores else None,
    }


ORDERS = Sheet(
    "orders",
    {
        "number": 12,
        "state": 10,
        "township": 16,
        "township_code": 16,
        "place": 30,
        "campaign": 24,
        "campaign_id": 18,
        "items": 50,
        "item_codes": 30,
        "attendance": 12,
        "priority": 10,
        "corps_priority": 12,
        "wished_on": 24,
        "ruled_out_on": 24,
        "scheduled_on": 14,
        "served": 12,
        "score": 10,
        "created_at": 17,
        "submitted_at": 17,
        "ordered_on": 14,
    },
    words={"state": "states.order"},
    complete=_names_and_figures_of,
)
