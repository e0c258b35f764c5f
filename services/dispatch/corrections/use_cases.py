"""Corrects what was reported of a booth: the corps at once, its team by asking the corps."""

from sqlalchemy import select

from services.dispatch.corrections.domain import (
    Correction,
    CorrectionReason,
    CorrectionRefusal,
    Done,
    ask_until,
)
from services.dispatch.corrections.queries import last_number, waiting_for
from services.dispatch.corrections.tables import correction
from services.dispatch.demand.use_cases import move_order
from services.dispatch.directory.queries import names_of_teams, teams_offering
from services.dispatch.directory.use_cases import hold_teams, hold_township
from services.dispatch.policy import POLICY
from services.dispatch.stops.domain.stop import Assignment, Report, Stop
from services.dispatch.stops.queries.lookups import booked_elsewhere, stops_standing_for
from services.dispatch.stops.queries.views import require_stop
from services.dispatch.stops.use_cases.acting import doubt_figures, require_own
from services.dispatch.stops.use_cases.announcements import announce_assignment, announce_queue
from services.dispatch.stops.use_cases.bookings import rebook
from services.dispatch.stops.use_cases.coverage import recount_served
from shared.contracts.dispatch import (
    BoothCorrected,
    BoothCorrectionProposed,
    BoothCorrectionRefused,
)
from shared.db.successors import current_code
from shared.kernel.access import Actor, Role
from shared.kernel.doubts import Confirmations, Doubts
from shared.kernel.errors import Conflict, InvalidInput, NotFound
from shared.kernel.ids import new_id
from shared.unit_of_work import Transaction, UnitOfWork


async def correct_booth(
    uow: UnitOfWork,
    stop_id: str,
    assignment_id: str,
    figures: Report,
    *,
    team_code: str | None,
    reason_code: CorrectionReason,
    reason: str | None,
    confirmed: Confirmations = (),
) -> Stop:
    """What a booth did was otherwise than it was reported. A coordinator corrects it; a leader asks for that, of the
    own team's booths and figures, until :func:`ask_until`. ``team_code``: another team was there.

    :raises NotFound: there is no such stop or booth, or it is another team's.
    :raises IllegalTransition: the booth was not reported yet.
    :raises InvalidInput: there is no such team, or nothing would change.
    :raises Forbidden: a leader names another team. :raises Conflict: one that was asked for waits, or it is too late.
    """
    grant = uow.permit(POLICY, "correct_booth")
    async with uow.transaction() as tx:
        if team_code is not None:
            grant.require_for("team_code", teams=[team_code])
        await hold_teams(tx)
        stop = await tx.get(Stop, stop_id)
        require_stop(grant, stop)
        booth = stop.assignment(assignment_id)
        require_own(grant, stop, assignment_id)
        stop.require("correct", stop.state)
        booth.require_done()
        until = ask_until(stop.on)
        if not grant.everything and tx.today > until:
            raise Conflict("correction_too_late", field="stop_id", until=until, today=tx.today)
        if (number := await waiting_for(tx.session, assignment_id)) is not None:
            raise Conflict("correction_waits", field="assignment_id", number=number)
        team = await _team(tx, team_code or booth.team_code, is_named=team_code is not None)
        before = await _done(tx, booth)
        after = await _after(tx, team, figures)
        if _facts(before) == _facts(after):
            raise InvalidInput("nothing_corrected", field="served")
        change = Correction(
            id=new_id(),
            stop_id=stop.id,
            assignment_id=assignment_id,
            number=await last_number(tx.session, stop_id) + 1,
            state="proposed",
            before=before,
            after=after,
            reason_code=reason_code,
            reason=reason,
            made_at=tx.business_now,
            by=_role_of(tx.actor),
        )
        tx.session.add(change)
        doubts = Doubts(confirmed)
        await _doubt(tx, stop, booth, change, doubts)
        doubts.settle()
        if grant.everything:
            await _apply(tx, stop, booth, change, is_confirmed=True)
        else:
            announce_assignment(
                tx,
                BoothCorrectionProposed,
                stop,
                booth,
                correction=change.number,
                reason_code=reason_code,
            )
        return stop


async def accept_correction(
    uow: UnitOfWork, stop_id: str, number: int, confirmed: Confirmations = ()
) -> Stop:
    """What the team asked for stands from now on.

    :raises NotFound: there is no such stop or correction. :raises Conflict: it does not wait any more.
    """
    uow.permit(POLICY, "decide_correction")
    async with uow.transaction() as tx:
        await hold_teams(tx)
        stop = await tx.get(Stop, stop_id)
        change = await _waiting(tx, stop, number)
        Doubts(confirmed).settle()
        booth = stop.assignment(change.assignment_id)
        await _apply(tx, stop, booth, change, is_confirmed=False)
        return stop


async def refuse_correction(
    uow: UnitOfWork,
    stop_id: str,
    number: int,
    *,
    reason_code: CorrectionRefusal,
    reason: str | None,
    confirmed: Confirmations = (),
) -> Stop:
    """The report stays as it is.

    :raises NotFound: there is no such stop or correction. :raises Conflict: it does not wait any more.
    """
    uow.permit(POLICY, "decide_correction")
    async with uow.transaction() as tx:
        stop = await tx.get(Stop, stop_id)
        change = await _waiting(tx, stop, number)
        change.decide("refused", tx.business_now, _role_of(tx.actor))
        change.refusal_code, change.refusal = reason_code, reason
        Doubts(confirmed).settle()
        booth = stop.assignment(change.assignment_id)
        about = {"correction": number, "reason_code": reason_code}
        announce_assignment(tx, BoothCorrectionRefused, stop, booth, **about)
        return stop


