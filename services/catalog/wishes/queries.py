"""Reading what was wished for, and what teams say to it."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.catalog.editions.queries import require_edition
from services.catalog.policy import POLICY
from services.catalog.wishes.domain import WishedItem, WishedOffer
from services.catalog.wishes.tables import wished_item, wished_offer
from shared.db.reach import within
from shared.kernel.access import Grant
from shared.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class AskedWish:
    """What was wished for, with the answers that the asker may read: a leader the own team's only."""

    wished: WishedItem
    offers: Sequence[WishedOffer]


async def list_wished_items(uow: UnitOfWork, edition_code: str) -> list[AskedWish]:
    """Returns what teams are asked about in the survey of an edition, the most wished for first.

    :raises NotFound: there is no such edition.
    """
    grant = uow.permit(POLICY, "read_wished_items")
    async with uow.reading() as session:
        await require_edition(session, edition_code)
        query = (
            select(WishedItem)
            .where(wished_item.c.edition_code == edition_code)
            .order_by(wished_item.c.wishes.desc(), wished_item.c.id)
        )
        return await with_offers(session, list(await session.scalars(query)), grant)


async def with_offers(
    session: AsyncSession, wished: Sequence[WishedItem], grant: Grant
) -> list[AskedWish]:
    query = (
        select(WishedOffer)
        .where(
            wished_offer.c.wished_id.in_([each.id for each in wished]),
            within(grant, team=wished_offer.c.team_code),
        )
        .order_by(wished_offer.c.team_code)
    )
    offers: defaultdict[str, list[WishedOffer]] = defaultdict(list)
    for offer in await session.scalars(query):
        offers[offer.wished_id].append(offer)
    return [AskedWish(each, offers[each.id]) for each in wished]


async def offers_of_team(session: AsyncSession, team_code: str) -> list[str]:
    """Returns the ids of what a team said to wishes, in order."""
    query = select(wished_offer.c.id).where(wished_offer.c.team_code == team_code)
    return list(await session.scalars(query.order_by(wished_offer.c.id)))
