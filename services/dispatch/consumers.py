"""What dispatch listens to."""

from services.dispatch.directory import handlers as directory
from services.dispatch.rescheduling import handlers as rescheduling
from services.dispatch.stops import handlers as stops
from shared.contracts.catalog import (
    AccessRevoked,
    CampaignChanged,
    CoordinatorChanged,
    PersonErased,
    PersonExportRequested,
    ServiceItemChanged,
    TeamChanged,
    TeamRegistered,
    TownshipChanged,
)
from shared.contracts.dispatch import PersonDataCollected, PersonDataErased
from shared.contracts.notify import MessageDelivered, MessageFailed
from shared.contracts.requests import OrderAccepted, OrderCancelled, OrderClosed
from shared.identity.revocation import note_revocation
from shared.messaging.consumer import Subscriptions
from shared.privacy.answering import Holdings, erase_nothing, hold_nothing
from shared.tasks.coordinators import keep_coordinator

PEOPLE = Holdings(hold_nothing, erase_nothing, PersonDataCollected, PersonDataErased)
"""What dispatch holds about persons: nothing, but places and teams. It answers so that nobody has to guess."""

SUBSCRIPTIONS: Subscriptions = {
    AccessRevoked: note_revocation,
    CoordinatorChanged: keep_coordinator,
    CampaignChanged: directory.on_campaign_changed,
    TownshipChanged: directory.on_township_changed,
    TeamRegistered: rescheduling.on_team_registered,
    TeamChanged: rescheduling.on_team_changed,
    ServiceItemChanged: rescheduling.on_service_item_changed,
    OrderAccepted: rescheduling.on_order_accepted,
    OrderCancelled: rescheduling.on_order_cancelled,
    OrderClosed: rescheduling.on_order_closed,
    MessageDelivered: stops.on_message_delivered,
    MessageFailed: stops.on_message_failed,
    PersonExportRequested: PEOPLE.on_export_requested,
    PersonErased: PEOPLE.on_person_erased,
}
