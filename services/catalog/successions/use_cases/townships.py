"""A township gets another division code, or becomes part of another township: entered ahead, and handed over on the day
on which that begins."""

from datetime import date, timedelta

from sqlalchemy import insert

from services.catalog.accounts.use_cases.persons import move_accounts_of_township
from services.catalog.consultation.use_cases.opinions import move_opinions
from services.catalog.contacts.use_cases import move_contacts
from services.catalog.directory.domain import Team, Township
from services.catalog.directory.queries import teams_serving, townships_to_hand_over
from services.catalog.directory.use_cases import spelled, township_as_event
from services.catalog.policy import POLICY
from services.catalog.successions.domain import require_seen
from services.catalog.successions.queries import content_of
from services.catalog.successions.tables import merger
from shared.contracts.catalog import TownshipRecoded
from shared.kernel.doubts import Confirmations, Doubts
from shared.kernel.errors import InvalidInput
from shared.unit_of_work import Transaction, UnitOfWork


async def recode_township(
    uow: UnitOfWork, code: str, *, new_code: str, valid_from: date, confirmed: Confirmations = ()
) -> Township:
    """Enters the code that a township has from a day on, and returns the new entry. If that day has come, everything
    is handed over at once.

    :raises NotFound: there is no such township. :raises Conflict: it has another code already.
    :raises InvalidInput: the new code is in use, or the day is outside the old one's days.
    :raises ConfirmationNeeded: the day is over; what happened since counts for the new code.
    """
    uow.permit(POLICY, "enter_directory")
    doubts = Doubts(confirmed)
    async with uow.transaction() as tx:
        township = await tx.get(Township, code)
        taken = await tx.find(Township, new_code)
        if taken is not None:
            raise InvalidInput(
                "township_code_taken", field="new_code", township_code=new_code, name=taken.name
            )
        successor = township.recode(new_code, valid_from)
        if valid_from < (today := uow.today()):
            doubts.add("recoded_in_the_past", "valid_from", day=valid_from, today=today)
        doubts.settle()
        successor.spelling = spelled(successor.name)
        tx.add(successor)
        tx.record(successor, township_as_event(successor))
        tx.record(township, township_as_event(township))
        if valid_from <= today:
            await _hand_over(uow, tx, township)
        return successor


async def join_townships(
    uow: UnitOfWork,
    code: str,
    *,
    into: str,
    valid_from: date,
    seen: str,
    confirmed: Confirmations = (),
) -> Township:
    """Says that a township is part of another one from a day on (撤并), and returns its entry. If that day has come,
    everything is handed over at once.

    :raises NotFound: there is no such township. :raises Conflict: it has another code already, or one of them has
        changed since it was ``seen``. :raises InvalidInput: the day is outside the days of one of the codes.
    :raises ConfirmationNeeded: the day is over; what happened since counts for the other one.
    """
    uow.permit(POLICY, "merge_entries")
    doubts = Doubts(confirmed)
    async with uow.transaction() as tx:
        await tx.lock_service()
        found = await tx.find_all(Township, {code, into})
        township, other = [found.get(each) or await tx.get(Township, each) for each in (code, into)]
        require_seen([content_of(township), content_of(other)], seen)
        township.join(other, valid_from)
        if valid_from < (today := uow.today()):
            doubts.add("recoded_in_the_past", "valid_from", day=valid_from, today=today)
        doubts.settle()
        tx.record(township, township_as_event(township))
        if valid_from <= today:
            await _hand_over(uow, tx, township)
        return township


async def hand_over_townships(uow: UnitOfWork) -> None:
    """Hands over what those townships hold whose new code begins today, or began while nothing ran."""
    async with uow.reading() as session:
        due = await townships_to_hand_over(session, uow.today())
    for code in due:
        async with uow.transaction() as tx:
            township = await tx.get(Township, code)
            if not township.is_former:  # another process was faster
                await _hand_over(uow, tx, township)


async def _hand_over(uow: UnitOfWork, tx: Transaction, township: Township) -> None:
    """Accounts, contacts, service areas and opinions go to the new code; other services are told to do the same. A
    township that becomes part of another one brings its population and its area there."""
    if township.new_code is None or township.valid_to is None:
        raise RuntimeError("only a township with a new code hands anything over")
    successor = await tx.get(Township, township.new_code)
    while successor.is_former and successor.new_code is not None:
        successor = await tx.get(Township, successor.new_code)
    joins = successor.former_code != township.code
    township.is_former = True
    for code in await teams_serving(tx.session, township.code):
        team = await tx.get(Team, code)
        # No event: whoever hears of the new code changes the areas as well.
        team.area = list(
            dict.fromkeys(successor.code if each == township.code else each for each in team.area)
        )
    await move_opinions(tx, "township", township.code, successor.code)
    await move_contacts(tx, "township", township.code, successor.code)
    await move_accounts_of_township(uow, tx, township.code, successor.code)
    tx.record(
        township,
        TownshipRecoded(
            code=township.code,
            new_code=successor.code,
            valid_from=township.valid_to + timedelta(days=1),
            joins=joins,
        ),
    )
    if joins:
        row = {"kind": "township", "code": township.code, "into": successor.code}
        await tx.session.execute(insert(merger).values(**row, merged_on=uow.today()))
        if successor.take_in(township):
            tx.record(successor, township_as_event(successor))
