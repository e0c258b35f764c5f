"""Somebody drops out; others are asked, the first one who says yes stands there, and else the leader sees to it."""

from services.dispatch.availability.queries import volunteers_by_no
from services.dispatch.availability.use_cases import note_away
from services.dispatch.policy import POLICY
from services.dispatch.rosters.domain.eligibility import Ranked, is_novice_alone
from services.dispatch.rosters.domain.roster import Roster
from services.dispatch.rosters.domain.substitution import Substitution, answer_until, whom_to_ask
from services.dispatch.rosters.queries import (
    asked_of,
    booth_of_substitution,
    candidates_for,
    check_people,
    overdue_substitutions,
    waiting_at_booth,
)
from services.dispatch.rosters.use_cases.naming import put, require_open
from services.dispatch.rosters.use_cases.settling import announce_closed, hand_over, settle
from services.dispatch.stops.domain.stop import Assignment, Stop
from services.dispatch.stops.queries.lookups import stop_of_assignment
from services.dispatch.stops.use_cases.announcements import announce_assignment
from shared.contracts.dispatch import SubstitutionOffered
from shared.kernel.access import Grant
from shared.kernel.errors import Conflict, InvalidInput, NotFound
from shared.kernel.ids import new_id
from shared.unit_of_work import Transaction, UnitOfWork


async def drop_out(
    uow: UnitOfWork, assignment_id: str, volunteer_no: str | None
) -> Substitution | None:
    """A volunteer can't stand at the booth: is taken off its roster, can't come on that half-day, and the next ones
    are asked. ``volunteer_no``: the own one where left out. Returns None where enough others stand there.

    :raises NotFound: there is no such booth, or it is another team's.
    :raises InvalidInput: it is not said who. :raises Conflict: the stop has begun or is over, or the volunteer does not
        stand there.
    """
    grant = uow.permit(POLICY, "drop_out")
    async with uow.transaction() as tx:
        no = _who(uow, volunteer_no)
        stop = await tx.get(Stop, await stop_of_assignment(tx.session, assignment_id))
        entry = stop.assignment(assignment_id)
        grant.require(Assignment.kind, assignment_id, teams=[entry.team_code], person=no)
        require_open(stop, tx.today)
        kept = await tx.find(Roster, assignment_id)
        if kept is None or no not in kept.volunteers:
            raise Conflict("not_on_roster", field="volunteer_no", no=no)
        await note_away(tx, no, stop.half_day)
        rest = [each for each in kept.volunteers if each != no]
        await put(tx, stop, entry, kept, rest, "dropped_out")
        if len(rest) >= entry.volunteers:
            return None
        wanted = Substitution(
            id=new_id(),
            assignment_id=assignment_id,
            stop_id=stop.id,
            team_code=entry.team_code,
            volunteer_no=no,
            on=stop.on,
            part=stop.part,
            made_at=tx.business_now,
            until=answer_until(tx.business_now, stop.half_day),
        )
        tx.add(wanted)
        await tx.flush()
        await _ask_next(tx, stop, entry, kept, wanted)
        if wanted.state == "open" and wanted.until <= tx.business_now:
            hand_over(tx, stop, entry, wanted)  # the stop is too near for waiting
        return wanted


async def accept_offer(
    uow: UnitOfWork, substitution_id: str, volunteer_no: str | None
) -> Substitution:
    """The volunteer stands there, if the place is still free and every rule allows it now.

    :raises NotFound: there is no such substitution, or the volunteer was not asked.
    :raises Conflict: somebody else has the place, nobody is needed there, or the stop has begun.
    :raises InvalidInput: the volunteer may not stand there any more: every reason.
    """
    grant = uow.permit(POLICY, "answer_offer")
    async with uow.transaction() as tx:
        no = _who(uow, volunteer_no)
        stop, entry, wanted = await _asked(tx, grant, substitution_id, no)
        if not wanted.is_pending:
            raise Conflict("substitution_over", field="substitution_id")
        require_open(stop, tx.today)
        kept = await tx.get(Roster, entry.id)
        if no in kept.volunteers:
            raise Conflict("on_roster_already", field="volunteer_no", no=no)
        people = await volunteers_by_no(tx.session, [no, *kept.volunteers], lock=True)
        asked = await asked_of(tx.session, stop, entry)
        against = await check_people(tx.session, asked, {no: people.get(no)})
        if against[no]:
            raise InvalidInput("unfit", field="volunteer_no").because(against[no])
        if is_novice_alone([people[each] for each in people]):
            raise InvalidInput("novice_alone", field="volunteer_no")
        told = wanted.accept(no)
        await put(tx, stop, entry, kept, [*kept.volunteers, no], "stepped_in")
        announce_closed(tx, stop, entry, wanted, told)
        return wanted


