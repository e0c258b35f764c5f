"""Reading wishes: a township's own with their answers, and the groups in which the corps answers them."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.requests.menu.queries import names_of_townships
from services.requests.policy import POLICY
from services.requests.wishes.domain.likeness import WORTH_SHOWING, likeness
from services.requests.wishes.domain.wish import CameBy, GroupState, Wish, WishGroup, WishState
from services.requests.wishes.tables import wish, wish_group
from shared.db.paging import Listed, SortedBy, contains, counted_page_of
from shared.db.reach import within
from shared.kernel.errors import NotFound
from shared.tasks.kinds import SharedKind, SharedKinds
from shared.tasks.queries import Choice
from shared.tasks.task import MOST_OF_A_KIND, Task
from shared.unit_of_work import UnitOfWork

COMPARED = 500
"""A wish is compared with so many of those that wait, the newest; the corps answers long before there are more."""

SHOWN_ALIKE = 10


@dataclass(frozen=True, slots=True)
class SeenWish:
    """A wish with the answer of its group."""

    id: str
    number: int
    township_code: str
    came_by: CameBy
    what: str
    residents: int
    timing: str | None
    purpose: str | None
    said_at: datetime
    group_id: str
    likeness: int | None
    is_confirmed: bool
    state: WishState
    answer: str | None
    edition_id: str | None
    item_code: str | None
    item_name: str | None
    item_name_en: str | None
    reason_code: str | None
    answered_at: datetime | None


@dataclass(frozen=True, slots=True)
class SeenGroup:
    """Wishes that are answered together, the oldest first."""

    id: str
    state: GroupState
    answer: str | None
    edition_id: str | None
    item_code: str | None
    item_name: str | None
    item_name_en: str | None
    reason_code: str | None
    answered_at: datetime | None
    wishes: Sequence[Wish]

    @property
    def residents(self) -> int:
        return sum(each.residents for each in self.wishes)

    @property
    def edits(self) -> int:
        return sum(each.edits for each in self.wishes)


@dataclass(frozen=True, slots=True)
class Alike:
    """A wish of another group that may mean the same: how much it is alike, in per cent, and how that group stands."""

    wish: Wish
    likeness: int
    state: GroupState


async def list_wishes(
    uow: UnitOfWork,
    *,
    q: str | None,
    state: WishState | None,
    township_code: str | None,
    after: str | None,
    limit: int,
) -> Listed[SeenWish]:
    """Returns a page of the wishes that the asker may read, the newest first."""
    grant = uow.permit(POLICY, "read_wishes")
    query = select(Wish).where(within(grant, township=wish.c.township_code))
    if q is not None:
        query = query.where(contains(q, wish.c.what, wish.c.purpose))
    if state is not None:
        query = query.where(wish.c.state == state)
    if township_code is not None:
        query = query.where(wish.c.township_code == township_code)
    async with uow.reading() as session:
        newest = SortedBy(wish.c.number, descending=True)
        found = await counted_page_of(
            session, query, wish.c.id, after=after, limit=limit, by=newest
        )
        seen = await _with_answers(session, found.items)
        return Listed(seen, found.next_after, found.total)


async def get_wish(uow: UnitOfWork, wish_id: str) -> SeenWish:
    """:raises NotFound: there is none with this id, or it is another township's."""
    grant = uow.permit(POLICY, "read_wishes")
    async with uow.reading() as session:
        found = await session.get(Wish, wish_id)
        if found is None:
            raise NotFound(Wish.kind, wish_id, states=Wish.STEPS)
        grant.require(Wish.kind, wish_id, township=found.township_code, states=Wish.STEPS)
        return (await _with_answers(session, [found]))[0]


async def list_groups(
    uow: UnitOfWork, *, state: GroupState | None, after: str | None, limit: int
) -> Listed[SeenGroup]:
    """Returns a page of the groups with their wishes, the oldest first; those that were emptied are left out."""
    uow.permit(POLICY, "read_wish_groups")
    query = select(WishGroup).where(wish_group.c.state != "emptied")
    if state is not None:
        query = query.where(wish_group.c.state == state)
    async with uow.reading() as session:
        found = await counted_page_of(session, query, wish_group.c.id, after=after, limit=limit)
        members = await _members(session, [group.id for group in found.items])
        seen = [_seen_group(group, members[group.id]) for group in found.items]
        return Listed(seen, found.next_after, found.total)


