"""What dispatch listens to, and the use case each event calls."""

from services.dispatch.application import intake
from services.dispatch.application.people import PEOPLE
from shared.contracts.catalog import (
    AccessRevoked,
    CampaignChanged,
    PersonErased,
    PersonExportRequested,
    ServiceItemChanged,
    TeamChanged,
    TeamRegistered,
    TownshipChanged,
)
from shared.contracts.notify import MessageDelivered, MessageFailed
from shared.contracts.requests import OrderAccepted, OrderCancelled, OrderClosed
from shared.identity.revocation import note_revocation
from shared.messaging.consumer import Subscriptions

SUBSCRIPTIONS: Subscriptions = {
    AccessRevoked: note_revocation,
    CampaignChanged: intake.note_campaign,
    TownshipChanged: intake.note_township,
    TeamRegistered: intake.note_team,
    TeamChanged: intake.note_team,
    ServiceItemChanged: intake.note_item,
    OrderAccepted: intake.take_demand,
    OrderCancelled: intake.drop_demand,
    OrderClosed: intake.drop_demand,
    MessageDelivered: intake.note_delivery,
    MessageFailed: intake.note_delivery,
    PersonExportRequested: PEOPLE.on_export_requested,
    PersonErased: PEOPLE.on_person_erased,
}
