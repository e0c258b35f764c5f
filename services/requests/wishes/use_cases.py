"""Making and withdrawing wishes, gathering those that mean the same, and answering them.

Each of these takes the service's lock first: a wish comes to a group while that is answered, or another is put
elsewhere. They are rare, and orders do not wait for it.
"""

from collections.abc import Sequence

from pydantic import BaseModel

from services.requests.menu.domain import Dish, Edition, Township
from services.requests.policy import POLICY
from services.requests.wishes.domain.likeness import ALIKE, likeness
from services.requests.wishes.domain.wish import (
    Answer,
    DeclineReason,
    Saying,
    Seen,
    Wish,
    WishGroup,
    require_part,
)
from services.requests.wishes.queries import (
    SeenGroup,
    SeenWish,
    adopted_for,
    group_as_seen,
    last_number,
    member_ids,
    seen_wish,
    waiting_wishes,
)
from shared.contracts.catalog import EditionPublished, WishedItemEntered
from shared.contracts.requests import (
    WishAdopted,
    WishAdoptionEnded,
    WishAnswered,
    WishMade,
    WishOmitted,
    WishPublished,
)
from shared.db.idempotency import claim
from shared.kernel.access import Role
from shared.kernel.doubts import Confirmations, Doubts
from shared.kernel.errors import Conflict, InvalidInput, NotFound
from shared.kernel.ids import new_id
from shared.kernel.text import matched
from shared.unit_of_work import Transaction, UnitOfWork


async def make_wish(
    uow: UnitOfWork,
    saying: Saying,
    *,
    idempotency_key: str | None,
    request: BaseModel,
    confirmed: Confirmations = (),
) -> SeenWish:
    """Takes a wish, and puts it beside the one that waits and is the likest, if any is alike.

    :raises InvalidInput: the township is not known here, or whoever enters it for one does not say how it came.
    :raises Conflict: the key was used with another request.
    """
    grant = uow.permit(POLICY, "make_wish")
    grant.require_for("township_code", township=saying.township_code)
    if saying.came_by == "online" and Role.OFFICER not in uow.actor.roles:
        raise InvalidInput("came_by_needed", field="came_by")
    async with uow.transaction() as tx:
        if await tx.session.get(Township, saying.township_code) is None:
            raise InvalidInput(
                "unknown_township", field="township_code", township_code=saying.township_code
            )
        wish_id = new_id()
        if (known := await claim(tx, idempotency_key, request, wish_id)) != wish_id:
            earlier = await tx.get(Wish, known)
            grant.require(Wish.kind, known, township=earlier.township_code)
            return seen_wish(earlier, await tx.get(WishGroup, earlier.group_id))
        await tx.lock_service()
        waiting = await waiting_wishes(tx.session)
        doubts = Doubts(confirmed)
        _doubt_twice(saying.township_code, saying.what, waiting, doubts)
        doubts.settle()
        group, alike = await _place_for(tx, saying.what, waiting)
        wish = Wish.made(
            wish_id,
            await last_number(tx.session) + 1,
            saying,
            tx.business_now,
            group_id=group.id,
            likeness=alike,
        )
        tx.add(wish)
        tx.record(
            wish,
            WishMade(wish_id=wish.id, number=wish.number, township_code=wish.township_code),
        )
        return seen_wish(wish, group)


async def edit_wish(
    uow: UnitOfWork,
    wish_id: str,
    *,
    what: str,
    residents: int,
    timing: str | None,
    purpose: str | None,
    confirmed: Confirmations = (),
) -> SeenWish:
    """Whose wish it is says it in other words while it waits. Where it is beside others it stays there, and the corps
    is to look at it again; where it is alone it is put beside the likest.

    :raises NotFound: it is another township's. :raises IllegalTransition: it is answered or withdrawn.
    """
    grant = uow.permit(POLICY, "make_wish")
    async with uow.transaction() as tx:
        await tx.lock_service()
        wish = await tx.get(Wish, wish_id)
        grant.require(Wish.kind, wish_id, township=wish.township_code, states=Wish.STEPS)
        others = [each for each in await waiting_wishes(tx.session) if each.id != wish.id]
        was = wish.what
        doubts = Doubts(confirmed)
        if wish.edit(what, residents, timing, purpose) and matched(what) != matched(was):
            _doubt_twice(wish.township_code, what, others, doubts)
            await _place_again(tx, wish, others)
        doubts.settle()
        return seen_wish(wish, await tx.get(WishGroup, wish.group_id))


