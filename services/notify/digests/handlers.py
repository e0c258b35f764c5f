"""What other services' events mean for editions, plans and stops, and who is told of it."""

from sqlalchemy import select

from services.notify.digests.domain.edition import Edition
from services.notify.digests.domain.stop import Booth, Stop
from services.notify.digests.tables import edition as edition_table
from services.notify.digests.use_cases import announce_revision, gather, post_edition, post_withdrawal
from services.notify.inbox.domain.recipient import COORDINATOR, of_team, of_township
from services.notify.inbox.use_cases import Channels, cause_of, ensure_recipient, lock_townships, post_message, posting
from services.notify.templates.domain import Params
from shared.contracts.catalog import EditionPublished, EditionRetired, TownshipChanged
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
from shared.unit_of_work import Transaction, UnitOfWork


async def on_township_changed(uow: UnitOfWork, channels: Channels, event: TownshipChanged) -> None:
    """Names the township's post; when it is new, tells it of the editions that still concern it."""
    async with posting(uow, of_township(event.code)) as tx:
        township = await ensure_recipient(tx, of_township(event.code))
        township.rename(event.name, event.name_en)
        if township.entered_at is None:
            township.entered_at = cause_of(tx).occurred_at
            for edition in (await tx.session.scalars(select(Edition).order_by(edition_table.c.id))).all():
                await post_edition(tx, channels, township, edition)
                # The same two messages as if the township had been entered first.
                await post_withdrawal(tx, channels, township, edition)


async def on_edition_published(uow: UnitOfWork, channels: Channels, event: EditionPublished) -> None:
    """Tells all townships; those that are entered later, when they are."""
    async with posting(uow) as tx:
        if await tx.find(Edition, event.edition_id):
            return
        edition = Edition(
            id=event.edition_id,
            title=event.title,
            effective_on=event.effective_on,
            retires_on=event.retires_on,
            items=len(event.items),
            published_at=cause_of(tx).occurred_at,
        )
        tx.add(edition)
        for township in await lock_townships(tx):
            await post_edition(tx, channels, township, edition)


async def on_edition_retired(uow: UnitOfWork, channels: Channels, event: EditionRetired) -> None:
    """Tells all townships that were told of the edition."""
    async with posting(uow) as tx:
        edition = await tx.find(Edition, event.edition_id)
        if edition is None or edition.withdrawn_at is not None:
            return
        edition.withdrawn_at = cause_of(tx).occurred_at
        for township in await lock_townships(tx):
            await post_withdrawal(tx, channels, township, edition)


async def on_plan_published(uow: UnitOfWork, channels: Channels, event: PlanPublished) -> None:
    async with posting(uow) as tx:
        await announce_revision(tx, channels, event)


async def on_line_unserved(uow: UnitOfWork, channels: Channels, event: LineUnserved) -> None:
    async with posting(uow, of_township(event.township_code)) as tx:
        await gather(tx, channels, "unserved", event)


async def on_stop_scheduled(uow: UnitOfWork, channels: Channels, event: StopScheduled) -> None:
    async with posting(uow, of_township(event.township_code)) as tx:
        await _stop(tx, event)
        await gather(tx, channels, "scheduled", event)


async def on_stop_changed(uow: UnitOfWork, channels: Channels, event: StopChanged) -> None:
    async with posting(uow, of_township(event.township_code)) as tx:
        await _stop(tx, event)
        await gather(tx, channels, "changed", event)


async def on_team_assigned(uow: UnitOfWork, channels: Channels, event: TeamAssigned) -> None:
    async with posting(uow, of_township(event.township_code), of_team(event.team_code)) as tx:
        again = (await _stop(tx, event)).assign(_booth(event))
        await gather(tx, channels, "assigned", event, again=again)