async def get_group(uow: UnitOfWork, group_id: str) -> SeenGroup:
    """:raises NotFound: there is none with this id, or all its wishes were put elsewhere."""
    uow.permit(POLICY, "read_wish_groups")
    async with uow.reading() as session:
        return await group_as_seen(session, group_id)


async def group_as_seen(session: AsyncSession, group_id: str) -> SeenGroup:
    found = await session.get(WishGroup, group_id)
    if found is None or found.state == "emptied":
        raise NotFound(WishGroup.kind, group_id, states=WishGroup.STEPS)
    return _seen_group(found, (await _members(session, [group_id]))[group_id])


async def list_alike(uow: UnitOfWork, group_id: str) -> list[Alike]:
    """Returns wishes of other groups, whether these wait or not, that may mean the same: the likest first.

    :raises NotFound: as :func:`get_group`.
    """
    uow.permit(POLICY, "read_wish_groups")
    async with uow.reading() as session:
        group = await group_as_seen(session, group_id)
        query = (
            select(Wish, wish_group.c.state)
            .join(wish_group, wish_group.c.id == wish.c.group_id)
            .where(wish.c.group_id != group_id, wish.c.state != "withdrawn")
            .order_by(wish.c.number.desc())
            .limit(COMPARED)
        )
        others = (await session.execute(query)).all()
    alike = [
        Alike(
            other, max((likeness(each.what, other.what) for each in group.wishes), default=0), state
        )
        for other, state in others
    ]
    shown = [each for each in alike if each.likeness >= WORTH_SHOWING]
    return sorted(shown, key=lambda each: (-each.likeness, each.wish.number))[:SHOWN_ALIKE]


async def count_groups(uow: UnitOfWork) -> dict[str, int]:
    """Returns how many groups are in each state that any is in."""
    uow.permit(POLICY, "read_wish_groups")
    query = (
        select(wish_group.c.state, func.count())
        .where(wish_group.c.state != "emptied")
        .group_by(wish_group.c.state)
    )
    async with uow.reading() as session:
        return {row[0]: row[1] for row in await session.execute(query)}


async def waiting_wishes(session: AsyncSession) -> list[Wish]:
    """Returns the newest of those that wait."""
    query = select(Wish).where(wish.c.state == "waiting").order_by(wish.c.id.desc()).limit(COMPARED)
    return list(await session.scalars(query))


async def member_ids(session: AsyncSession, group_ids: Iterable[str]) -> list[str]:
    """Returns the ids of the wishes of some groups, without those that were withdrawn."""
    query = select(wish.c.id).where(wish.c.group_id.in_(group_ids), wish.c.state != "withdrawn")
    return list(await session.scalars(query))


class OfMenu(NamedTuple):
    """A wish to which a menu has the item."""

    township_code: str
    item_code: str
    wish_id: str
    number: int
    residents: int
    said_at: datetime


async def list_of_menu(session: AsyncSession, since: datetime) -> list[OfMenu]:
    """Returns the wishes that were said since a moment and that were answered with an item of a menu, or that became
    one."""
    query = (
        select(
            wish.c.township_code,
            wish_group.c.item_code,
            wish.c.id,
            wish.c.number,
            wish.c.residents,
            wish.c.said_at,
        )
        .join(wish_group, wish_group.c.id == wish.c.group_id)
        .where(
            wish.c.state.in_(("matched", "published")),
            wish.c.said_at >= since,
            wish_group.c.item_code.is_not(None),
        )
        .order_by(wish.c.number)
    )
    return [OfMenu(*row) for row in await session.execute(query)]


async def last_number(session: AsyncSession) -> int:
    return int(await session.scalar(select(func.max(wish.c.number))) or 0)