async def withdraw_wish(uow: UnitOfWork, wish_id: str) -> SeenWish:
    """:raises NotFound: it is another township's. :raises IllegalTransition: it is answered or withdrawn."""
    grant = uow.permit(POLICY, "make_wish")
    async with uow.transaction() as tx:
        await tx.lock_service()
        wish = await tx.get(Wish, wish_id)
        grant.require(Wish.kind, wish_id, township=wish.township_code, states=Wish.STEPS)
        wish.withdraw()
        group = await tx.get(WishGroup, wish.group_id)
        await _note_emptied(tx, {group.id})
        return seen_wish(wish, group)


async def gather_wishes(uow: UnitOfWork, group_id: str, wish_ids: Sequence[str]) -> SeenGroup:
    """Puts wishes into a group, from wherever they are; says of those that are in it that they belong there.

    :raises NotFound: there is no such group or wish. :raises IllegalTransition: one of them is answered.
    """
    uow.permit(POLICY, "group_wishes")
    async with uow.transaction() as tx:
        await tx.lock_service()
        group = await tx.get(WishGroup, group_id)
        wishes = await _wishes(tx, wish_ids)
        left = {wish.group_id for wish in wishes} - {group_id}
        for wish in wishes:
            wish.join(group)
        await _note_emptied(tx, left)
        return await group_as_seen(tx.session, group_id)


async def part_wishes(uow: UnitOfWork, group_id: str, wish_ids: Sequence[str]) -> SeenGroup:
    """Takes wishes out of a group into a new one, and returns that.

    :raises NotFound: there is no such group, or a wish is not in it. :raises IllegalTransition: it is answered.
    :raises InvalidInput: nothing would be left of the group.
    """
    uow.permit(POLICY, "group_wishes")
    async with uow.transaction() as tx:
        await tx.lock_service()
        group = await tx.get(WishGroup, group_id)
        group.require("gather", group.state)
        members = await _members(tx, group_id)
        parted = await _wishes(tx, wish_ids)
        for wish in parted:
            if wish.group_id != group_id:
                raise NotFound(Wish.kind, wish.id, states=Wish.STEPS)
        require_part(members, parted)
        new = WishGroup(id=new_id())
        tx.add(new)
        for wish in parted:
            wish.join(new)
        await tx.flush()
        return await group_as_seen(tx.session, new.id)


async def match_wishes(
    uow: UnitOfWork,
    group_id: str,
    *,
    seen: Seen,
    edition_id: str,
    item_code: str,
    answer: str | None,
    confirmed: Doubts,
) -> SeenGroup:
    """Says that a menu has the item already.

    :raises NotFound: :raises IllegalTransition: :raises Conflict: see :func:`_answering`.
    :raises InvalidInput: the menu is not known, is over, or lacks the item.
    """
    uow.permit(POLICY, "answer_wishes")
    async with uow.transaction() as tx:
        group, wishes = await _answering(tx, group_id, seen, confirmed)
        dish = await _dish(uow, tx, edition_id, item_code)
        ended = group.state == "adopted"
        group.match(edition_id, item_code, (dish["name"], dish["name_en"]), answer)
        return await _answered(tx, group, wishes, "matched", adoption_ended=ended)


