"""What requests listens to."""

from services.requests.application import intake
from services.requests.application.people import PEOPLE
from shared.contracts.catalog import (
    AccessRevoked,
    CampaignChanged,
    EditionPublished,
    EditionWithdrawalRequested,
    PersonErased,
    PersonExportRequested,
    TownshipChanged,
)
from shared.contracts.dispatch import (
    AssignmentDeclined,
    BoothReported,
    LineUnserved,
    StopCancelled,
    StopChanged,
    StopCompleted,
    TeamAssigned,
    TeamReleased,
)
from shared.identity.revocation import note_revocation
from shared.messaging.consumer import Subscriptions

SUBSCRIPTIONS: Subscriptions = {
    AccessRevoked: note_revocation,
    CampaignChanged: intake.note_campaign,
    EditionPublished: intake.note_edition,
    EditionWithdrawalRequested: intake.close_edition,
    TownshipChanged: intake.note_township,
    TeamAssigned: intake.schedule_line,
    AssignmentDeclined: intake.release_line,
    TeamReleased: intake.release_line,
    LineUnserved: intake.leave_line_unserved,
    StopChanged: intake.move_stop,
    StopCancelled: intake.cancel_stop,
    BoothReported: intake.report_booth,
    StopCompleted: intake.complete_stop,
    PersonExportRequested: PEOPLE.on_export_requested,
    PersonErased: PEOPLE.on_person_erased,
}