async def withdraw_correction(uow: UnitOfWork, stop_id: str, number: int) -> Stop:
    """The team takes back what it asked for.

    :raises NotFound: there is no such stop or correction, or it is another team's.
    :raises Conflict: it does not wait any more.
    """
    grant = uow.permit(POLICY, "correct_booth")
    async with uow.transaction() as tx:
        stop = await tx.get(Stop, stop_id)
        require_stop(grant, stop)
        change = await _waiting(tx, stop, number)
        require_own(grant, stop, change.assignment_id)
        change.decide("withdrawn", tx.business_now, _role_of(tx.actor))
        return stop


async def follow_order(tx: Transaction, order_id: str, township_code: str) -> None:
    """An order turned out to be another township's: so is what was held for it, and what is still to be planned."""
    code = await hold_township(tx, township_code)
    await move_order(tx, order_id, code)
    changed: set[tuple[str, str]] = set()
    for stop_id in await stops_standing_for(tx.session, order_id):
        stop = await tx.get(Stop, stop_id)
        changed |= stop.count_for(order_id, code)
    await recount_served(tx, changed)


async def _apply(
    tx: Transaction, stop: Stop, booth: Assignment, change: Correction, *, is_confirmed: bool
) -> None:
    """The values that stand now are what it replaces: one that waited may have been asked for when others stood.
    ``is_confirmed``: the corps was asked about what is doubtful."""
    change.before = before = await _done(tx, booth)
    team = await current_code(tx.session, "team", change.after["team_code"])
    after = change.after
    report = Report(after["served"], after["leaflets"], after["follow_ups"])
    stop.correct(booth.id, team, report)
    if any(before[name] != after[name] for name in ("served", "leaflets", "follow_ups")):
        odd = await doubt_figures(tx, Doubts(), [booth], at="")
        booth.doubt(odd[booth.id], by_corps=is_confirmed)
    change.decide("applied", tx.business_now, _role_of(tx.actor))
    if team != before["team_code"]:
        await rebook(tx, stop, before["team_code"], team)
    announce_assignment(
        tx,
        BoothCorrected,
        stop,
        booth,
        correction=change.number,
        served=after["served"],
        leaflets=after["leaflets"],
        follow_ups=after["follow_ups"],
        was_team_code=before["team_code"],
        was_served=before["served"],
        was_leaflets=before["leaflets"],
        was_follow_ups=before["follow_ups"],
        reason_code=change.reason_code,
    )
    if booth.longest_queue is not None:
        announce_queue(tx, stop, booth, after["served"])


async def _doubt(
    tx: Transaction, stop: Stop, booth: Assignment, change: Correction, doubts: Doubts
) -> None:
    """Adds doubts about figures that can hardly be, and about a team that does not offer the item, or was elsewhere."""
    after = change.after
    figures = Report(after["served"], after["leaflets"], after["follow_ups"])
    await doubt_figures(tx, doubts, [booth.as_if(figures)], at="")
    team = after["team_code"]
    if team == booth.team_code:
        return
    if team not in await teams_offering(tx.session, booth.item_code):
        item = {"zh-CN": booth.item_name, "en": booth.item_name_en}
        doubts.add("team_does_not_offer", "team_code", team=team, item=item)
    if await booked_elsewhere(tx.session, stop.id, [team], stop.on, stop.on) & {
        (team, *stop.half_day)
    }:
        doubts.add("team_was_elsewhere", "team_code", team=team, day=stop.on)


async def _waiting(tx: Transaction, stop: Stop, number: int) -> Correction:
    """:raises NotFound: there is none with this number. :raises Conflict: it does not wait, or not any more."""
    query = select(Correction).where(correction.c.stop_id == stop.id, correction.c.number == number)
    found: Correction | None = await tx.session.scalar(query)
    if found is None:
        raise NotFound("correction", str(number))
    found.require_proposed()
    return found


async def _team(tx: Transaction, code: str, *, is_named: bool) -> str:
    """The code under which the team is known now. :raises InvalidInput: nobody knows it."""
    code = await current_code(tx.session, "team", code)
    if is_named and not await names_of_teams(tx.session, {code}):
        raise InvalidInput("unknown_team", field="team_code", team=code)
    return code


async def _done(tx: Transaction, booth: Assignment) -> Done:
    done = Report(booth.served or 0, booth.leaflets or 0, booth.follow_ups or 0)
    return await _after(tx, booth.team_code, done)


async def _after(tx: Transaction, team: str, figures: Report) -> Done:
    name, name_en = (await names_of_teams(tx.session, {team})).get(team, (team, team))
    return Done(
        team_code=team,
        team_name=name,
        team_name_en=name_en,
        served=figures.served,
        leaflets=figures.leaflets,
        follow_ups=figures.follow_ups,
    )


def _facts(done: Done) -> tuple[str, int, int, int]:
    return done["team_code"], done["served"], done["leaflets"], done["follow_ups"]


def _role_of(actor: Actor) -> Role | None:
    return next((role for role in (Role.COORDINATOR, Role.LEADER) if role in actor.roles), None)