async def adopt_wishes(
    uow: UnitOfWork,
    group_id: str,
    *,
    seen: Seen,
    edition_id: str,
    item_name: str,
    item_name_en: str,
    answer: str | None,
    confirmed: Doubts,
) -> SeenGroup:
    """Has the teams asked about an item of this name in the survey of an edition that is not published yet.

    :raises NotFound: :raises IllegalTransition: see :func:`_answering`. :raises Conflict: the edition is published, or
        as there.
    """
    uow.permit(POLICY, "answer_wishes")
    async with uow.transaction() as tx:
        group, wishes = await _answering(tx, group_id, seen, confirmed)
        published = await tx.session.get(Edition, edition_id)
        if published is not None:
            raise Conflict("edition_published_already", field="edition_id", title=published.title)
        group.adopt(edition_id, (item_name, item_name_en), answer)
        tx.record(
            group,
            WishAdopted(
                group_id=group.id,
                edition_id=edition_id,
                item_name=item_name,
                item_name_en=item_name_en,
                wishes=len(wishes),
                residents=sum(wish.residents for wish in wishes),
            ),
        )
        return await _answered(tx, group, wishes, "adopted")


async def decline_wishes(
    uow: UnitOfWork,
    group_id: str,
    *,
    seen: Seen,
    reason_code: DeclineReason,
    reason: str | None,
    confirmed: Doubts,
) -> SeenGroup:
    """:raises NotFound: :raises IllegalTransition: :raises Conflict: see :func:`_answering`."""
    uow.permit(POLICY, "answer_wishes")
    async with uow.transaction() as tx:
        group, wishes = await _answering(tx, group_id, seen, confirmed)
        ended = group.state == "adopted"
        group.decline(reason_code, reason)
        return await _answered(tx, group, wishes, "declined", adoption_ended=ended)


async def note_item(uow: UnitOfWork, event: WishedItemEntered) -> None:
    """The corps entered what was adopted as an item of the directory."""
    async with uow.transaction() as tx:
        group = await tx.find(WishGroup, event.group_id)
        if group is not None:
            group.become_item(event.edition_id, event.item_code)


async def follow_edition(uow: UnitOfWork, event: EditionPublished) -> None:
    """Whoever wished for what was adopted for this edition is told whether it has it."""
    async with uow.transaction() as tx:
        ids = await adopted_for(tx.session, event.edition_id)
        if not ids:
            return
        await tx.lock_service()
        item_codes = [item.item_code for item in event.items]
        for group in (await tx.find_all(WishGroup, ids)).values():
            if not group.follow_edition(event.edition_id, item_codes):
                continue
            for wish in await _members(tx, group.id):
                wish.state = "published" if group.state == "published" else "left_out"
                facts = {
                    "wish_id": wish.id,
                    "number": wish.number,
                    "township_code": wish.township_code,
                    "edition_id": event.edition_id,
                    "item_name": group.item_name or "",
                    "item_name_en": group.item_name_en or "",
                }
                if group.state == "published":
                    tx.record(wish, WishPublished(item_code=group.item_code or "", **facts))
                else:
                    tx.record(wish, WishOmitted(**facts))


def _doubt_twice(township_code: str, what: str, waiting: Sequence[Wish], doubts: Doubts) -> None:
    for each in waiting:
        if each.township_code == township_code and matched(each.what) == matched(what):
            doubts.add("wish_like_another", "what", number=each.number)
            return


def _likest(what: str, waiting: Sequence[Wish]) -> tuple[Wish, int] | None:
    """Returns the waiting wish that is the likest and how alike it is; None where none is alike."""
    best = max(waiting, key=lambda each: (likeness(what, each.what), -each.number), default=None)
    alike = likeness(what, best.what) if best is not None else 0
    return (best, alike) if best is not None and alike >= ALIKE else None


async def _place_for(
    tx: Transaction, what: str, waiting: Sequence[Wish]
) -> tuple[WishGroup, int | None]:
    """Returns the group of the likest waiting wish and how alike they are, or a new group."""
    if (likest := _likest(what, waiting)) is not None:
        return await tx.get(WishGroup, likest[0].group_id), likest[1]
    group = WishGroup(id=new_id())
    tx.add(group)
    return group, None


