"""What notify listens to, and the use case each event calls."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from services.notify.application import circuit, digests, directory, orders, people
from services.notify.application.posting import Channels
from shared.contracts import Event
from shared.contracts.catalog import (
    AccessRevoked,
    CampaignChanged,
    EditionPublished,
    EditionRetired,
    PersonErased,
    PersonExportRequested,
    TeamChanged,
    TeamRegistered,
    TownshipChanged,
    VolunteerChanged,
)
from shared.contracts.dispatch import (
    AssignmentAccepted,
    AssignmentDeclined,
    LineUnserved,
    PlanPublished,
    StopCancelled,
    StopChanged,
    StopCompleted,
    StopScheduled,
    StopStarted,
    TeamAssigned,
    TeamReleased,
)
from shared.contracts.requests import OrderAccepted, OrderCancelled, OrderReturned, ServiceOrdered, ServiceRated
from shared.identity.revocation import note_revocation
from shared.messaging.consumer import Subscriber, Subscriptions
from shared.unit_of_work import UnitOfWork

UseCase = Callable[[UnitOfWork, Channels, Any], Awaitable[None]]


async def void_tokens(uow: UnitOfWork, _channels: Channels, event: AccessRevoked) -> None:
    await note_revocation(uow, event)


async def collect_person(uow: UnitOfWork, _channels: Channels, event: PersonExportRequested) -> None:
    await people.PEOPLE.on_export_requested(uow, event)


async def erase_person(uow: UnitOfWork, _channels: Channels, event: PersonErased) -> None:
    await people.PEOPLE.on_person_erased(uow, event)


SUBSCRIPTIONS: Mapping[type[Event], UseCase] = {
    AccessRevoked: void_tokens,
    TownshipChanged: directory.name_township,
    TeamRegistered: directory.name_team,
    TeamChanged: directory.name_team,
    CampaignChanged: directory.name_campaign,
    EditionPublished: directory.announce_edition,
    EditionRetired: directory.announce_withdrawal,
    VolunteerChanged: people.note_volunteer,
    PersonExportRequested: collect_person,
    PersonErased: erase_person,
    ServiceOrdered: orders.tell_of_order,
    OrderAccepted: orders.tell_of_acceptance,
    OrderReturned: orders.tell_of_return,
    OrderCancelled: orders.tell_of_cancellation,
    ServiceRated: orders.tell_of_rating,
    PlanPublished: digests.announce_revision,
    LineUnserved: digests.note_unserved,
    StopScheduled: circuit.note_schedule,
    StopChanged: circuit.note_change,
    TeamAssigned: circuit.note_assignment,
    TeamReleased: circuit.tell_of_release,
    AssignmentAccepted: circuit.note_acceptance,
    AssignmentDeclined: circuit.tell_of_decline,
    StopCancelled: circuit.tell_of_cancelled_stop,
    StopStarted: circuit.note_start,
    StopCompleted: circuit.tell_of_completion,
}


def subscriptions(channels: Channels) -> Subscriptions:
    """The table above, each use case with the channels that it writes to."""
    return {event: _subscriber(use_case, channels) for event, use_case in SUBSCRIPTIONS.items()}


def _subscriber(use_case: UseCase, channels: Channels) -> Subscriber:
    async def handle(uow: UnitOfWork, event: Event) -> None:
        await use_case(uow, channels, event)

    return handle
