"""Who holds a post when, and what they pledge."""

from collections.abc import Callable
from datetime import date, timedelta

from services.catalog.policy import POLICY
from services.catalog.volunteers.domain import Volunteer
from services.catalog.volunteers.use_cases.person_requests import Held
from services.catalog.windows.domain import (
    Holding,
    PledgeReturnReason,
    Window,
    require_days,
)
from services.catalog.windows.queries import holdings_of_person, holdings_of_post
from services.catalog.windows.use_cases.entering import post_in_reach
from shared.contracts.catalog import PledgeApproved, PledgeReturned
from shared.kernel.access import Grant
from shared.kernel.doubts import Confirmations, Doubts
from shared.kernel.errors import Conflict, InvalidInput, NotFound
from shared.kernel.ids import new_id
from shared.privacy.answering import Record
from shared.unit_of_work import Transaction, UnitOfWork

LONG_AGO = timedelta(days=31)
"""Who has held a post for longer when it is entered: perhaps a slip."""


async def fill_post(
    uow: UnitOfWork,
    post_id: str,
    *,
    volunteer_no: str,
    first_on: date,
    last_on: date | None = None,
    confirmed: Confirmations = (),
) -> Holding:
    """A volunteer of the window's team holds a post from a day on.

    :raises NotFound: there is no such post, or it is out of the actor's reach.
    :raises InvalidInput: the volunteer is not one of the team, or the days are reversed.
    :raises Conflict: somebody holds the post on these days. :raises IllegalTransition: post or window is closed.
    :raises ConfirmationNeeded: the volunteer holds another post meanwhile, or has held it for long.
    """
    grant = uow.permit(POLICY, "keep_posts")
    require_days(first_on, last_on)
    doubts = Doubts(confirmed)
    async with uow.transaction() as tx:
        post, place = await post_in_reach(tx, grant, post_id)
        place.require("fill", place.state)
        post.require("fill", post.state)
        person = await tx.find(Volunteer, volunteer_no)
        if person is None or person.team_code != place.team_code or person.state != "active":
            raise InvalidInput("holder_not_of_team", field="volunteer_no", number=volunteer_no)
        for each in await holdings_of_post(tx.session, post_id):
            if each.overlaps(first_on, last_on):
                raise Conflict(
                    "post_held",
                    field="first_on",
                    number=each.volunteer_no,
                    first=each.first_on,
                    last=each.last_on or "—",
                )
        if any(
            each.overlaps(first_on, last_on)
            for each in await holdings_of_person(tx.session, volunteer_no)
        ):
            doubts.add("holds_another_post", "volunteer_no", number=volunteer_no)
        if first_on < tx.today - LONG_AGO:
            doubts.add("holding_long_ago", "first_on", day=first_on, today=tx.today)
        doubts.settle()
        made = Holding(
            id=new_id(),
            post_id=post_id,
            window_code=place.code,
            volunteer_no=volunteer_no,
            first_on=first_on,
            last_on=last_on,
        )
        tx.add(made)
        return made


async def end_holding(uow: UnitOfWork, holding_id: str, *, last_on: date) -> Holding:
    """A volunteer holds a post up to a day; one that is before the first day means never.

    :raises NotFound: there is none, or it is out of the actor's reach. :raises InvalidInput: it is long before that.
    """
    grant = uow.permit(POLICY, "keep_posts")
    async with uow.transaction() as tx:
        found, _ = await holding_in_reach(tx, grant, holding_id)
        found.end(last_on)
        return found


async def make_pledge(uow: UnitOfWork, holding_id: str, text: str) -> Holding:
    """Whoever holds a post, or the team's leader for that person, pledges something; the corps decides on it.

    :raises NotFound: there is none, or it is out of the actor's reach. :raises InvalidInput: it is no short line.
    :raises Conflict: the post is held no more.
    """
    grant = uow.permit(POLICY, "make_pledge")
    async with uow.transaction() as tx:
        found, _ = await holding_in_reach(tx, grant, holding_id)
        if found.ended_before(tx.today):
            raise Conflict("holding_over", field="text", last=found.last_on)
        found.make_pledge(text)
        return found


async def approve_pledge(uow: UnitOfWork, holding_id: str) -> Holding:
    """A pledge counts from now on, and is printed on badges. :raises IllegalTransition: none waits."""

    def approve(tx: Transaction, found: Holding, place: Window) -> None:
        found.approve_pledge()
        tx.record(
            found,
            PledgeApproved(
                holding_id=found.id,
                window_code=place.code,
                window_name=place.name,
                window_name_en=place.name_en,
                volunteer_no=found.volunteer_no,
            ),
        )

    return await _decide(uow, holding_id, approve)


async def return_pledge(
    uow: UnitOfWork,
    holding_id: str,
    reason_code: PledgeReturnReason,
    reason: str | None,
    doubts: Doubts,
) -> Holding:
    """A pledge goes back to whoever made it. :raises IllegalTransition: none waits."""

    def give_back(tx: Transaction, found: Holding, place: Window) -> None:
        found.return_pledge(reason_code, reason)
        doubts.settle()
        tx.record(
            found,
            PledgeReturned(
                holding_id=found.id,
                window_code=place.code,
                window_name=place.name,
                window_name_en=place.name_en,
                volunteer_no=found.volunteer_no,
                reason_code=reason_code,
            ),
        )

    return await _decide(uow, holding_id, give_back)


async def holding_in_reach(
    tx: Transaction, grant: Grant, holding_id: str
) -> tuple[Holding, Window]:
    """Returns it with its window, locked. :raises NotFound: there is none, or it is out of the actor's reach."""
    found = await tx.get(Holding, holding_id)
    place = await tx.get(Window, found.window_code)
    if not grant.covers(teams=[place.team_code], person=found.volunteer_no):
        raise NotFound(Holding.kind, holding_id, states=Holding.STEPS)
    return found, place


async def move_holdings(tx: Transaction, no: str, into: str) -> None:
    """They are of the person's other number."""
    for each in await holdings_of_person(tx.session, no):
        each.volunteer_no = into


async def _collect(tx: Transaction, no: str) -> list[Record]:
    """What is held of posts about a volunteer."""
    return [
        {
            "kind": Holding.kind,
            "window_code": each.window_code,
            "first_on": each.first_on.isoformat(),
            "last_on": each.last_on and each.last_on.isoformat(),
            "pledge": each.pledge,
        }
        for each in await holdings_of_person(tx.session, no)
    ]


async def _forget(tx: Transaction, no: str) -> int:
    """A volunteer holds no post any more; number and days stay, and what the person pledged goes."""
    found = await holdings_of_person(tx.session, no)
    for each in found:
        if not each.ended_before(tx.today):
            each.end(max(tx.today, each.first_on - timedelta(days=1)))
        each.forget()
    return len(found)


HOLDINGS = Held(_collect, _forget)


async def _decide(
    uow: UnitOfWork, holding_id: str, step: Callable[[Transaction, Holding, Window], None]
) -> Holding:
    grant = uow.permit(POLICY, "decide_pledges")
    async with uow.transaction() as tx:
        found, place = await holding_in_reach(tx, grant, holding_id)
        step(tx, found, place)
        return found
