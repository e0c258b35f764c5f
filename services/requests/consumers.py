"""What requests listens to."""

from services.requests.corrections import handlers as corrections
from services.requests.menu import handlers as menu
from services.requests.orders import handlers as orders
from services.requests.ratings import handlers as ratings
from services.requests.regularisation import handlers as regularisation
from services.requests.wishes import handlers as wishes
from shared.contracts.catalog import (
    AccessRevoked,
    CampaignChanged,
    CoordinatorChanged,
    EditionPublished,
    EditionWithdrawalRequested,
    PersonErased,
    PersonExportRequested,
    TeamMerged,
    TownshipChanged,
    TownshipRecoded,
    WishedItemEntered,
)
from shared.contracts.dispatch import (
    AssignmentDeclined,
    BoothCorrected,
    BoothReported,
    LineUnserved,
    OrderReplanned,
    QueueMeasured,
    QueueOpened,
    StopCancelled,
    StopChanged,
    StopCompleted,
    StopStarted,
    TeamAssigned,
    TeamReleased,
)
from shared.contracts.requests import PersonDataCollected, PersonDataErased
from shared.identity.revocation import note_revocation
from shared.messaging.consumer import Subscriptions
from shared.privacy.answering import Holdings, erase_nothing, hold_nothing
from shared.tasks.coordinators import keep_coordinator

PEOPLE = Holdings(hold_nothing, erase_nothing, PersonDataCollected, PersonDataErased)
"""What requests holds about persons: nothing, but places and posts. It answers so that nobody has to guess."""

SUBSCRIPTIONS: Subscriptions = {
    AccessRevoked: note_revocation,
    CoordinatorChanged: keep_coordinator,
    CampaignChanged: menu.on_campaign_changed,
    EditionPublished: wishes.on_edition_published,
    EditionWithdrawalRequested: orders.on_edition_withdrawal_requested,
    TownshipChanged: menu.on_township_changed,
    TownshipRecoded: orders.on_township_recoded,
    TeamMerged: orders.on_team_merged,
    WishedItemEntered: wishes.on_wished_item_entered,
    TeamAssigned: orders.on_team_assigned,
    AssignmentDeclined: orders.on_assignment_declined,
    TeamReleased: orders.on_team_released,
    LineUnserved: orders.on_line_unserved,
    OrderReplanned: orders.on_order_replanned,
    StopChanged: orders.on_stop_changed,
    StopCancelled: orders.on_stop_cancelled,
    BoothReported: orders.on_booth_reported,
    BoothCorrected: corrections.on_booth_corrected,
    QueueMeasured: regularisation.on_queue_measured,
    QueueOpened: ratings.on_queue_opened,
    StopStarted: ratings.on_stop_started,
    StopCompleted: orders.on_stop_completed,
    PersonExportRequested: PEOPLE.on_export_requested,
    PersonErased: PEOPLE.on_person_erased,
}
