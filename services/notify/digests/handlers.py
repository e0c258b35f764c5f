"""What other services' events mean for editions, plans and stops, and who is told of it."""

from services.notify.digests.domain.edition import Edition
from services.notify.digests.domain.stop import Booth, Stop
from services.notify.digests.use_cases import (
    announce_revision,
    gather,
    note_edition,
    note_township,
    note_withdrawal,
)
from services.notify.inbox.domain.recipient import COORDINATOR, of_team, of_township
from services.notify.inbox.use_cases import (
    cause_of,
    change_recipient,
    mention,
    move_recipient,
    post_message,
)
from services.notify.templates.domain import Params
from shared.contracts.catalog import (
    EditionPublished,
    EditionRetired,
    TownshipChanged,
    TownshipRecoded,
)
from shared.contracts.dispatch import (
    AssignmentAccepted,
    AssignmentDeclined,
    AssignmentEvent,
    LineUnserved,
    PlanPublished,
    StopCancelled,
    StopChanged,
    StopCompleted,
    StopEvent,
    StopScheduled,
    StopStarted,
    TeamAssigned,
    TeamReleased,
)
from shared.db.successors import current_code, current_codes, note_successor
from shared.unit_of_work import Transaction, UnitOfWork


async def on_township_changed(uow: UnitOfWork, event: TownshipChanged) -> None:
    """Names the township. When it is new, it is told of the editions that still concern it, withdrawals included: the
    same messages as if it had been entered first. A new code of one that there was is told nothing by that, and a
    former code nothing any more."""
    async with uow.transaction() as tx:
        township, at = of_township(event.code), cause_of(tx).occurred_at
        is_former = await current_code(tx.session, "township", event.code) != event.code
        if event.former_code is not None or is_former:
            change_recipient(
                tx, township, lambda recipient: recipient.rename(event.name, event.name_en)
            )
            return
        change_recipient(
            tx, township, lambda recipient: recipient.enter(event.name, event.name_en, at)
        )
        note_township(tx, township)


async def on_township_recoded(uow: UnitOfWork, event: TownshipRecoded) -> None:
    """What was told to the township under its former code is in the inbox of the new one, with what comes late."""
    async with uow.transaction() as tx:
        new_code = await note_successor(tx.session, "township", event.code, event.new_code)
        move_recipient(tx, uow.vault, of_township(event.code), of_township(new_code))
        if event.joins:
            for recipient in (of_township(new_code), COORDINATOR):
                post_message(
                    tx,
                    recipient,
                    "message.township_joined",
                    {
                        "township_code": new_code,
                        "former_code": event.code,
                        "since_on": event.valid_from.isoformat(),
                    },
                )


async def on_edition_published(uow: UnitOfWork, event: EditionPublished) -> None:
    """Tells all townships; those that are entered later, when they are."""
    async with uow.transaction() as tx:
        mention(tx)
        if await tx.find(Edition, event.edition_id):
            return
        tx.add(
            Edition(
                id=event.edition_id,
                title=event.title,
                effective_on=event.effective_on,
                retires_on=event.retires_on,
                items=len(event.items),
                published_at=cause_of(tx).occurred_at,
            )
        )
        note_edition(tx, event.edition_id)


async def on_edition_retired(uow: UnitOfWork, event: EditionRetired) -> None:
    """Tells all townships that were told of the edition; of its last day they were told with it."""
    async with uow.transaction() as tx:
        mention(tx)
        if event.cause == "ended":
            return
        edition = await tx.find(Edition, event.edition_id)
        if edition is not None and edition.withdrawn_at is None:
            edition.withdrawn_at = cause_of(tx).occurred_at
            note_withdrawal(tx, edition.id)


async def on_plan_published(uow: UnitOfWork, event: PlanPublished) -> None:
    async with uow.transaction() as tx:
        mention(tx)
        announce_revision(tx, event)


async def on_line_unserved(uow: UnitOfWork, event: LineUnserved) -> None:
    async with uow.transaction() as tx:
        mention(tx, of_township(event.township_code))
        gather(tx, "unserved", event)


async def on_stop_scheduled(uow: UnitOfWork, event: StopScheduled) -> None:
    async with uow.transaction() as tx:
        mention(tx, of_township(event.township_code))
        await _stop(tx, event)
        gather(tx, "scheduled", event)


async def on_stop_changed(uow: UnitOfWork, event: StopChanged) -> None:
    async with uow.transaction() as tx:
        mention(tx, of_township(event.township_code))
        await _stop(tx, event)
        gather(tx, "changed", event)


