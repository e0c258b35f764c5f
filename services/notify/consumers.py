"""What notify listens to, and the handler that each event calls."""

from collections.abc import Sequence

from services.notify.digests import handlers as digests
from services.notify.digests.use_cases import announce_editions, write_digests
from services.notify.inbox import handlers as inbox
from services.notify.inbox.use_cases import Channels, write_pending
from shared.contracts import Event
from shared.contracts.catalog import (
    AccessRevoked,
    CampaignChanged,
    CoordinatorChanged,
    EditionPublished,
    EditionRetired,
    PersonErased,
    PersonExportRequested,
    TeamChanged,
    TeamMerged,
    TeamRegistered,
    TownshipChanged,
    TownshipRecoded,
    VolunteerChanged,
    VolunteerMerged,
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
from shared.identity.revocation import note_revocation
from shared.messaging.consumer import Subscriber, Subscriptions
from shared.unit_of_work import AtEnd, Transaction, UnitOfWork

SUBSCRIPTIONS: Subscriptions = {
    AccessRevoked: note_revocation,
    TownshipChanged: digests.on_township_changed,
    TownshipRecoded: digests.on_township_recoded,
    TeamRegistered: inbox.on_team_registered,
    TeamChanged: inbox.on_team_changed,
    TeamMerged: inbox.on_team_merged,
    CampaignChanged: inbox.on_campaign_changed,
    EditionPublished: digests.on_edition_published,
    EditionRetired: digests.on_edition_retired,
    CoordinatorChanged: inbox.on_coordinator_changed,
    VolunteerChanged: inbox.on_volunteer_changed,
    VolunteerMerged: inbox.on_volunteer_merged,
    PersonExportRequested: inbox.PEOPLE.on_export_requested,
    PersonErased: inbox.PEOPLE.on_person_erased,
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
    **dict.fromkeys(inbox.NOTICES, inbox.post_notices),
}


def subscriptions(channels: Channels) -> Subscriptions:
    """The table above, with last steps for the transaction that applies the events. What events of several streams
    write to the same rows is written there, so that all processes lock these rows late and in one order."""

    async def write_messages(tx: Transaction, _key: str) -> None:
        await write_pending(tx, channels)

    last_steps = (announce_editions, write_digests, write_messages)
    return {event: _with_steps(handler, last_steps) for event, handler in SUBSCRIPTIONS.items()}


def _with_steps(handler: Subscriber, last_steps: Sequence[AtEnd]) -> Subscriber:
    async def apply(uow: UnitOfWork, event: Event) -> None:
        async with uow.transaction() as tx:
            for step in last_steps:
                tx.at_end(step, "")
        await handler(uow, event)

    return apply
