"""The corps plans an activity, announces it, moves it, calls it off, and confirms that it was held."""

from datetime import date
from typing import Any

from services.catalog.activities.domain import Activity, CallOffReason, Clock, MoveReason, SignUps
from services.catalog.activities.queries.registrations import sign_ups_of
from services.catalog.activities.use_cases.announcing import (
    announce_change,
    announce_held,
    announce_signed,
    told_of,
)
from services.catalog.directory.domain import Team
from services.catalog.directory.queries import active_team_codes, require_known
from services.catalog.policy import POLICY
from shared.kernel.doubts import Confirmations, Doubts
from shared.kernel.errors import Conflict
from shared.kernel.ids import new_id
from shared.unit_of_work import Transaction, UnitOfWork


async def plan_activity(
    uow: UnitOfWork, *, confirmed: Confirmations = (), **content: Any
) -> Activity:
    """Enters a draft, which the corps alone sees.

    :raises InvalidInput: the hours, the order of the day or the last day to register can't be, or there is no such
        team.
    :raises ConfirmationNeeded: its day is over.
    """
    uow.permit(POLICY, "arrange_activity")
    doubts = Doubts(confirmed)
    async with uow.transaction() as tx:
        await _require_team(tx, content["team_code"])
        made = Activity(id=new_id(), **content)
        made.describe(**content)
        _doubt_day(doubts, made.on, tx.today)
        doubts.settle()
        tx.add(made)
        return made


async def edit_activity(
    uow: UnitOfWork, activity_id: str, *, confirmed: Confirmations = (), **content: Any
) -> Activity:
    """Replaces what an activity says of itself. More places go to those who wait longest.

    :raises NotFound: there is none. :raises IllegalTransition: it was called off or held.
    :raises InvalidInput: as :func:`plan_activity`; or it is announced and would be elsewhere.
    :raises Conflict: more people are registered than would have places.
    """
    uow.permit(POLICY, "arrange_activity")
    doubts = Doubts(confirmed)
    async with uow.transaction() as tx:
        found = await tx.get(Activity, activity_id)
        await _require_team(tx, content["team_code"], found.team_code)
        sign_ups = await sign_ups_for(tx, found)
        found.require("edit", found.state)
        sign_ups.require_room(content["capacity"])
        if content["on"] != found.on:
            _doubt_day(doubts, content["on"], tx.today)
        doubts.settle()
        if not found.describe(**content):
            return found
        announce_change(tx, found, "edited")
        signed = sign_ups.withdraw(()) if found.state == "announced" else None
        if signed is not None:
            announce_signed(tx, found, signed, by_others=True)
        return found


async def announce_activity(
    uow: UnitOfWork, activity_id: str, *, confirmed: Confirmations = ()
) -> Activity:
    """Lets people register from now on; every team of the corps is told.

    :raises NotFound: there is none. :raises IllegalTransition: it is announced, or over.
    :raises ConfirmationNeeded: its day is over.
    """
    uow.permit(POLICY, "arrange_activity")
    doubts = Doubts(confirmed)
    async with uow.transaction() as tx:
        found = await tx.get(Activity, activity_id)
        found.announce()
        _doubt_day(doubts, found.on, tx.today)
        doubts.settle()
        announce_change(tx, found, "announced", teams=await active_team_codes(tx.session))
        return found


async def move_activity(
    uow: UnitOfWork,
    activity_id: str,
    *,
    on: date,
    starts_at: Clock,
    ends_at: Clock,
    place: str,
    reason_code: MoveReason,
    reason: str | None,
    doubts: Doubts,
) -> Activity:
    """Takes an announced activity to another day, other hours or another place. All who are registered or wait are
    told; who can't come says so. On a day that is still to come nobody was there yet.

    :raises NotFound: there is none. :raises IllegalTransition: it is not announced. :raises InvalidInput: the hours
        can't be. :raises ConfirmationNeeded: the day is over.
    """
    uow.permit(POLICY, "arrange_activity")
    async with uow.transaction() as tx:
        found = await tx.get(Activity, activity_id)
        is_elsewhere = found.move(
            on=on,
            starts_at=starts_at,
            ends_at=ends_at,
            place=place,
            reason_code=reason_code,
            reason=reason,
        )
        _doubt_day(doubts, on, tx.today)
        doubts.settle()
        if is_elsewhere:
            sign_ups = await sign_ups_for(tx, found)
            if on > tx.today:
                sign_ups.forget_attendance()
            waiting = [each.volunteer_no for each in sign_ups.waiting]
            announce_change(tx, found, "moved", told=told_of(sign_ups), waiting=waiting)
        return found


async def call_activity_off(
    uow: UnitOfWork,
    activity_id: str,
    *,
    reason_code: CallOffReason,
    reason: str | None,
    doubts: Doubts,
) -> Activity:
    """An activity does not take place. Who is registered or waits is told; of a draft nobody knows.

    :raises NotFound: there is none. :raises IllegalTransition: it was called off or held before.
    """
    uow.permit(POLICY, "arrange_activity")
    async with uow.transaction() as tx:
        found = await tx.get(Activity, activity_id)
        was_draft = found.state == "draft"
        found.call_off(reason_code, reason)
        doubts.settle()
        if not was_draft:
            sign_ups = await sign_ups_for(tx, found)
            announce_change(tx, found, "called_off", told=told_of(sign_ups))
        return found


async def hold_activity(
    uow: UnitOfWork, activity_id: str, *, confirmed: Confirmations = ()
) -> Activity:
    """Confirms that an activity was held. Of whom nothing is said counts as absent.

    :raises NotFound: there is none. :raises IllegalTransition: it is not announced.
    :raises Conflict: its day has not come, or it is said of nobody that the person was there.
    :raises ConfirmationNeeded: of some people nobody has said whether they were there.
    """
    uow.permit(POLICY, "arrange_activity")
    doubts = Doubts(confirmed)
    async with uow.transaction() as tx:
        found = await tx.get(Activity, activity_id)
        sign_ups = await sign_ups_for(tx, found)
        found.hold(sign_ups.present, tx.today)
        if not sign_ups.present:
            raise Conflict("nobody_present")
        if sign_ups.unsaid:
            doubts.add("attendance_missing", "present", count=sign_ups.unsaid)
        doubts.settle()
        for each in sign_ups.registered:
            each.attended = bool(each.attended)
        there = [each.team_code for each in sign_ups.registered if each.attended]
        announce_held(tx, found, there)
        return found


async def sign_ups_for(tx: Transaction, found: Activity) -> SignUps:
    """Returns all registrations of an activity that is locked."""
    return SignUps(found, await sign_ups_of(tx.session, found.id))


async def _require_team(tx: Transaction, code: str | None, before: str | None = None) -> None:
    if code is not None and code != before:
        await require_known(tx, Team, [code], field="team_code")


def _doubt_day(doubts: Doubts, on: date, today: date) -> None:
    if on < today:
        doubts.add("activity_in_the_past", "on", day=on)