async def on_assignment_accepted(uow: UnitOfWork, channels: Channels, event: AssignmentAccepted) -> None:
    """Nobody needs a message for each; the township gets one when the last team has said yes, and one
    more when that happens for another half-day."""
    async with posting(uow, of_township(event.township_code)) as tx:
        stop = await _stop(tx, event)
        if not stop.accept(event.assignment_id):
            return
        booths = [
            {"code": "line.booth"}
            | {name: booth[name] for name in ("item_name", "item_name_en", "team_code", "volunteers")}
            for booth in stop.expected()
        ]
        await post_message(
            tx,
            channels,
            of_township(event.township_code),
            "message.stop_confirmed",
            {**_where(event), "booths": len(booths), "lines": booths},
            about=stop.stream,
            occasion=f"{stop.stream}/{event.on}/{event.part}",
        )


async def on_assignment_declined(uow: UnitOfWork, channels: Channels, event: AssignmentDeclined) -> None:
    async with posting(uow, of_township(event.township_code), of_team(event.team_code)) as tx:
        stop = await _stop(tx, event)
        stop.decline(event.assignment_id)
        params = {**_where(event), **_what(event), "team_code": event.team_code, "reason_code": event.reason_code}
        await post_message(tx, channels, COORDINATOR, "message.assignment_declined", params, about=stop.stream)


async def on_team_released(uow: UnitOfWork, channels: Channels, event: TeamReleased) -> None:
    async with posting(uow, of_township(event.township_code)) as tx:
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
        await post_message(tx, channels, of_team(event.team_code), "message.team_released", params, about=stop.stream)


async def on_stop_cancelled(uow: UnitOfWork, channels: Channels, event: StopCancelled) -> None:
    """Tells the township and the teams that are still expected; whoever was released knows already."""
    async with posting(uow, of_township(event.township_code)) as tx:
        stop = await _stop(tx, event)
        params = {**_where(event), "reason_code": event.reason_code}
        await post_message(
            tx, channels, of_township(event.township_code), "message.stop_cancelled", params, about=stop.stream
        )
        for code in sorted({booth["team_code"] for booth in stop.cancel()}):
            await post_message(tx, channels, of_team(code), "message.stop_cancelled_team", params, about=stop.stream)


async def on_stop_started(uow: UnitOfWork, _channels: Channels, event: StopStarted) -> None:
    """Whoever is there sees it; nobody needs a message."""
    async with posting(uow, of_township(event.township_code)) as tx:
        (await _stop(tx, event)).state = "under_way"


async def on_stop_completed(uow: UnitOfWork, channels: Channels, event: StopCompleted) -> None:
    """Shows the township the totals and asks it to rate."""
    async with posting(uow, of_township(event.township_code)) as tx:
        stop = await _stop(tx, event)
        stop.state = "completed"
        totals = {
            "booths": event.booths,
            "served": event.served,
            "leaflets": event.leaflets,
            "follow_ups": event.follow_ups,
        }
        await post_message(
            tx,
            channels,
            of_township(event.township_code),
            "message.stop_completed",
            {**_where(event), **totals},
            about=stop.stream,
        )


async def _stop(tx: Transaction, event: StopEvent) -> Stop:
    """The copy of the stop; a stub when the stream was joined in the middle."""
    stop = await tx.find(Stop, event.stop_id)
    if stop is None:
        tx.add(stop := Stop(id=event.stop_id, plan_id=event.plan_id))
        await tx.session.flush()
    return stop


def _where(event: StopEvent) -> Params:
    return {"township_code": event.township_code, "place": event.place, "on": event.on.isoformat(), "part": event.part}


def _what(event: AssignmentEvent) -> Params:
    return {"item_name": event.item_name, "item_name_en": event.item_name_en, "volunteers": event.volunteers}


def _booth(event: AssignmentEvent) -> Booth:
    return {
        "assignment_id": event.assignment_id,
        "item_code": event.item_code,
        "team_code": event.team_code,
        "on": event.on.isoformat(),
        "part": event.part,
        **_what(event),
    }
