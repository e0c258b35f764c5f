"""Copies what catalog publishes about townships and campaigns. Teams and items are copied in
:mod:`services.dispatch.rescheduling.handlers`, because published plans have to follow their changes."""

from services.dispatch.directory.use_cases import keep_campaign, keep_township
from shared.contracts.catalog import CampaignChanged, TownshipChanged
from shared.unit_of_work import UnitOfWork


async def on_township_changed(uow: UnitOfWork, event: TownshipChanged) -> None:
    async with uow.transaction() as tx:
        await keep_township(tx, event)


async def on_campaign_changed(uow: UnitOfWork, event: CampaignChanged) -> None:
    """Plans made from now on prefer the campaign's themes, and orders that arrived before it can be planned."""
    async with uow.transaction() as tx:
        await keep_campaign(tx, event)
