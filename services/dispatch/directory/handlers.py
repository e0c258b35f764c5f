"""What catalog publishes about townships and campaigns is copied. Changes of teams and items are followed up in
:mod:`services.dispatch.rescheduling.handlers`: published plans may no longer hold after them."""

from services.dispatch.directory.use_cases import keep_campaign, keep_township
from shared.contracts.catalog import CampaignChanged, TownshipChanged
from shared.unit_of_work import UnitOfWork


async def on_township_changed(uow: UnitOfWork, event: TownshipChanged) -> None:
    async with uow.transaction() as tx:
        await keep_township(tx, event)


async def on_campaign_changed(uow: UnitOfWork, event: CampaignChanged) -> None:
    """Plans made from now on prefer what its themes say; demand that came before it can be planned from now on."""
    async with uow.transaction() as tx:
        await keep_campaign(tx, event)
