"""What must be known of stops and teams between the plan and the rating."""

from services.notify.application.digests import gather
from services.notify.application.posting import Channels, post, telling
from services.notify.domain.message import Params
from services.notify.domain.recipient import COORDINATOR, of_team, of_township
from services.notify.domain.stop import Booth, Stop
from shared.contracts.dispatch import (
    AssignmentAccepted,
    AssignmentDeclined,
    AssignmentEvent,
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


async def note_schedule(uow: UnitOfWork, channels: Channels, event: StopScheduled) -> None:
    async with telling(uow, of_township(event.township_code)) as tx:
        await _stop(tx, event)
        await gather(tx, channels, "scheduled", event)


async def note_change(uow: UnitOfWork, channels: Channels, event: StopChanged) -> None:
    async with telling(uow, of_township(event.township_code)) as tx:
        await _stop(tx, event)
        await gather(tx, channels, "changed", event)


async def note_assignment(uow: UnitOfWork, channels: Channels, event: TeamAssigned) -> None:
    async with telling(uow, of_township(event.township_code), of_team(event.team_code)) as tx:
        again = (await _stop(tx, event)).assign(_booth(event))
        await gather(tx, channels, "assigned", event, again=again)


async def note_acceptance(uow: UnitOfWork, channels: Channels, event: AssignmentAccepted) -> None:
    """Nobody needs a message for each; the township gets one when the last team has said yes, and one
    more when that happens for another half-day."""
    async with telling(uow, of_township(event.township_code)) as tx:
        stop = await _stop(tx, event)
        if not stop.accept(event.assignment_id):
            return
        booths = [
            {"code": "line.booth"}
            | {name: booth[name] for name in ("item_name", "item_name_en", "team_code", "volunteers")}
            for booth in stop.expected()
        ]
        await post(
            tx,
            channels,
            of_township(event.township_code),
            "message.stop_confirmed",
            {**_where(event), "booths": len(booths), "lines": booths},
            about=stop.stream,
            occasion=f"{stop.stream}/{event.on}/{event.part}",
        )


async def tell_of_decline(uow: UnitOfWork, channels: Channels, event: AssignmentDeclined) -> None:
    async with telling(uow, of_township(event.township_code), of_team(event.team_code)) as tx:
        stop = await _stop(tx, event)
        stop.decline(event.assignment_id)
        params = {**_where(event), **_what(event), "team_code": event.team_code, "reason_code": event.reason_code}
        await post(tx, channels, COORDINATOR, "message.assignment_declined", params, about=stop.stream)


async def tell_of_release(uow: UnitOfWork, channels: Channels, event: TeamReleased) -> None:
    async with telling(uow, of_township(event.township_code)) as tx:
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
        await post(tx, channels, of_team(event.team_code), "message.team_released", params, about=stop.stream)


async def tell_of_cancelled_stop(uow: UnitOfWork, channels: Channels, event: StopCancelled) -> None:
    """Tells the township and the teams that are still expected; whoever was released knows already."""
    async with telling(uow, of_township(event.township_code)) as tx:
        stop = await _stop(tx, event)
        params = {**_where(event), "reason_code": event.reason_code}
        await post(tx, channels, of_township(event.township_code), "message.stop_cancelled", params, about=stop.stream)
        for code in sorted({booth["team_code"] for booth in stop.cancel()}):
            await post(tx, channels, of_team(code), "message.stop_cancelled_team", params, about=stop.stream)


async def note_start(uow: UnitOfWork, _channels: Channels, event: StopStarted) -> None:
    """Whoever is there sees it; nobody needs a message."""
    async with telling(uow, of_township(event.township_code)) as tx:
        (await _stop(tx, event)).state = "under_way"


async def tell_of_completion(uow: UnitOfWork, channels: Channels, event: StopCompleted) -> None:
    """Shows the township the totals and asks it to rate."""
    async with telling(uow, of_township(event.township_code)) as tx:
        stop = await _stop(tx, event)
        stop.state = "completed"
        totals = {
            "booths": event.booths,
            "served": event.served,
            "leaflets": event.leaflets,
            "follow_ups": event.follow_ups,
        }
        await post(
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
