"""Reading campaigns."""

from collections.abc import Iterable
from typing import Literal

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.catalog.campaigns.domain import Campaign, CampaignState, standing
from services.catalog.campaigns.tables import campaign
from services.catalog.policy import POLICY
from shared.db.paging import Listed, SortedBy, contains, counted_page_of
from shared.kernel.errors import NotFound
from shared.unit_of_work import UnitOfWork

Sort = Literal["code", "name", "starts_on", "-starts_on"]
"""By what a list of campaigns can be ordered; ``-`` is the latest first."""

_SORTS = {
    "code": None,
    "name": SortedBy(campaign.c.name),
    "starts_on": SortedBy(campaign.c.starts_on),
    "-starts_on": SortedBy(campaign.c.starts_on, descending=True),
}


async def list_campaigns(
    uow: UnitOfWork,
    *,
    q: str | None,
    sort: Sort,
    state: CampaignState | None,
    after: str | None,
    limit: int,
) -> Listed[Campaign]:
    """Returns a page of campaigns in a state, whose names or codes contain ``q``."""
    uow.permit(POLICY, "read_campaigns")
    query = select(Campaign)
    if q is not None:
        query = query.where(contains(q, campaign.c.name, campaign.c.name_en, campaign.c.code))
    if state is not None:
        query = query.where(campaign.c.state == state)
    async with uow.reading() as session:
        return await counted_page_of(
            session, query, campaign.c.code, after=after, limit=limit, by=_SORTS[sort]
        )


async def get_campaign(uow: UnitOfWork, code: str) -> Campaign:
    """Returns the campaign with this code. :raises NotFound: there is none."""
    uow.permit(POLICY, "read_campaigns")
    async with uow.reading() as session:
        found = await session.get(Campaign, code)
    if found is None:
        raise NotFound(Campaign.kind, code, states=Campaign.STEPS)
    return found


async def years_without_standing(session: AsyncSession, years: Iterable[int]) -> list[int]:
    """Returns those of ``years`` that have no standing campaign yet."""
    codes = {standing(year).code: year for year in years}
    known = set(await session.scalars(select(campaign.c.code).where(campaign.c.code.in_(codes))))
    return [year for code, year in codes.items() if code not in known]
