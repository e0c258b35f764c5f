"""Reading what a form is filled in from, and what was made of forms before."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.requests.menu.domain import Campaign, Edition, Township
from services.requests.order_forms.tables import entered_form_order
from services.requests.orders.queries.orders import orders_by_id
from services.requests.policy import POLICY
from shared.kernel.errors import InvalidInput, NotFound
from shared.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class BlankForm:
    """What a form to be filled in says."""

    edition: Edition
    campaign: Campaign
    township: Township | None


async def get_blank_form(
    uow: UnitOfWork, edition_id: str, *, campaign_id: str, township_code: str | None
) -> BlankForm:
    """Returns what a form says. :raises NotFound: no such edition was published.

    :raises InvalidInput: there is no such campaign or township.
    """
    uow.permit(POLICY, "read_menu")
    async with uow.reading() as session:
        edition = await session.get(Edition, edition_id)
        if edition is None:
            raise NotFound(Edition.kind, edition_id)
        campaign = await session.get(Campaign, campaign_id)
        if campaign is None:
            raise InvalidInput("form_campaign_unknown", field="campaign_id", said=campaign_id)
        township = None
        if township_code is not None:
            township = await session.get(Township, township_code)
            if township is None:
                raise InvalidInput(
                    "unknown_township", field="township_code", township_code=township_code
                )
        return BlankForm(edition, campaign, township)


async def entered_before(session: AsyncSession, digests: Collection[str]) -> dict[str, str]:
    """Returns the numbers of the orders that were made from these rows before, by the rows' digest."""
    found = await session.execute(
        select(entered_form_order.c.digest, entered_form_order.c.order_id).where(
            entered_form_order.c.digest.in_(digests)
        )
    )
    by_order = {row.order_id: row.digest for row in found}
    return {
        by_order[order.id]: order.number for order in await orders_by_id(session, by_order.keys())
    }
