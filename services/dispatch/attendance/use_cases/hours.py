"""Hours follow check-ins; both sides may say otherwise, and the corps decides what is doubtful."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from services.dispatch.attendance.domain.attendance import Attendance
from services.dispatch.attendance.domain.hours import (
    Anomaly,
    Evidence,
    HoursClaim,
    ServiceHours,
    Span,
    Work,
    anomalies_of,
)
from services.dispatch.attendance.queries.hours import (
    hours_of_stop,
    knows_volunteer,
    open_claim,
    others_at,
    spans_of,
    stops_with_hours,
)
from services.dispatch.attendance.queries.presence import key_of
from services.dispatch.directory.queries import minutes_per_resident
from services.dispatch.policy import POLICY
from services.dispatch.stops.domain.stop import Assignment, Stop
from services.dispatch.stops.queries.lookups import stop_of_assignment
from services.dispatch.stops.use_cases.announcements import announce_assignment
from shared.contracts.dispatch import (
    HoursAnswered,
    HoursAsked,
    HoursCorrected,
    HoursRecorded,
    HoursWithdrawn,
)
from shared.db.successors import current_code
from shared.kernel.access import Grant, Role
from shared.kernel.clock import CHINA
from shared.kernel.doubts import Doubts
from shared.kernel.errors import Conflict, InvalidInput, NotFound
from shared.kernel.ids import new_id
from shared.unit_of_work import Transaction, UnitOfWork

LONGEST = timedelta(hours=12)
WEIGHED_AGAIN = timedelta(days=14)


async def follow_attendance(
    tx: Transaction, stop: Stop, entry: Assignment, kept: Attendance
) -> None:
    """Brings the hours up to what was checked. What both sides agreed on, or a person decided, stays as it is."""
    spells = kept.spells
    if not spells or kept.minutes < 1:
        return
    no = await current_code(tx.session, "volunteer", kept.volunteer_no)
    hours = await tx.find(ServiceHours, key_of(entry.id, no))
    if hours is not None and (
        no != kept.volunteer_no or hours.evidence != "checked" or hours.state == "withdrawn"
    ):
        return
    facts = spells[0][0], spells[-1][1], kept.minutes
    if hours is None or (hours.starts_at, hours.ends_at, hours.minutes) != facts:
        await put_hours(tx, stop, entry, no, *facts, "checked")


async def enter_hours(
    uow: UnitOfWork,
    assignment_id: str,
    volunteer_no: str,
    starts_at: datetime,
    ends_at: datetime,
    reason: str,
    doubts: Doubts,
) -> ServiceHours:
    """The corps enters hours by hand, or corrects them.

    :raises NotFound: there is no such booth. :raises Conflict: both sides' claim about them is open.
    :raises InvalidInput: the times don't fit the stop, or the volunteer is of another team.
    """
    uow.permit(POLICY, "decide_hours")
    async with uow.transaction() as tx:
        stop, entry = await _booth(tx, assignment_id)
        await _check(tx, stop, entry, volunteer_no, starts_at, ends_at)
        if await open_claim(tx.session, assignment_id, volunteer_no):
            raise Conflict("hours_claimed", field="volunteer_no")
        doubts.settle()
        minutes = _minutes(starts_at, ends_at)
        return await put_hours(
            tx, stop, entry, volunteer_no, starts_at, ends_at, minutes, "by_hand", reason
        )


async def decide_hours(
    uow: UnitOfWork, hours_id: str, *, keep: bool, reason: str, doubts: Doubts
) -> ServiceHours:
    """The corps lets hours stand that something is to be looked at, or withdraws them.

    :raises NotFound: there are none. :raises Conflict: they overlap others, so that they can't stand.
    :raises IllegalTransition: they stand already, or were withdrawn.
    """
    uow.permit(POLICY, "decide_hours")
    async with uow.transaction() as tx:
        found = await _hours(tx, hours_id)
        stop, entry = await _booth(tx, found.assignment_id)
        await knows_volunteer(tx.session, found.volunteer_no, found.team_code)
        doubts.settle()
        before = _before(found)
        if keep:
            found.anomalies = list(await _anomalies(tx, stop, entry, found))
            found.keep(reason)
        else:
            found.withdraw(reason)
        _announce(tx, stop, entry, found, before)
        return found


async def claim_hours(
    uow: UnitOfWork,
    assignment_id: str,
    volunteer_no: str,
    starts_at: datetime,
    ends_at: datetime,
    words: str,
    doubts: Doubts,
) -> HoursClaim:
    """A volunteer, or the team's leader, says what the hours were; the other side is asked.

    :raises NotFound: there is no such booth, or the volunteer is neither the actor nor of the own team.
    :raises Conflict: something about these hours is asked already.
    :raises InvalidInput: the times don't fit the stop.
    """
    grant = uow.permit(POLICY, "claim_hours")
    async with uow.transaction() as tx:
        stop, entry = await _booth(tx, assignment_id)
        grant.require(Assignment.kind, assignment_id, teams=[entry.team_code], person=volunteer_no)
        await _check(tx, stop, entry, volunteer_no, starts_at, ends_at)
        if await open_claim(tx.session, assignment_id, volunteer_no):
            raise Conflict("hours_claimed", field="volunteer_no")
        doubts.settle()
        is_own = volunteer_no == uow.actor.volunteer_no
        claim = HoursClaim(
            id=new_id(),
            assignment_id=assignment_id,
            stop_id=stop.id,
            team_code=entry.team_code,
            volunteer_no=volunteer_no,
            side="volunteer" if is_own else "team",
            starts_at=starts_at,
            ends_at=ends_at,
            words=words,
            asked_at=tx.business_now,
        )
        tx.add(claim)
        announce_assignment(
            tx,
            HoursAsked,
            stop,
            entry,
            volunteer_no=volunteer_no,
            claim_id=claim.id,
            side=claim.side,
        )
        return claim


async def answer_claim(
    uow: UnitOfWork, claim_id: str, *, agrees: bool, words: str | None, doubts: Doubts
) -> HoursClaim:
    """The other side agrees, and the hours are those; or it does not, and the corps decides.

    :raises NotFound: there is no such claim, or it is not for the actor to answer.
    :raises IllegalTransition: it was answered.
    """
    grant = uow.permit(POLICY, "claim_hours")
    async with uow.transaction() as tx:
        claim = await _claim(tx, grant, claim_id)
        asks_team = claim.side == "volunteer"
        if Role.COORDINATOR not in uow.actor.roles:
            answers = (
                claim.team_code in grant.teams if asks_team else claim.volunteer_no in grant.persons
            )
            is_asker = asks_team and claim.volunteer_no == uow.actor.volunteer_no
            if not answers or is_asker:
                raise NotFound(HoursClaim.kind, claim_id, states=HoursClaim.STEPS)
        claim.say(tx.business_now, words, agrees=agrees)
        doubts.settle()
        await _settle(tx, claim, "cosigned" if agrees else None)
        return claim


async def decide_claim(
    uow: UnitOfWork, claim_id: str, *, accepts: bool, words: str, doubts: Doubts
) -> HoursClaim:
    """The corps decides between both sides.

    :raises NotFound: there is no such claim. :raises IllegalTransition: the other side has not answered, or agreed.
    """
    grant = uow.permit(POLICY, "decide_hours")
    async with uow.transaction() as tx:
        claim = await _claim(tx, grant, claim_id)
        claim.decide(tx.business_now, words, accepts=accepts)
        doubts.settle()
        await _settle(tx, claim, "by_hand" if accepts else None)
        return claim


async def weigh_again(uow: UnitOfWork) -> None:
    """Looks again at the hours of the last days, stop by stop: what booths served may have been reported since."""
    today = uow.today()
    async with uow.reading() as session:
        stops = await stops_with_hours(session, today - WEIGHED_AGAIN, today)
    for stop_id in stops:
        async with uow.transaction() as tx:
            stop = await tx.get(Stop, stop_id)
            for hours_id in await hours_of_stop(tx.session, stop_id):
                found = await tx.get(ServiceHours, hours_id)
                await knows_volunteer(tx.session, found.volunteer_no, found.team_code)
                before, entry = _before(found), stop.assignment(found.assignment_id)
                found.weigh(await _anomalies(tx, stop, entry, found))
                _announce(tx, stop, entry, found, before)


def withdraw_merged(tx: Transaction, stop: Stop, entry: Assignment, hours: ServiceHours) -> None:
    """They are another number's of the same person."""
    before = _before(hours)
    hours.state = "withdrawn"
    _announce(tx, stop, entry, hours, before)


