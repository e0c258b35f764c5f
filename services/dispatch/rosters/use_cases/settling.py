"""Substitutions follow their booth: they end where the place is filled, or where nobody is needed any more."""

from services.dispatch.rosters.domain.roster import Roster
from services.dispatch.rosters.domain.substitution import Outcome, Substitution, superfluous
from services.dispatch.rosters.queries import pending_of_booth
from services.dispatch.stops.domain.stop import Assignment, Stop
from services.dispatch.stops.use_cases.announcements import announce_assignment
from shared.contracts.dispatch import SubstitutionClosed, SubstitutionOverdue
from shared.unit_of_work import Transaction


async def settle(tx: Transaction, stop: Stop, entry: Assignment, kept: Roster) -> None:
    """Ends the substitutions of a booth for which there is no free place, and those of a half-day on which it is not
    held. The caller has locked the stop."""
    found = await tx.find_all(Substitution, await pending_of_booth(tx.session, entry.id))
    pending = sorted(found.values(), key=lambda each: (each.made_at, each.id))
    pending = [each for each in pending if each.is_pending]
    standing = []
    for each in pending:
        each.team_code = entry.team_code  # two teams may have been merged
        is_ahead = stop.state == "planned" and stop.on >= tx.today
        if not is_ahead or not entry.is_live or each.half_day != stop.half_day:
            close(tx, stop, entry, each, "void")
        else:
            standing.append(each)
    for each in standing:
        each.ask_no_more(kept.volunteers)
    for each in superfluous(standing, entry.volunteers - len(kept.volunteers)):
        close(tx, stop, entry, each, "filled")
    for each in standing:
        if each.state == "open" and each.offers and not each.waiting:
            hand_over(tx, stop, entry, each)


def hand_over(tx: Transaction, stop: Stop, entry: Assignment, wanted: Substitution) -> None:
    """The leader sees to it from now on."""
    wanted.hand_over()
    announce_assignment(
        tx,
        SubstitutionOverdue,
        stop,
        entry,
        substitution_id=wanted.id,
        volunteer_no=wanted.volunteer_no,
    )


def close(
    tx: Transaction, stop: Stop, entry: Assignment, ending: Substitution, outcome: Outcome
) -> None:
    announce_closed(tx, stop, entry, ending, ending.end(outcome))


def announce_closed(
    tx: Transaction, stop: Stop, entry: Assignment, ended: Substitution, told: list[str]
) -> None:
    """``told`` need not answer any more."""
    announce_assignment(
        tx,
        SubstitutionClosed,
        stop,
        entry,
        substitution_id=ended.id,
        outcome=ended.state,
        by_no=ended.by_no,
        told_nos=tuple(told),
    )
