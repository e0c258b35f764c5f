"""What requests listens to."""

from services.requests.application import intake
from shared.contracts.catalog import EditionPublished, TownshipChanged
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
from shared.messaging.consumer import Subscriptions

SUBSCRIPTIONS: Subscriptions = {
    EditionPublished: intake.note_edition,
    TownshipChanged: intake.note_township,
    TeamAssigned: intake.schedule_line,
    AssignmentDeclined: intake.release_line,
    TeamReleased: intake.release_line,
    LineUnserved: intake.leave_line_unserved,
    StopChanged: intake.move_stop,
    StopCancelled: intake.cancel_stop,
    BoothReported: intake.report_booth,
    StopCompleted: intake.complete_stop,
}
