"""Reading opinions on drafts of the menu."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.catalog.consultation.domain import (
    Opinion,
    OpinionState,
    SeenOpinion,
    Speaker,
    Stance,
    is_open,
)
from services.catalog.consultation.tables import opinion
from services.catalog.directory.queries import active_among, townships_among
from services.catalog.editions.domain import Dish, Edition
from services.catalog.editions.queries import (
    editions_in_consultation,
    require_edition,
    unpublished_editions,
)
from services.catalog.items.queries import items_of
from services.catalog.policy import POLICY
from shared.db.paging import Listed, contains, counted_page_of
from shared.db.reach import within
from shared.kernel.access import Grant
from shared.kernel.errors import NotFound
from shared.unit_of_work import UnitOfWork

WHOLE = "-"
"""In place of an item's code: opinions on the draft as a whole."""


@dataclass(frozen=True, kw_only=True)
class Filters:
    """Which opinions are meant: those to which all that is given applies. ``item_code`` may be :data:`WHOLE`;
    ``is_drafted``: an answer is ready to be published, or not."""

    q: str | None = None
    state: OpinionState | None = None
    stance: Stance | None = None
    speaker: Speaker | None = None
    item_code: str | None = None
    is_drafted: bool | None = None


@dataclass(frozen=True, slots=True)
class OpinionCounts:
    """How many opinions on an edition there are, those that were withdrawn left out; ``drafted`` of the waiting ones
    have an answer that is ready to be published."""

    total: int
    waiting: int
    drafted: int
    answered: int
    by_stance: dict[Stance, int]
    by_speaker: dict[Speaker, int]


@dataclass(frozen=True, slots=True)
class Consultation:
    """An edition with its menu as it is now, and whether opinions on it are taken today."""

    code: str
    title: str
    effective_on: date
    retires_on: date
    consultation_until: date | None
    residents_may_speak: bool
    is_open: bool
    menu: list[Dish]


async def get_consultation(uow: UnitOfWork, edition_code: str) -> Consultation:
    """:raises NotFound: there is no such edition."""
    uow.permit(POLICY, "read_editions")
    async with uow.reading() as session:
        edition = await require_edition(session, edition_code)
        return await consultation_on(session, edition, uow.today())


async def consultation_on(session: AsyncSession, edition: Edition, today: date) -> Consultation:
    """Returns what is to be known before one speaks on an edition."""
    return Consultation(
        code=edition.code,
        title=edition.title,
        effective_on=edition.effective_on,
        retires_on=edition.retires_on,
        consultation_until=edition.consultation_until,
        residents_may_speak=edition.residents_may_speak,
        is_open=is_open(edition, today),
        menu=edition.dishes(await items_of(session, edition.item_codes)),
    )


async def list_public_consultations(uow: UnitOfWork) -> list[Consultation]:
    """Returns the drafts on which residents may speak today, the first to end first."""
    uow.permit(POLICY, "show_consultation")
    async with uow.reading() as session:
        return [
            await consultation_on(session, edition, uow.today())
            for edition in await editions_in_consultation(session, uow.today())
            if edition.residents_may_speak
        ]


async def list_opinions(
    uow: UnitOfWork, edition_code: str, filters: Filters, *, after: str | None, limit: int
) -> Listed[SeenOpinion]:
    """Returns a page of the opinions on an edition that the asker may read, the first that came first.

    :raises NotFound: there is no such edition.
    """
    grant = uow.permit(POLICY, "read_opinions")
    async with uow.reading() as session:
        await require_edition(session, edition_code)
        query = select(Opinion).where(
            opinion.c.edition_code == edition_code,
            within(grant, township=opinion.c.township_code, team=opinion.c.team_code),
        )
        if filters.q is not None:
            query = query.where(contains(filters.q, opinion.c.text))
        if filters.state is not None:
            query = query.where(opinion.c.state == filters.state)
        if filters.stance is not None:
            query = query.where(opinion.c.stance == filters.stance)
        if filters.speaker is not None:
            query = query.where(opinion.c.speaker == filters.speaker)
        if filters.item_code == WHOLE:
            query = query.where(opinion.c.item_code.is_(None))
        elif filters.item_code is not None:
            query = query.where(opinion.c.item_code == filters.item_code)
        if filters.is_drafted is not None and grant.everything:
            query = query.where(_DRAFTED if filters.is_drafted else ~_DRAFTED)
        # Ids are in the order of their making, and so are the numbers.
        found = await counted_page_of(session, query, opinion.c.id, after=after, limit=limit)
        seen = [each.seen(by_corps=grant.everything) for each in found.items]
        return Listed(seen, found.next_after, found.total)


_DRAFTED = (opinion.c.state == "waiting") & opinion.c.answer.is_not(None) & ~opinion.c.is_outdated


async def get_opinion(uow: UnitOfWork, opinion_id: str) -> SeenOpinion:
    """:raises NotFound: there is none with this id, or it is somebody else's."""
    grant = uow.permit(POLICY, "read_opinions")
    async with uow.reading() as session:
        found = await session.get(Opinion, opinion_id)
        if found is None:
            raise NotFound(Opinion.kind, opinion_id, states=Opinion.STEPS)
        require_own(grant, found)
        return found.seen(by_corps=grant.everything)