async def put_hours(
    tx: Transaction,
    stop: Stop,
    entry: Assignment,
    volunteer_no: str,
    starts_at: datetime,
    ends_at: datetime,
    minutes: int,
    evidence: Evidence,
    reason: str | None = None,
) -> ServiceHours:
    """Stores hours, weighs them, and says what counts by that."""
    await knows_volunteer(tx.session, volunteer_no, entry.team_code)  # locks the person's hours
    key = key_of(entry.id, volunteer_no)
    found = await tx.find(ServiceHours, key)
    before = _before(found)
    if found is None:
        found = ServiceHours(
            id=key,
            assignment_id=entry.id,
            stop_id=stop.id,
            team_code=entry.team_code,
            volunteer_no=volunteer_no,
            on=stop.on,
            part=stop.part,
            starts_at=starts_at,
            ends_at=ends_at,
            minutes=minutes,
            evidence=evidence,
        )
        tx.add(found)
    found.change(starts_at, ends_at, minutes, evidence, [], reason)
    found.weigh(await _anomalies(tx, stop, entry, found))
    _announce(tx, stop, entry, found, before)
    return found


async def _anomalies(
    tx: Transaction, stop: Stop, entry: Assignment, hours: ServiceHours
) -> Sequence[Anomaly]:
    mine = Span(
        hours.id, stop.id, hours.starts_at, hours.ends_at, hours.minutes, (stop.lat, stop.lon)
    )
    work = None
    if entry.served is not None:
        each = (await minutes_per_resident(tx.session, {entry.item_code})).get(entry.item_code)
        if each:
            others, minutes = await others_at(tx.session, stop.id, entry.id, hours.id)
            people, minutes = others + 1, minutes + hours.minutes
            # Whose hours are not entered yet is taken to have worked as long as the others.
            work = Work(entry.served, each, minutes * max(people, entry.volunteers) // people)
    return anomalies_of(mine, await spans_of(tx.session, hours.volunteer_no, hours.on), work)


Before = tuple[bool, datetime, datetime, int, str] | None


def _before(hours: ServiceHours | None) -> Before:
    if hours is None:
        return None
    return hours.counts, hours.starts_at, hours.ends_at, hours.minutes, hours.evidence


def _announce(
    tx: Transaction, stop: Stop, entry: Assignment, hours: ServiceHours, before: Before
) -> None:
    """Says what counts now and did not before, or counts otherwise, or counts no more."""
    after = _before(hours)
    if after == before:
        return
    counted = before is not None and before[0]
    if not counted and not hours.counts:
        return
    hours.revision += 1
    facts = {
        "hours_id": hours.id,
        "volunteer_no": hours.volunteer_no,
        "minutes": hours.minutes,
        "evidence": hours.evidence,
        "hours_revision": hours.revision,
    }
    if not hours.counts:
        announce_assignment(tx, HoursWithdrawn, stop, entry, **facts)
        return
    facts |= {"starts_at": hours.starts_at, "ends_at": hours.ends_at}
    if counted and before is not None:
        was = {"was_minutes": before[3], "was_evidence": before[4]}
        announce_assignment(tx, HoursCorrected, stop, entry, **facts, **was)
    else:
        announce_assignment(tx, HoursRecorded, stop, entry, **facts)


async def _settle(tx: Transaction, claim: HoursClaim, evidence: Evidence | None) -> None:
    """Stores what was agreed or accepted, and says what came of the claim."""
    stop, entry = await _booth(tx, claim.assignment_id)
    if evidence is not None:
        await put_hours(
            tx,
            stop,
            entry,
            claim.volunteer_no,
            claim.starts_at,
            claim.ends_at,
            _minutes(claim.starts_at, claim.ends_at),
            evidence,
        )
    announce_assignment(
        tx,
        HoursAnswered,
        stop,
        entry,
        volunteer_no=claim.volunteer_no,
        claim_id=claim.id,
        side=claim.side,
        outcome=claim.state,
    )


async def _booth(tx: Transaction, assignment_id: str) -> tuple[Stop, Assignment]:
    """:raises NotFound: there is none."""
    stop = await tx.get(Stop, await stop_of_assignment(tx.session, assignment_id))
    return stop, stop.assignment(assignment_id)


async def _hours(tx: Transaction, hours_id: str) -> ServiceHours:
    found = await tx.find(ServiceHours, hours_id)
    if found is None:
        raise NotFound(ServiceHours.kind, hours_id, states=ServiceHours.STEPS)
    return found


async def _claim(tx: Transaction, grant: Grant, claim_id: str) -> HoursClaim:
    found = await tx.find(HoursClaim, claim_id)
    if found is None:
        raise NotFound(HoursClaim.kind, claim_id, states=HoursClaim.STEPS)
    grant.require(HoursClaim.kind, claim_id, teams=[found.team_code], person=found.volunteer_no)
    return found


async def _check(
    tx: Transaction,
    stop: Stop,
    entry: Assignment,
    volunteer_no: str,
    starts_at: datetime,
    ends_at: datetime,
) -> None:
    """:raises InvalidInput: the times don't fit the stop, or the volunteer is of another team.
    :raises Conflict: the stop has not begun, or the team was not there."""
    if stop.state not in ("under_way", "completed") or not (entry.is_live or entry.is_done):
        raise Conflict("hours_not_yet", field="assignment_id")
    if not await knows_volunteer(tx.session, volunteer_no, entry.team_code):
        raise InvalidInput("hours_of_other_team", field="volunteer_no", no=volunteer_no)
    if ends_at <= starts_at or ends_at - starts_at > LONGEST:
        raise InvalidInput("hours_backwards", field="ends_at")
    if starts_at.astimezone(CHINA).date() != stop.on or ends_at.astimezone(CHINA).date() != stop.on:
        raise InvalidInput("hours_other_day", field="starts_at", day=stop.on)
    if ends_at > tx.business_now:
        raise InvalidInput("hours_ahead", field="ends_at")


def _minutes(starts_at: datetime, ends_at: datetime) -> int:
    return int((ends_at - starts_at) / timedelta(minutes=1))
