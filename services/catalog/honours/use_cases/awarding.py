"""From nomination to award, and what ends one."""

from collections.abc import Sequence
from datetime import date

from services.catalog.honours.domain import Award, EndReason, Honour
from services.catalog.honours.queries import (
    expired_ids,
    honours_of_person,
    open_objections,
    standing_alike,
    upheld_objections,
)
from services.catalog.policy import POLICY
from services.catalog.volunteers.use_cases.person_requests import Held
from services.catalog.windows.domain import Post, Window
from services.catalog.windows.queries import holdings_of_window
from services.catalog.windows.use_cases.entering import window_in_reach
from shared.contracts.catalog import (
    HonourAwarded,
    HonourDeclined,
    HonourExpired,
    HonourPublicised,
    HonourWithdrawn,
)
from shared.kernel.doubts import Doubts
from shared.kernel.errors import Conflict, InvalidInput
from shared.kernel.ids import new_id
from shared.privacy.answering import Record
from shared.unit_of_work import Transaction, UnitOfWork


async def nominate(
    uow: UnitOfWork,
    *,
    award: Award,
    window_code: str,
    post_id: str | None,
    volunteer_no: str | None,
    citation: str,
    grounds: str | None,
    links: Sequence[str],
    doubts: Doubts,
) -> Honour:
    """Nominates a post of a window, or somebody who holds or held one there.

    :raises InvalidInput: the award is not for what is named, the post is not the window's, or the volunteer never held
        one there. :raises NotFound: there is no such window, or it is out of the actor's reach.
    :raises Conflict: the same is nominated already, or has the award.
    """
    grant = uow.permit(POLICY, "nominate")
    _require_one(award, post_id, volunteer_no)
    async with uow.transaction() as tx:
        place = await window_in_reach(tx, grant, window_code)
        if post_id is not None:
            post = await tx.find(Post, post_id)
            if post is None or post.window_code != window_code or post.state != "open":
                raise InvalidInput("post_not_of_window", field="post_id", name=place.name)
        if volunteer_no is not None:
            here = {each.volunteer_no for each in await holdings_of_window(tx.session, window_code)}
            if volunteer_no not in here:
                raise InvalidInput("never_held_post", field="volunteer_no", number=volunteer_no)
        if await standing_alike(tx.session, award, post_id, volunteer_no):
            raise Conflict("nominated_already", name=place.name)
        doubts.settle()
        made = Honour(
            id=new_id(),
            award=award,
            window_code=window_code,
            post_id=post_id,
            volunteer_no=volunteer_no,
            citation=citation,
            grounds=grounds,
            links=list(links),
            nominated_at=tx.business_now,
        )
        tx.add(made)
        return made


async def publicise(uow: UnitOfWork, honour_id: str, *, until_on: date) -> Honour:
    """Shows a nomination to the public up to a day, seven days at least.

    :raises NotFound: there is none. :raises IllegalTransition: it was shown before. :raises InvalidInput: too few days.
    """
    uow.permit(POLICY, "decide_honours")
    async with uow.transaction() as tx:
        found = await tx.get(Honour, honour_id)
        await _require_still_there(tx, found)
        found.publicise(until_on, tx.today)
        tx.record(found, HonourPublicised(until_on=until_on, **await _facts(tx, found)))
        return found


async def award_honour(
    uow: UnitOfWork, honour_id: str, *, awarding_body: str, expires_on: date
) -> Honour:
    """Awards what the public was shown, up to a day.

    :raises Conflict: the public is still shown it, or an objection waits for its answer.
    :raises InvalidInput: it would end before it begins, or last too long. :raises IllegalTransition: it is not shown.
    """
    uow.permit(POLICY, "decide_honours")
    async with uow.transaction() as tx:
        found = await tx.get(Honour, honour_id)
        await _require_still_there(tx, found)
        waiting = (await open_objections(tx.session, [honour_id])).get(honour_id, 0)
        found.give(
            awarding_body,
            expires_on,
            tx.today,
            open_objections=waiting,
            upheld_objections=await upheld_objections(tx.session, honour_id),
        )
        event = HonourAwarded(awarded_on=tx.today, expires_on=expires_on, **await _facts(tx, found))
        tx.record(found, event)
        return found


