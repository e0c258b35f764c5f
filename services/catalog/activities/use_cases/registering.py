"""Registering for activities and taking that back: oneself, a leader for the own team, the corps for anybody."""

from collections.abc import Mapping, Sequence

from services.catalog.activities.domain import (
    MOST_PARTICIPANTS,
    Activity,
    By,
    Signed,
    SignUps,
)
from services.catalog.activities.queries.registrations import announced_ids
from services.catalog.activities.use_cases.announcing import announce_change, announce_signed
from services.catalog.activities.use_cases.arranging import sign_ups_for
from services.catalog.policy import POLICY
from services.catalog.volunteers.domain import Volunteer
from services.catalog.volunteers.queries import require_reach, volunteers_among
from shared.kernel.access import Grant
from shared.kernel.doubts import Confirmations, Doubts
from shared.kernel.errors import Conflict, InvalidInput, NotFound
from shared.kernel.ids import new_id
from shared.unit_of_work import Transaction, UnitOfWork


async def register_participants(
    uow: UnitOfWork,
    activity_id: str,
    numbers: Sequence[str],
    *,
    confirmed: Confirmations = (),
) -> Signed:
    """Registers volunteers, in their order; who finds no free place waits for one. Who is registered already stays so.

    :raises NotFound: there is no such activity, or one of the volunteers is not in the actor's reach.
    :raises IllegalTransition: it is not announced. :raises InvalidInput: somebody has left the corps.
    :raises Conflict: the last day to register is over, or too many would take part.
    :raises ConfirmationNeeded: that day is over, and the corps asks.
    """
    grant = uow.permit(POLICY, "register_participants")
    doubts = Doubts(confirmed)
    async with uow.transaction() as tx:
        found = await _locked(tx, activity_id, grant)
        people = await _people(tx, grant, numbers)
        found.require("register", found.state)
        if gone := sorted(no for no, each in people.items() if each.state != "active"):
            raise InvalidInput("volunteers_gone", field="volunteer_nos", numbers=", ".join(gone))
        if tx.today > found.register_until:
            if not grant.everything:
                raise Conflict("registration_over", day=found.register_until)
            doubts.add("registration_is_over", "volunteer_nos", day=found.register_until)
        doubts.settle()
        sign_ups = await sign_ups_for(tx, found)
        by = _by(grant, numbers)
        signed, made = sign_ups.enter(
            [(no, people[no].team_code) for no in dict.fromkeys(numbers)],
            by=by,
            at=tx.business_now,
            ids=(new_id() for _ in numbers),
        )
        for each in made:
            tx.add(each)
        announce_signed(tx, found, signed, by_others=by != "self")
        return signed


async def withdraw_participants(
    uow: UnitOfWork, activity_id: str, numbers: Sequence[str]
) -> Signed:
    """Takes volunteers out, also after the last day to register: who can't come says so. Those who wait longest are
    moved up, and told.

    :raises NotFound: there is no such activity, or one of the volunteers is not in the actor's reach.
    :raises IllegalTransition: it is not announced.
    """
    grant = uow.permit(POLICY, "register_participants")
    async with uow.transaction() as tx:
        found = await _locked(tx, activity_id, grant)
        await _people(tx, grant, numbers)
        sign_ups = await sign_ups_for(tx, found)
        signed = sign_ups.withdraw(list(dict.fromkeys(numbers)))
        announce_signed(tx, found, signed, by_others=True)
        return signed


async def note_attendance(
    uow: UnitOfWork, activity_id: str, *, present: Sequence[str], absent: Sequence[str]
) -> SignUps:
    """Notes of registered people whether they were there, on the day or afterwards. Of an activity that was held, the
    corps alone corrects it, and its number of participants follows.

    :raises NotFound: there is no such activity, or one of the volunteers is not in the actor's reach.
    :raises IllegalTransition: it is a draft, or was called off; or it was held, and the actor is not of the corps.
    :raises Conflict: its day has not come.
    :raises InvalidInput: somebody is not registered, or named in both lists.
    """
    grant = uow.permit(POLICY, "note_attendance")
    if both := sorted(set(present) & set(absent)):
        raise InvalidInput("present_and_absent", field="absent", numbers=", ".join(both))
    async with uow.transaction() as tx:
        found = await _locked(tx, activity_id, grant)
        await _people(tx, grant, [*present, *absent])
        if found.state == "held" and not grant.everything:
            raise Conflict("attendance_closed")
        sign_ups = await sign_ups_for(tx, found)
        before = found.participants
        said = dict.fromkeys(present, True) | dict.fromkeys(absent, False)
        sign_ups.note_attendance(said, tx.today)
        if found.state == "held" and found.participants != before:
            announce_change(tx, found, "recounted")
        return sign_ups


async def see_to_registrations(uow: UnitOfWork) -> None:
    """Gives places of people who have left the corps to those who wait, and notes who is of another team now. It may
    run any number of times on a day."""
    async with uow.reading() as session:
        ids = await announced_ids(session)
    for activity_id in ids:
        async with uow.transaction() as tx:
            found = await tx.get(Activity, activity_id)
            if found.state != "announced":
                continue
            sign_ups = await sign_ups_for(tx, found)
            people = await volunteers_among(tx.session, list(sign_ups.all))
            gone = [no for no in sign_ups.all if no not in people or people[no].state != "active"]
            for no, each in sign_ups.all.items():
                if no in people and each.team_code != people[no].team_code:
                    each.team_code = people[no].team_code
            announce_signed(tx, found, sign_ups.withdraw(gone), by_others=True)


async def _locked(tx: Transaction, activity_id: str, grant: Grant) -> Activity:
    """Whoever changes registrations holds the activity's row until the commit, so that the last place is given once."""
    found = await tx.get(Activity, activity_id)
    if found.state == "draft" and not grant.everything:
        raise NotFound(Activity.kind, activity_id, states=Activity.STEPS)
    return found


async def _people(tx: Transaction, grant: Grant, numbers: Sequence[str]) -> Mapping[str, Volunteer]:
    if len(numbers) > MOST_PARTICIPANTS:
        raise Conflict("activity_too_many", most=MOST_PARTICIPANTS)
    people = await volunteers_among(tx.session, set(numbers))
    for no in numbers:
        require_reach(grant, people.get(no), no)
    return people


def _by(grant: Grant, numbers: Sequence[str]) -> By:
    if set(numbers) <= grant.persons:
        return "self"
    return "corps" if grant.everything else "leader"