async def count_opinions(uow: UnitOfWork, edition_code: str) -> OpinionCounts:
    """:raises NotFound: there is no such edition."""
    uow.permit(POLICY, "count_opinions")
    query = (
        select(opinion.c.state, opinion.c.stance, opinion.c.speaker, _DRAFTED, func.count())
        .where(opinion.c.edition_code == edition_code, opinion.c.state != "withdrawn")
        .group_by(opinion.c.state, opinion.c.stance, opinion.c.speaker, _DRAFTED)
    )
    async with uow.reading() as session:
        await require_edition(session, edition_code)
        rows = (await session.execute(query)).all()

    def of(place: int, value: object) -> int:
        return sum(row[4] for row in rows if row[place] == value)

    return OpinionCounts(
        total=sum(row[4] for row in rows),
        waiting=of(0, "waiting"),
        drafted=sum(row[4] for row in rows if row[3]),
        answered=of(0, "answered"),
        by_stance={"for": of(1, "for"), "against": of(1, "against"), "neither": of(1, "neither")},
        by_speaker={
            "township": of(2, "township"),
            "team": of(2, "team"),
            "resident": of(2, "resident"),
        },
    )


def require_own(grant: Grant, found: Opinion) -> None:
    """:raises NotFound: the opinion is somebody else's."""
    grant.require(
        Opinion.kind,
        found.id,
        township=found.township_code,
        teams=found.teams,
        states=Opinion.STEPS,
    )


async def edition_of(session: AsyncSession, opinion_id: str) -> str:
    """Returns the code of the edition that an opinion is on. :raises NotFound: there is no such opinion."""
    code = await session.scalar(select(opinion.c.edition_code).where(opinion.c.id == opinion_id))
    if code is None:
        raise NotFound(Opinion.kind, opinion_id, states=Opinion.STEPS)
    return str(code)


async def last_number(session: AsyncSession, edition_code: str) -> int:
    """Returns the number of the latest opinion on an edition; 0: there is none yet."""
    query = select(func.max(opinion.c.number)).where(opinion.c.edition_code == edition_code)
    return await session.scalar(query) or 0


async def number_at(session: AsyncSession, place: str) -> int | None:
    """Returns the number of the opinion that takes a place, if one does."""
    return await session.scalar(select(opinion.c.number).where(opinion.c.place == place))


async def number_alike(session: AsyncSession, like: Opinion) -> int | None:
    """Returns the number of a waiting opinion on the same edition and item with the same words, if there is one."""
    query = select(opinion.c.number).where(
        opinion.c.edition_code == like.edition_code,
        opinion.c.state == "waiting",
        opinion.c.speaker == like.speaker,
        opinion.c.item_code.is_not_distinct_from(like.item_code),
        opinion.c.text == like.text,
    )
    return await session.scalar(query.limit(1))


async def unanswered_count(session: AsyncSession, edition_code: str) -> int:
    """Returns how many opinions on an edition still wait for their answer."""
    query = select(func.count()).where(
        opinion.c.edition_code == edition_code, opinion.c.state == "waiting"
    )
    return await session.scalar(query) or 0


async def drafted_ids(session: AsyncSession, edition_code: str) -> Sequence[str]:
    """Returns the ids of the opinions whose answers are ready to be published."""
    query = select(opinion.c.id).where(opinion.c.edition_code == edition_code, _DRAFTED)
    return (await session.scalars(query)).all()


async def opinions_of(
    session: AsyncSession, speaker: Literal["township", "team"], code: str
) -> Sequence[str]:
    """Returns the ids of the opinions of a township or a team."""
    column = opinion.c.township_code if speaker == "township" else opinion.c.team_code
    return (await session.scalars(select(opinion.c.id).where(column == code))).all()


async def opinion_of_receipt(session: AsyncSession, digest: str) -> Opinion | None:
    """Returns the opinion that a resident got a receipt for, by the receipt's digest."""
    query = select(Opinion).where(opinion.c.receipt_digest == digest)
    return (await session.scalars(query)).one_or_none()


async def unheard_consultations(
    session: AsyncSession, today: date, *, townships: Collection[str], teams: Collection[str]
) -> list[Edition]:
    """Returns the editions on which these townships or teams may speak, and have said nothing yet."""
    townships = await townships_among(session, townships)
    teams = await active_among(session, teams)
    if not townships and not teams:
        return []
    is_theirs = or_(opinion.c.township_code.in_(townships), opinion.c.team_code.in_(teams))
    spoken = select(opinion.c.edition_code).where(is_theirs, opinion.c.state != "withdrawn")
    heard = set(await session.scalars(spoken.distinct()))
    open_now = await editions_in_consultation(session, today)
    return [edition for edition in open_now if edition.code not in heard]


async def editions_to_answer(session: AsyncSession) -> list[tuple[Edition, int]]:
    """Returns the editions with opinions that wait for their answers, and how many wait."""
    counted = [
        (edition, await unanswered_count(session, edition.code))
        for edition in await unpublished_editions(session)
    ]
    return [(edition, count) for edition, count in counted if count]
