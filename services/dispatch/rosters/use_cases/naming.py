"""A leader names who stands at a booth: by hand, by suggestion, one for another, or two in each other's place."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import delete, insert

from services.dispatch.availability.queries import volunteers_by_no
from services.dispatch.policy import POLICY
from services.dispatch.rosters.domain.eligibility import Ranked, is_novice_alone, suggest
from services.dispatch.rosters.domain.roster import Cause, Roster
from services.dispatch.rosters.queries import asked_of, candidates_for, check_people
from services.dispatch.rosters.tables import duty
from services.dispatch.rosters.use_cases.settling import settle
from services.dispatch.stops.domain.stop import Assignment, Stop
from services.dispatch.stops.queries.lookups import stop_of_assignment
from services.dispatch.stops.queries.views import require_stop
from services.dispatch.stops.use_cases.acting import require_own
from services.dispatch.stops.use_cases.announcements import announce_assignment
from shared.contracts.dispatch import RosterChanged
from shared.kernel.access import Grant
from shared.kernel.errors import Conflict, InvalidInput, Reason
from shared.unit_of_work import Transaction, UnitOfWork


async def set_roster(
    uow: UnitOfWork,
    assignment_id: str,
    volunteers: Sequence[str],
    *,
    standby: Sequence[str] | None = None,
    seen: int | None = None,
) -> Roster:
    """These stand at the booth, and nobody else. Whoever stood there before and is left out does not any more.
    ``standby`` are asked first when one of them drops out; they stay as they are where it is left out.

    :raises NotFound: there is no such booth, or it is another team's.
    :raises Conflict: the stop has begun or is over, the team need not come, or the roster changed since the revision
        that was ``seen``.
    :raises InvalidInput: somebody may not stand there: every reason of everybody; or all of them are novices.
    """
    grant = uow.permit(POLICY, "keep_rosters")
    async with uow.transaction() as tx:
        stop, entry = await _open_booth(tx, grant, assignment_id)
        kept = await _roster(tx, stop, entry)
        if seen is not None and seen != kept.revision:
            raise Conflict("roster_changed_meanwhile", field="revision")
        await name(tx, stop, entry, kept, volunteers, "rostered")
        if standby is not None:
            await _keep_ready(tx, stop, entry, kept, standby)
        return kept


async def _keep_ready(
    tx: Transaction, stop: Stop, entry: Assignment, kept: Roster, standby: Sequence[str]
) -> None:
    """:raises InvalidInput: somebody of these may not stand there: every reason."""
    people = await volunteers_by_no(tx.session, standby)
    asked = await asked_of(tx.session, stop, entry)
    against = await check_people(tx.session, asked, {no: people.get(no) for no in standby})
    found = [reason for no in standby if no not in kept.standby for reason in against[no]]
    if found:
        raise InvalidInput("unfit", field="standby").because(found)
    before = list(kept.standby)
    if kept.keep_ready(standby):
        announce_roster(tx, stop, entry, kept, kept.volunteers, "rostered", standby_before=before)


async def fill_rosters(uow: UnitOfWork, stop_id: str) -> list[str]:
    """Fills what is free at the own team's booths of a stop with those who have waited longest; whoever stands there
    and may, stays. Returns the booths that changed.

    :raises NotFound: there is no such stop, or it does not concern the actor.
    :raises Conflict: the stop has begun or is over, or the actor's team is not expected there.
    """
    grant = uow.permit(POLICY, "keep_rosters")
    async with uow.transaction() as tx:
        stop = await tx.get(Stop, stop_id)
        require_stop(grant, stop)
        own = [entry for entry in stop.live if grant.covers(teams=[entry.team_code])]
        if not own:
            raise Conflict("not_expected", field="stop_id")
        require_open(stop, tx.today)
        asked = {entry.id: await asked_of(tx.session, stop, entry) for entry in own}
        # Whoever holds a qualification is needed where one is asked for.
        own.sort(key=lambda entry: (asked[entry.id].compared is None, entry.id))
        changed = []
        for entry in own:
            kept = await _roster(tx, stop, entry)
            candidates = await candidates_for(tx.session, asked[entry.id], kept.volunteers)
            fit = {each.person.no: each for each in candidates if not each.reasons}
            stay = [no for no in kept.volunteers if no in fit]
            free = [
                Ranked(each.person, each.last_on, each.duties)
                for no, each in fit.items()
                if no not in stay
            ]
            chosen = suggest([fit[no].person for no in stay], free, entry.volunteers)
            wanted = [*stay, *(person.no for person in chosen)]
            if is_novice_alone([fit[no].person for no in wanted]):
                continue
            if await put(tx, stop, entry, kept, wanted, "rostered"):
                changed.append(entry.id)
        return changed


async def replace_one(uow: UnitOfWork, assignment_id: str, volunteer_no: str, by: str) -> Roster:
    """Somebody else stands in a volunteer's place. Where that one stands at another booth of the same team and
    half-day, the two change places.

    :raises NotFound: there is no such booth, or it is another team's.
    :raises Conflict: the stop has begun or is over, or the volunteer does not stand there.
    :raises InvalidInput: one of them may not stand where they would: every reason.
    """
    grant = uow.permit(POLICY, "keep_rosters")
    async with uow.transaction() as tx:
        stop, entry = await _open_booth(tx, grant, assignment_id)
        kept = await _roster(tx, stop, entry)
        if volunteer_no not in kept.volunteers:
            raise Conflict("not_on_roster", field="volunteer_no", no=volunteer_no)
        if by in kept.volunteers:
            raise Conflict("on_roster_already", field="by", no=by)
        other = await _booth_of(tx, stop, by)
        if other is None:
            wanted = [by if no == volunteer_no else no for no in kept.volunteers]
            await name(tx, stop, entry, kept, wanted, "rostered")
            return kept
        theirs = await _roster(tx, stop, other)
        mine = [by if no == volunteer_no else no for no in kept.volunteers]
        back = [volunteer_no if no == by else no for no in theirs.volunteers]
        before = {kept.key: list(kept.volunteers), theirs.key: list(theirs.volunteers)}
        for each in (kept, theirs):  # both places are free while each is checked for the other
            await free_duties(tx, each)
        await tx.flush()
        for booth, roster, wanted in ((entry, kept, mine), (other, theirs, back)):
            await _require_fit(tx, stop, booth, wanted)
            roster.name(wanted)
            await hold_duties(tx, roster)
        for booth, roster in ((entry, kept), (other, theirs)):
            announce_roster(tx, stop, booth, roster, before[roster.key], "swapped")
        return kept


async def name(
    tx: Transaction,
    stop: Stop,
    entry: Assignment,
    kept: Roster,
    volunteers: Sequence[str],
    cause: Cause,
) -> None:
    """The same for whoever holds the locks. :raises InvalidInput: somebody may not stand there."""
    if len(set(volunteers)) < len(volunteers):
        raise InvalidInput("named_twice", field="volunteers")
    await _require_fit(tx, stop, entry, volunteers)
    await put(tx, stop, entry, kept, volunteers, cause)


async def put(
    tx: Transaction,
    stop: Stop,
    entry: Assignment,
    kept: Roster,
    volunteers: Sequence[str],
    cause: Cause,
) -> bool:
    """Stores who stands at the booth, and says it. Returns whether that is new."""
    before = list(kept.volunteers)
    if not kept.name(volunteers):
        return False
    await free_duties(tx, kept)
    await hold_duties(tx, kept)
    announce_roster(tx, stop, entry, kept, before, cause)
    await settle(tx, stop, entry, kept)
    return True


def announce_roster(
    tx: Transaction,
    stop: Stop,
    entry: Assignment,
    kept: Roster,
    before: Sequence[str],
    cause: Cause,
    *,
    was_on: date | None = None,
    was_part: str | None = None,
    standby_before: Sequence[str] | None = None,
) -> None:
    """``standby_before``: who was on standby, where that changed."""
    ready = kept.standby if standby_before is None else standby_before
    announce_assignment(
        tx,
        RosterChanged,
        stop,
        entry,
        volunteer_nos=tuple(kept.volunteers),
        was_volunteer_nos=tuple(before),
        standby_nos=tuple(kept.standby),
        was_standby_nos=tuple(ready),
        was_on=was_on,
        was_part=was_part,
        reason_code=cause,
        revision=kept.revision,
    )


async def _require_fit(
    tx: Transaction, stop: Stop, entry: Assignment, volunteers: Sequence[str]
) -> None:
    """:raises InvalidInput: somebody may not stand there; every reason of everybody."""
    # Locked, so that nobody is named at two booths in the same moment.
    people = await volunteers_by_no(tx.session, volunteers, lock=True)
    asked = await asked_of(tx.session, stop, entry)
    against = await check_people(tx.session, asked, {no: people.get(no) for no in volunteers})
    found: list[Reason] = [reason for reasons in against.values() for reason in reasons]
    if found:
        raise InvalidInput("unfit", field="volunteers").because(found)
    if is_novice_alone([people[no] for no in volunteers]):
        raise InvalidInput("novice_alone", field="volunteers")


async def _open_booth(tx: Transaction, grant: Grant, assignment_id: str) -> tuple[Stop, Assignment]:
    stop = await tx.get(Stop, await stop_of_assignment(tx.session, assignment_id))
    require_own(grant, stop, assignment_id)
    entry = stop.assignment(assignment_id)
    require_open(stop, tx.today)
    if not entry.is_live:
        raise Conflict("booth_not_expected_now", field="assignment_id")
    return stop, entry


def require_open(stop: Stop, today: date) -> None:
    """:raises Conflict: nobody is named any more."""
    if stop.state != "planned" or stop.on < today:
        raise Conflict("roster_closed", field="stop_id", day=stop.on, today=today)


async def _booth_of(tx: Transaction, stop: Stop, no: str) -> Assignment | None:
    """The booth of this stop at which a volunteer stands."""
    for entry in stop.live:
        kept = await tx.find(Roster, entry.id)
        if kept is not None and no in kept.volunteers:
            return entry
    return None


async def _roster(tx: Transaction, stop: Stop, entry: Assignment) -> Roster:
    """The booth's roster, a new and empty one where there is none."""
    kept = await tx.find(Roster, entry.id)
    if kept is None:
        kept = Roster(
            assignment_id=entry.id,
            stop_id=stop.id,
            team_code=entry.team_code,
            on=stop.on,
            part=stop.part,
        )
        tx.add(kept)
    return kept


async def free_duties(tx: Transaction, kept: Roster) -> None:
    await tx.session.execute(delete(duty).where(duty.c.assignment_id == kept.assignment_id))


async def hold_duties(tx: Transaction, kept: Roster) -> None:
    rows = [
        {
            "volunteer_no": no,
            "on": kept.on,
            "part": kept.part,
            "assignment_id": kept.assignment_id,
            "team_code": kept.team_code,
        }
        for no in sorted(kept.volunteers)
    ]
    if rows:
        await tx.session.execute(insert(duty), rows)
