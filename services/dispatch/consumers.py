"""What dispatch listens to."""

from services.dispatch.attendance import handlers as attendance
from services.dispatch.attendance.use_cases.people import collect_hours
from services.dispatch.availability import handlers as availability
from services.dispatch.availability.use_cases import collect_availability
from services.dispatch.calendars import handlers as calendars
from services.dispatch.calendars.use_cases import collect_calendars
from services.dispatch.corrections import handlers as corrections
from services.dispatch.directory import handlers as directory
from services.dispatch.rescheduling import handlers as rescheduling
from services.dispatch.rosters import handlers as rosters
from services.dispatch.stops import handlers as stops
from shared.contracts.catalog import (
    AccessRevoked,
    CampaignChanged,
    CoordinatorChanged,
    PersonErased,
    PersonExportRequested,
    QualificationGranted,
    QualificationRevoked,
    ServiceItemChanged,
    TeamChanged,
    TeamMerged,
    TeamRegistered,
    TownshipChanged,
    TownshipRecoded,
    VolunteerChanged,
    VolunteerMerged,
)
from shared.contracts.dispatch import PersonDataCollected, PersonDataErased
from shared.contracts.notify import (
    MessageDelivered,
    MessageDeliveredV2,
    MessageFailed,
    MessageFailedV2,
)
from shared.contracts.requests import (
    OrderAccepted,
    OrderAmended,
    OrderCancelled,
    OrderClosed,
    OrderCorrected,
    OrderPrioritised,
)
from shared.db.vault import Vault
from shared.messaging.consumer import Subscriptions
from shared.privacy.answering import Holdings, Record
from shared.tasks.coordinators import keep_coordinator
from shared.unit_of_work import Transaction


async def _collect(tx: Transaction, vault: Vault, no: str) -> list[Record]:
    return [
        *await collect_availability(tx, vault, no),
        *await collect_hours(tx, vault, no),
        *await collect_calendars(tx, vault, no),
    ]


PEOPLE = Holdings(_collect, attendance.erase_volunteer, PersonDataCollected, PersonDataErased)
"""What dispatch holds about persons, by their numbers: when they can't come, what they may do, their hours
and their calendars."""

SUBSCRIPTIONS: Subscriptions = {
    AccessRevoked: calendars.on_access_revoked,
    CoordinatorChanged: keep_coordinator,
    CampaignChanged: directory.on_campaign_changed,
    TownshipChanged: directory.on_township_changed,
    TownshipRecoded: rescheduling.on_township_recoded,
    TeamRegistered: rescheduling.on_team_registered,
    TeamMerged: attendance.on_team_merged,
    TeamChanged: rescheduling.on_team_changed,
    ServiceItemChanged: rescheduling.on_service_item_changed,
    VolunteerChanged: rosters.on_volunteer_changed,
    VolunteerMerged: attendance.on_volunteer_merged,
    QualificationGranted: availability.on_qualification_granted,
    QualificationRevoked: availability.on_qualification_revoked,
    OrderAccepted: rescheduling.on_order_accepted,
    OrderAmended: rescheduling.on_order_amended,
    OrderPrioritised: rescheduling.on_order_prioritised,
    OrderCancelled: rescheduling.on_order_cancelled,
    OrderClosed: rescheduling.on_order_closed,
    OrderCorrected: corrections.on_order_corrected,
    MessageDelivered: stops.on_message_delivered,
    MessageDeliveredV2: stops.on_message_delivered,
    MessageFailed: stops.on_message_failed,
    MessageFailedV2: stops.on_message_failed,
    PersonExportRequested: PEOPLE.on_export_requested,
    PersonErased: PEOPLE.on_person_erased,
}