async def decline_offer(
    uow: UnitOfWork, substitution_id: str, volunteer_no: str | None
) -> Substitution:
    """The volunteer can't. When all who were asked say so, the next ones are asked; said twice, nothing changes.

    :raises NotFound: there is no such substitution, or the volunteer was not asked.
    :raises Conflict: the place is not free any more.
    """
    grant = uow.permit(POLICY, "answer_offer")
    async with uow.transaction() as tx:
        no = _who(uow, volunteer_no)
        stop, entry, wanted = await _asked(tx, grant, substitution_id, no)
        if wanted.decline(no) and not wanted.waiting and wanted.state == "open":
            await _ask_next(tx, stop, entry, await tx.get(Roster, entry.id), wanted)
        return wanted


async def see_to_substitutions(uow: UnitOfWork) -> None:
    """What nobody has taken in time is the leader's, and what is over ends. It may run any number of times."""
    async with uow.transaction() as tx:
        rows = await overdue_substitutions(tx.session, tx.business_now, tx.today)
        stops = await tx.find_all(Stop, {row.stop_id for row in rows})
        for row in rows:
            stop = stops[row.stop_id]
            entry = stop.assignment(row.assignment_id)
            kept = await tx.get(Roster, row.assignment_id)
            await settle(tx, stop, entry, kept)
            wanted = await tx.get(Substitution, row.id)
            if wanted.state == "open":
                hand_over(tx, stop, entry, wanted)


async def _ask_next(
    tx: Transaction, stop: Stop, entry: Assignment, kept: Roster, wanted: Substitution
) -> None:
    """Asks the next ones; where there are none, the leader sees to it."""
    candidates = await candidates_for(
        tx.session, await asked_of(tx.session, stop, entry), kept.volunteers
    )
    fit = [
        Ranked(each.person, each.last_on, each.duties) for each in candidates if not each.reasons
    ]
    named = [each.person for each in candidates if each.person.no in kept.volunteers]
    # Whoever is asked for another place at this booth can take only one of the two.
    passed_over = {each.volunteer_no for each in wanted.offers} | await waiting_at_booth(
        tx.session, entry.id
    )
    new = wanted.offer(whom_to_ask(fit, standby=kept.standby, named=named, passed_over=passed_over))
    if not new:
        hand_over(tx, stop, entry, wanted)
        return
    announce_assignment(
        tx,
        SubstitutionOffered,
        stop,
        entry,
        substitution_id=wanted.id,
        volunteer_no=wanted.volunteer_no,
        offered_nos=tuple(new),
        asked=len(wanted.offers),
        until=wanted.until,
    )


async def _asked(
    tx: Transaction, grant: Grant, substitution_id: str, no: str
) -> tuple[Stop, Assignment, Substitution]:
    """:raises NotFound: there is no such substitution within reach, or this volunteer was not asked."""
    booth = await booth_of_substitution(tx.session, substitution_id)
    stop = await tx.get(Stop, await stop_of_assignment(tx.session, booth))
    wanted = await tx.get(Substitution, substitution_id)
    grant.require(Substitution.kind, substitution_id, teams=[wanted.team_code], person=no)
    if not wanted.asks(no):
        raise NotFound(Substitution.kind, substitution_id, states=Substitution.STEPS)
    return stop, stop.assignment(booth), wanted


def _who(uow: UnitOfWork, volunteer_no: str | None) -> str:
    no = volunteer_no or uow.actor.volunteer_no
    if no is None:
        raise InvalidInput("volunteer_needed", field="volunteer_no")
    return no