async def adopted_for(session: AsyncSession, edition_id: str) -> list[str]:
    """Returns the ids of the groups that teams are asked about for an edition."""
    query = select(wish_group.c.id).where(
        wish_group.c.edition_id == edition_id, wish_group.c.state == "adopted"
    )
    return list(await session.scalars(query))


async def _waiting(session: AsyncSession, _today: date, ids: Collection[str]) -> set[str]:
    query = select(wish_group.c.id).where(wish_group.c.id.in_(ids), wish_group.c.state == "waiting")
    return set(await session.scalars(query))


SHARED_KINDS: SharedKinds = {"wish_to_answer": SharedKind(WishGroup.kind, _waiting)}


async def wishes_to_answer(session: AsyncSession, choice: Choice) -> tuple[str, int, list[Task]]:
    """Returns the groups of wishes that wait for an answer, as tasks."""
    code = "wish_to_answer"
    waiting = (wish_group.c.state == "waiting", choice.of(code)(wish_group.c.id))
    query = select(wish_group.c.id).where(*waiting).order_by(wish_group.c.id).limit(MOST_OF_A_KIND)
    ids = list(await session.scalars(query))
    count = len(ids)
    if count == MOST_OF_A_KIND:
        counting = select(func.count()).select_from(wish_group).where(*waiting)
        count = int(await session.scalar(counting) or 0)
    members = await _members(session, ids)
    names = await names_of_townships(
        session, {members[key][0].township_code for key in ids if members[key]}
    )
    tasks = []
    for key in ids:
        if members[key]:
            first = members[key][0]
            name, name_en = names.get(first.township_code, (first.township_code, ""))
            facts: dict[str, str | int] = {
                "number": first.number,
                "count": len(members[key]),
                "township": name,
                "township_en": name_en,
            }
            tasks.append(Task(code, f"{WishGroup.kind}:{key}", facts))
    return code, count, tasks


async def _members(session: AsyncSession, group_ids: Sequence[str]) -> dict[str, list[Wish]]:
    found: defaultdict[str, list[Wish]] = defaultdict(list)
    if group_ids:
        query = (
            select(Wish)
            .where(wish.c.group_id.in_(group_ids), wish.c.state != "withdrawn")
            .order_by(wish.c.number)
        )
        for each in await session.scalars(query):
            found[each.group_id].append(each)
    return found


async def _with_answers(session: AsyncSession, wishes: Sequence[Wish]) -> list[SeenWish]:
    ids = {each.group_id for each in wishes}
    query = select(WishGroup).where(wish_group.c.id.in_(ids))
    groups = {group.id: group for group in await session.scalars(query)}
    return [seen_wish(each, groups[each.group_id]) for each in wishes]


def seen_wish(each: Wish, group: WishGroup) -> SeenWish:
    """Returns a wish with the answer of its group; one that was withdrawn is not among those answered."""
    answered = group if each.state != "withdrawn" else WishGroup(id=group.id)
    return SeenWish(
        id=each.id,
        number=each.number,
        township_code=each.township_code,
        came_by=each.came_by,
        what=each.what,
        residents=each.residents,
        timing=each.timing,
        purpose=each.purpose,
        said_at=each.said_at,
        group_id=each.group_id,
        likeness=each.likeness,
        is_confirmed=each.is_confirmed,
        state=each.state,
        answer=answered.answer,
        edition_id=answered.edition_id,
        item_code=answered.item_code,
        item_name=answered.item_name,
        item_name_en=answered.item_name_en,
        reason_code=answered.reason_code,
        answered_at=answered.answered_at,
    )


def _seen_group(group: WishGroup, wishes: Sequence[Wish]) -> SeenGroup:
    return SeenGroup(
        id=group.id,
        state=group.state,
        answer=group.answer,
        edition_id=group.edition_id,
        item_code=group.item_code,
        item_name=group.item_name,
        item_name_en=group.item_name_en,
        reason_code=group.reason_code,
        answered_at=group.answered_at,
        wishes=wishes,
    )
