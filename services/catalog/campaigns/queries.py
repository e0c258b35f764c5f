"""Reading campaigns."""

from sqlalchemy import select

from services.catalog.campaigns.domain import Campaign
from services.catalog.campaigns.tables import campaign
from services.catalog.policy import POLICY
from shared.db.paging import page_of
from shared.kernel.errors import NotFound
from shared.unit_of_work import UnitOfWork


async def list_campaigns(
    uow: UnitOfWork, *, after: str | None, limit: int
) -> tuple[list[Campaign], str | None]:
    """Returns a page of campaigns in the order of their codes, and the code to go on from."""
    uow.permit(POLICY, "read_campaigns")
    async with uow.reading() as session:
        return await page_of(session, select(Campaign), campaign.c.code, after=after, limit=limit)


async def get_campaign(uow: UnitOfWork, code: str) -> Campaign:
    """Returns the campaign with this code. :raises NotFound: there is none."""
    uow.permit(POLICY, "read_campaigns")
    async with uow.reading() as session:
        found = await session.get(Campaign, code)
    if found is None:
        raise NotFound(Campaign.kind, code, states=Campaign.STEPS)
    return found
