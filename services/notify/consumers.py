"""What notify listens to, and the handler that each event calls."""

from collections.abc import Sequence

from services.notify.addresses.handlers import PEOPLE
from services.notify.archive.use_cases import archive
from services.notify.channels.use_cases.channel import Channel
from services.notify.channels.use_cases.sending import write_deliveries
from services.notify.digests import handlers as digests
from services.notify.digests.use_cases import announce_editions, write_digests
from services.notify.escalation.handlers import end_needless
from services.notify.inbox import handlers as inbox
from services.notify.inbox.use_cases import take_moved, write_pending
from services.notify.preferences.use_cases import move_preference
from services.notify.robots.use_cases import move_robots
from shared.cache.port import Cache
from shared.contracts import EVENTS, Event
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
    PersonExportRequested: PEOPLE.on_export_requested,
    PersonErased: PEOPLE.on_person_erased,
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


def subscriptions(cache: Cache, channels: Sequence[Channel]) -> Subscriptions:
    """The table above, and every other event of another service, for each is archived. With last steps for the
    transaction that applies the events: what events of several streams write to the same rows is written there, so
    that all processes lock these rows late and in one order. ``cache`` wakes browsers and workers, ``channels`` are
    the ways beside the inbox."""

    async def write_messages(tx: Transaction, _key: str) -> None:
        await write_pending(tx, cache)
        for former_id, new_id in take_moved(tx):
            await move_preference(tx, former_id, new_id)
            await move_robots(tx, former_id, new_id)
        await write_deliveries(tx, cache, channels)

    last_steps = (announce_editions, write_digests, write_messages)
    return {
        event: _archived(cache, SUBSCRIPTIONS.get(event), last_steps)
        for event in EVENTS.values()
        if event.publisher != "notify"
    }


def _archived(cache: Cache, handler: Subscriber | None, last_steps: Sequence[AtEnd]) -> Subscriber:
    async def apply(uow: UnitOfWork, event: Event) -> None:
        async with uow.transaction() as tx:
            archive(tx, cache)
            for step in last_steps if handler else ():
                tx.at_end(step, "")
            if handler is not None:
                await end_needless(tx, event)
        if handler is not None:
            await handler(uow, event)

    return apply