async def _place_again(tx: Transaction, wish: Wish, others: Sequence[Wish]) -> None:
    """Sees where a wish belongs that says something else now."""
    beside = [each for each in await _members(tx, wish.group_id) if each.id != wish.id]
    if beside:
        wish.lie_beside(wish.group_id, max(likeness(wish.what, each.what) for each in beside))
    elif (likest := _likest(wish.what, others)) is not None:
        left = wish.group_id
        wish.lie_beside(likest[0].group_id, likest[1])
        await _note_emptied(tx, {left})
    else:
        wish.lie_beside(wish.group_id, None)


async def _wishes(tx: Transaction, wish_ids: Sequence[str]) -> list[Wish]:
    """:raises NotFound: there is no such wish."""
    found = await tx.find_all(Wish, wish_ids)
    for key in wish_ids:
        if key not in found:
            raise NotFound(Wish.kind, key, states=Wish.STEPS)
    return list(found.values())


async def _members(tx: Transaction, group_id: str) -> list[Wish]:
    found = await tx.find_all(Wish, await member_ids(tx.session, [group_id]))
    return sorted(found.values(), key=lambda wish: wish.number)


async def _note_emptied(tx: Transaction, group_ids: set[str]) -> None:
    """Groups whose last wish has gone are no more."""
    await tx.flush()
    for group in (await tx.find_all(WishGroup, group_ids)).values():
        if not await member_ids(tx.session, [group.id]):
            group.state = "emptied"
    await tx.flush()


async def _answering(
    tx: Transaction, group_id: str, seen: Seen, doubts: Doubts
) -> tuple[WishGroup, list[Wish]]:
    """Returns a group that is to be answered, with its wishes, all locked.

    :raises NotFound: there is no such group. :raises Conflict: its wishes are others than were ``seen``, or some are in
        it by likeness only and nobody has said that they belong there.
    """
    await tx.lock_service()
    group = await tx.get(WishGroup, group_id)
    wishes = await _members(tx, group_id)
    group.require_seen(wishes, seen)
    if unsure := [wish for wish in wishes if not wish.is_confirmed]:
        numbers = "、".join(str(wish.number) for wish in unsure)
        doubts.add("gathered_by_likeness", "wish_ids", numbers=numbers)
    doubts.settle()
    return group, wishes


async def _answered(
    tx: Transaction,
    group: WishGroup,
    wishes: Sequence[Wish],
    answer: Answer,
    *,
    adoption_ended: bool = False,
) -> SeenGroup:
    group.answered_at = tx.business_now
    if adoption_ended:
        tx.record(group, WishAdoptionEnded(group_id=group.id))
    for wish in wishes:
        wish.require("answer", wish.state)
        wish.state = answer
        wish.is_confirmed = True
        tx.record(
            wish,
            WishAnswered(
                wish_id=wish.id,
                number=wish.number,
                township_code=wish.township_code,
                answer=answer,
                edition_id=group.edition_id,
                item_code=group.item_code,
                item_name=group.item_name or "",
                item_name_en=group.item_name_en or "",
                reason_code=group.reason_code,
            ),
        )
    await tx.flush()
    return await group_as_seen(tx.session, group.id)


async def _dish(uow: UnitOfWork, tx: Transaction, edition_id: str, item_code: str) -> Dish:
    """:raises InvalidInput: the menu is not known here or lacks the item. :raises Conflict: it is over."""
    edition = await tx.session.get(Edition, edition_id)
    if edition is None:
        raise InvalidInput("unknown_edition", field="edition_id", edition=edition_id)
    if edition.state == "withdrawn":
        raise Conflict("edition_withdrawn", field="edition_id")
    if edition.retires_on < uow.today():
        raise Conflict(
            "menu_is_over", field="edition_id", title=edition.title, last=edition.retires_on
        )
    for dish in edition.items:
        if dish["item_code"] == item_code:
            return dish
    raise InvalidInput("not_on_menu", field="item_code", edition=edition.title, item_code=item_code)