async def decline_honour(
    uow: UnitOfWork, honour_id: str, reason_code: EndReason, reason: str | None, doubts: Doubts
) -> Honour:
    """A nomination comes to nothing. :raises IllegalTransition: it was awarded, or has ended."""
    uow.permit(POLICY, "decide_honours")
    async with uow.transaction() as tx:
        found = await tx.get(Honour, honour_id)
        found.end("decline", tx.today, reason_code, reason)
        doubts.settle()
        tx.record(found, HonourDeclined(reason_code=reason_code, **await _facts(tx, found)))
        return found


async def withdraw_honour(
    uow: UnitOfWork, honour_id: str, reason_code: EndReason, reason: str | None, doubts: Doubts
) -> Honour:
    """An award is taken back; that it was awarded stays in the records.

    :raises IllegalTransition: it is not in force.
    """
    uow.permit(POLICY, "decide_honours")
    async with uow.transaction() as tx:
        found = await tx.get(Honour, honour_id)
        found.end("withdraw", tx.today, reason_code, reason)
        doubts.settle()
        tx.record(found, HonourWithdrawn(reason_code=reason_code, **await _facts(tx, found)))
        return found


async def end_expired(uow: UnitOfWork) -> None:
    """Ends the awards whose last day is over, and says so once."""
    async with uow.reading() as session:
        ids = await expired_ids(session, uow.today())
    for honour_id in ids:
        async with uow.transaction() as tx:
            found = await tx.get(Honour, honour_id)
            if found.state == "awarded":  # another process, or a person, may have been faster
                found.expire()
                tx.record(found, HonourExpired(**await _facts(tx, found)))


async def move_honours(tx: Transaction, no: str, into: str) -> None:
    """They are of the person's other number."""
    for each in await honours_of_person(tx.session, no):
        (await tx.get(Honour, each.id)).volunteer_no = into


async def _require_still_there(tx: Transaction, found: Honour) -> None:
    """:raises Conflict: its window or its post was closed meanwhile."""
    place = await tx.get(Window, found.window_code)
    post = None if found.post_id is None else await tx.get(Post, found.post_id)
    if place.state != "open" or (post is not None and post.state != "open"):
        raise Conflict("honoured_place_closed", name=place.name)


def _require_one(award: Award, post_id: str | None, volunteer_no: str | None) -> None:
    """:raises InvalidInput: a model post names no post or a person, or a model of service no person or a post."""
    if award == "model_post" and (post_id is None or volunteer_no is not None):
        raise InvalidInput("model_post_is_a_post", field="post_id")
    if award == "service_model" and (volunteer_no is None or post_id is not None):
        raise InvalidInput("service_model_is_a_person", field="volunteer_no")


async def _facts(tx: Transaction, found: Honour) -> dict[str, str | None]:
    place = await tx.session.get_one(Window, found.window_code)
    return {
        "honour_id": found.id,
        "award": found.award,
        "window_code": place.code,
        "window_name": place.name,
        "window_name_en": place.name_en,
        "team_code": place.team_code,
        "volunteer_no": found.volunteer_no,
    }


async def _collect(tx: Transaction, no: str) -> list[Record]:
    return [
        {
            "kind": Honour.kind,
            "award": each.award,
            "window_code": each.window_code,
            "citation": each.citation,
            "grounds": each.grounds,
            "state": each.state,
            "awarded_on": each.awarded_on and each.awarded_on.isoformat(),
            "awarding_body": each.awarding_body,
        }
        for each in await honours_of_person(tx.session, no)
    ]


async def _forget(tx: Transaction, no: str) -> int:
    """What was awarded and when stays by number; what was said of the person goes. A nomination comes to nothing."""
    found = await honours_of_person(tx.session, no)
    for each in found:
        held = await tx.get(Honour, each.id)
        if held.state in ("nominated", "publicised"):
            held.end("decline", tx.today, "person_asked", None)
            event = HonourDeclined(reason_code="person_asked", **await _facts(tx, held))
            tx.record(held, event)
        held.citation, held.grounds, held.links, held.reason = "—", None, [], None
    return len(found)


HONOURS = Held(_collect, _forget)
