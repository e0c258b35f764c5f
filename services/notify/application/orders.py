"""What townships and coordinators must know of an order, and teams of their rating."""

from services.notify.application.posting import Channels, post, telling
from services.notify.domain.message import Params
from services.notify.domain.recipient import COORDINATOR, of_team, of_township
from shared.contracts.requests import OrderAccepted, OrderCancelled, OrderReturned, ServiceOrdered, ServiceRated
from shared.unit_of_work import UnitOfWork


async def tell_of_order(uow: UnitOfWork, channels: Channels, event: ServiceOrdered) -> None:
    params: Params = {
        "order": _short(event.order_id),
        "township_code": event.township_code,
        "campaign_id": event.campaign_id,
        "lines_ordered": event.line_count,
    }
    async with telling(uow, of_township(event.township_code)) as tx:
        await post(tx, channels, COORDINATOR, "message.service_ordered", params, about=_about(event.order_id))


async def tell_of_acceptance(uow: UnitOfWork, channels: Channels, event: OrderAccepted) -> None:
    lines = [
        {
            "code": "line.ordered",
            "item_name": line.item_name,
            "item_name_en": line.item_name_en,
            "expected_attendance": line.expected_attendance,
        }
        for line in event.lines
    ]
    params: Params = {
        "order": _short(event.order_id),
        "campaign_id": event.campaign_id,
        "place": event.place,
        "lines": lines,
    }
    async with telling(uow, of_township(event.township_code)) as tx:
        await post(
            tx,
            channels,
            of_township(event.township_code),
            "message.order_accepted",
            params,
            about=_about(event.order_id),
        )


async def tell_of_return(uow: UnitOfWork, channels: Channels, event: OrderReturned) -> None:
    params: Params = {"order": _short(event.order_id), "reason_code": event.reason_code}
    async with telling(uow, of_township(event.township_code)) as tx:
        await post(
            tx,
            channels,
            of_township(event.township_code),
            "message.order_returned",
            params,
            about=_about(event.order_id),
        )


async def tell_of_cancellation(uow: UnitOfWork, channels: Channels, event: OrderCancelled) -> None:
    """Tells both sides: the township for its records, the coordinator because places come free."""
    params: Params = {
        "order": _short(event.order_id),
        "township_code": event.township_code,
        "reason_code": event.reason_code,
    }
    about = _about(event.order_id)
    async with telling(uow, of_township(event.township_code)) as tx:
        await post(tx, channels, of_township(event.township_code), "message.order_cancelled", params, about=about)
        await post(tx, channels, COORDINATOR, "message.order_cancelled_coordinator", params, about=about)


async def tell_of_rating(uow: UnitOfWork, channels: Channels, event: ServiceRated) -> None:
    params: Params = {
        "township_code": event.township_code,
        "item_name": event.item_name,
        "item_name_en": event.item_name_en,
        "score": event.score,
    }
    async with telling(uow, of_township(event.township_code), of_team(event.team_code)) as tx:
        await post(
            tx, channels, of_team(event.team_code), "message.service_rated", params, about=_about(event.order_id)
        )


def _about(order_id: str) -> str:
    return f"order:{order_id}"


def _short(order_id: str) -> str:
    """What people call an order by; the end of a UUID differs where its beginning is the time."""
    return order_id[-8:]
