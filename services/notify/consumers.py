"""What notify listens to, and the handler that each event calls."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from services.notify.digests import handlers as digests
from services.notify.inbox import handlers as inbox
from services.notify.inbox.use_cases import Channels
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
from shared.messaging.consumer import Subscriber, Subscriptions
from shared.unit_of_work import UnitOfWork

Handler = Callable[[UnitOfWork, Channels, Any], Awaitable[None]]


SUBSCRIPTIONS: Mapping[type[Event], Handler] = {
    AccessRevoked: inbox.on_access_revoked,
    TownshipChanged: digests.on_township_changed,
    TeamRegistered: inbox.on_team_registered,
    TeamChanged: inbox.on_team_changed,
    CampaignChanged: inbox.on_campaign_changed,
    EditionPublished: digests.on_edition_published,
    EditionRetired: digests.on_edition_retired,
    VolunteerChanged: inbox.on_volunteer_changed,
    PersonExportRequested: inbox.on_person_export_requested,
    PersonErased: inbox.on_person_erased,
    ServiceOrdered: inbox.on_service_ordered,
    OrderAccepted: inbox.on_order_accepted,
    OrderReturned: inbox.on_order_returned,
    OrderCancelled: inbox.on_order_cancelled,
    ServiceRated: inbox.on_service_rated,
    PlanPublished: digests.on_plan_published,
    LineUnserved: digests.on_line_unserved,
    StopScheduled: digests.on_stop_scheduled,
    StopChanged: digests.on_stop_changed,
    TeamAssigned: digests.on_team_assigned,
    TeamReleased: digests.on_team_released,
    AssignmentAccepted: digests.on_assignment_accepted,
    AssignmentDeclined: digests.on_assignment_declined,
    StopCancelled: digests.on_stop_cancelled,
    StopStarted: digests.on_stop_started,
    StopCompleted: digests.on_stop_completed,
}


def subscriptions(channels: Channels) -> Subscriptions:
    """The table above, each handler with the channels that it writes to."""
    return {event: _subscriber(handler, channels) for event, handler in SUBSCRIPTIONS.items()}


def _subscriber(handler: Handler, channels: Channels) -> Subscriber:
    async def apply(uow: UnitOfWork, event: Event) -> None:
        await handler(uow, channels, event)

    return apply