async def on_team_assigned(uow: UnitOfWork, event: TeamAssigned) -> None:
    async with uow.transaction() as tx:
        mention(tx, of_township(event.township_code), of_team(event.team_code))
        again = (await _stop(tx, event)).assign(_booth(event))
        gather(tx, "assigned", event, again=again)


async def on_assignment_accepted(uow: UnitOfWork, event: AssignmentAccepted) -> None:
    """Nobody needs a message for each; the township gets one when the last team has said yes, and one
    more when that happens for another half-day."""
    async with uow.transaction() as tx:
        mention(tx, of_township(event.township_code))
        stop = await _stop(tx, event)
        if not stop.accept(event.assignment_id):
            return
        booths = [
            {"code": "line.booth"}
            | {
                name: booth[name]
                for name in ("item_name", "item_name_en", "team_code", "volunteers")
            }
            for booth in stop.expected()
        ]
        post_message(
            tx,
            of_township(event.township_code),
            "message.stop_confirmed",
            {**_where(event), "booths": len(booths), "lines": booths},
            occasion=f"{stop.stream}/{event.on}/{event.part}",
        )


async def on_assignment_declined(uow: UnitOfWork, event: AssignmentDeclined) -> None:
    async with uow.transaction() as tx:
        mention(tx, of_township(event.township_code), of_team(event.team_code))
        stop = await _stop(tx, event)
        stop.decline(event.assignment_id)
        params = {
            **_where(event),
            **_what(event),
            "team_code": event.team_code,
            "reason_code": event.reason_code,
        }
        post_message(tx, COORDINATOR, "message.assignment_declined", params)


async def on_team_released(uow: UnitOfWork, event: TeamReleased) -> None:
    async with uow.transaction() as tx:
        mention(tx, of_township(event.township_code))
        stop = await _stop(tx, event)
        booth = stop.release(_booth(event))
        if booth is None:
            return
        # The stop may have moved since: the team knows the half-day for which it was asked.
        params = {
            **_where(event),
            **_what(event),
            "on": booth["on"],
            "part": booth["part"],
            "reason_code": event.reason_code,
        }
        post_message(tx, of_team(event.team_code), "message.team_released", params)


async def on_stop_cancelled(uow: UnitOfWork, event: StopCancelled) -> None:
    """Tells the township and the teams that are still expected; whoever was released knows already."""
    async with uow.transaction() as tx:
        mention(tx, of_township(event.township_code))
        stop = await _stop(tx, event)
        params = {**_where(event), "reason_code": event.reason_code}
        post_message(
            tx,
            of_township(event.township_code),
            "message.stop_cancelled",
            params,
            about=stop.stream,
        )
        expected = {booth["team_code"] for booth in stop.cancel()}
        now = await current_codes(tx.session, "team", expected)
        for code in sorted(set(now.values())):
            post_message(tx, of_team(code), "message.stop_cancelled_team", params)


async def on_stop_started(uow: UnitOfWork, event: StopStarted) -> None:
    """Whoever is there sees it; nobody needs a message."""
    async with uow.transaction() as tx:
        mention(tx, of_township(event.township_code))
        (await _stop(tx, event)).state = "under_way"


async def on_stop_completed(uow: UnitOfWork, event: StopCompleted) -> None:
    """Shows the township the totals and asks it to rate."""
    async with uow.transaction() as tx:
        mention(tx, of_township(event.township_code))
        stop = await _stop(tx, event)
        stop.state = "completed"
        totals = {
            "booths": event.booths,
            "served": event.served,
            "leaflets": event.leaflets,
            "follow_ups": event.follow_ups,
        }
        post_message(
            tx,
            of_township(event.township_code),
            "message.stop_completed",
            {**_where(event), **totals},
        )


async def _stop(tx: Transaction, event: StopEvent) -> Stop:
    """The copy of the stop; a stub when the stream was joined in the middle."""
    stop = await tx.find(Stop, event.stop_id)
    if stop is None:
        tx.add(stop := Stop(id=event.stop_id, plan_id=event.plan_id))
        await tx.session.flush()
    return stop


def _where(event: StopEvent) -> Params:
    return {
        "township_code": event.township_code,
        "place": event.place,
        "on": event.on.isoformat(),
        "part": event.part,
    }


def _what(event: AssignmentEvent) -> Params:
    return {
        "item_name": event.item_name,
        "item_name_en": event.item_name_en,
        "volunteers": event.volunteers,
    }


def _booth(event: AssignmentEvent) -> Booth:
    return {
        "assignment_id": event.assignment_id,
        "item_code": event.item_code,
        "team_code": event.team_code,
        "on": event.on.isoformat(),
        "part": event.part,
        **_what(event),
    }
