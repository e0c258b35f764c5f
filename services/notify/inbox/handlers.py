"""What other services' events mean for the inbox: names, notices of orders and ratings, and persons' requests."""

from sqlalchemy import insert, select, update

from services.notify.inbox.domain.recipient import COORDINATOR, of_team, of_township, of_volunteer
from services.notify.inbox.tables import campaign
from services.notify.inbox.use_cases import (
    Channels,
    collect_records,
    ensure_recipient,
    erase_records,
    post_message,
    posting,
)
from services.notify.templates.domain import Params
from shared.contracts.catalog import (
    AccessRevoked,
    CampaignChanged,
    PersonErased,
    PersonExportRequested,
    TeamChanged,
    TeamRegistered,
    VolunteerChanged,
)
from shared.contracts.notify import PersonDataCollected, PersonDataErased
from shared.contracts.requests import OrderAccepted, OrderCancelled, OrderReturned, ServiceOrdered, ServiceRated
from shared.identity.revocation import note_revocation
from shared.privacy.answering import Holdings
from shared.unit_of_work import UnitOfWork

PEOPLE = Holdings(collect_records, erase_records, PersonDataCollected, PersonDataErased)
"""What notify holds about a volunteer: the recipient ``volunteer.<no>`` with its address, and its messages."""


async def on_access_revoked(uow: UnitOfWork, _channels: Channels, event: AccessRevoked) -> None:
    await note_revocation(uow, event)


async def on_person_export_requested(uow: UnitOfWork, _channels: Channels, event: PersonExportRequested) -> None:
    await PEOPLE.on_export_requested(uow, event)


async def on_person_erased(uow: UnitOfWork, _channels: Channels, event: PersonErased) -> None:
    await PEOPLE.on_person_erased(uow, event)


async def on_volunteer_changed(uow: UnitOfWork, _channels: Channels, event: VolunteerChanged) -> None:
    """The volunteer becomes a recipient. Whoever has left gets no more mail, so the address goes."""
    async with posting(uow, of_volunteer(event.volunteer_no)) as tx:
        recipient = await ensure_recipient(tx, of_volunteer(event.volunteer_no))
        if not event.active:
            recipient.forget_address()


async def on_team_registered(uow: UnitOfWork, _channels: Channels, event: TeamRegistered) -> None:
    await _name_team(uow, event)


async def on_team_changed(uow: UnitOfWork, _channels: Channels, event: TeamChanged) -> None:
    await _name_team(uow, event)


async def on_campaign_changed(uow: UnitOfWork, _channels: Channels, event: CampaignChanged) -> None:
    """Texts name it so from now on, those of earlier messages too."""
    names = {"name": event.name, "name_en": event.name_en, "revision": event.revision}
    mine = campaign.c.id == event.campaign_id
    async with posting(uow) as tx:
        known = await tx.session.scalar(select(campaign.c.revision).where(mine))
        if known is None:
            await tx.session.execute(insert(campaign).values(id=event.campaign_id, **names))
        elif known < event.revision:
            await tx.session.execute(update(campaign).where(mine).values(**names))


async def on_service_ordered(uow: UnitOfWork, channels: Channels, event: ServiceOrdered) -> None:
    params: Params = {
        "order": _short(event.order_id),
        "township_code": event.township_code,
        "campaign_id": event.campaign_id,
        "lines_ordered": event.line_count,
    }
    async with posting(uow, of_township(event.township_code)) as tx:
        await post_message(tx, channels, COORDINATOR, "message.service_ordered", params, about=_about(event.order_id))


async def on_order_accepted(uow: UnitOfWork, channels: Channels, event: OrderAccepted) -> None:
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
    async with posting(uow, of_township(event.township_code)) as tx:
        await post_message(
            tx,
            channels,
            of_township(event.township_code),
            "message.order_accepted",
            params,
            about=_about(event.order_id),
        )


async def on_order_returned(uow: UnitOfWork, channels: Channels, event: OrderReturned) -> None:
    params: Params = {"order": _short(event.order_id), "reason_code": event.reason_code}
    async with posting(uow, of_township(event.township_code)) as tx:
        await post_message(
            tx,
            channels,
            of_township(event.township_code),
            "message.order_returned",
            params,
            about=_about(event.order_id),
        )


async def on_order_cancelled(uow: UnitOfWork, channels: Channels, event: OrderCancelled) -> None:
    """Tells both sides: the township for its records, the coordinator because places come free."""
    params: Params = {
        "order": _short(event.order_id),
        "township_code": event.township_code,
        "reason_code": event.reason_code,
    }
    about = _about(event.order_id)
    async with posting(uow, of_township(event.township_code)) as tx:
        await post_message(
            tx, channels, of_township(event.township_code), "message.order_cancelled", params, about=about
        )
        await post_message(tx, channels, COORDINATOR, "message.order_cancelled_coordinator", params, about=about)


async def on_service_rated(uow: UnitOfWork, channels: Channels, event: ServiceRated) -> None:
    params: Params = {
        "township_code": event.township_code,
        "item_name": event.item_name,
        "item_name_en": event.item_name_en,
        "score": event.score,
    }
    async with posting(uow, of_township(event.township_code), of_team(event.team_code)) as tx:
        await post_message(
            tx, channels, of_team(event.team_code), "message.service_rated", params, about=_about(event.order_id)
        )


def _about(order_id: str) -> str:
    return f"order:{order_id}"


def _short(order_id: str) -> str:
    """What people call an order by; the end of a UUID differs where its beginning is the time."""
    return order_id[-8:]


async def _name_team(uow: UnitOfWork, event: TeamRegistered | TeamChanged) -> None:
    async with posting(uow, of_team(event.code)) as tx:
        (await ensure_recipient(tx, of_team(event.code))).rename(event.name, event.name_en)
