"""What catalog publishes about editions, campaigns and townships is copied."""

from typing import cast

from sqlalchemy import insert

from services.requests.menu.domain import Campaign, Dish, Edition, Township
from services.requests.menu.tables import open_edition
from shared.contracts.catalog import CampaignChanged, EditionPublished, TownshipChanged
from shared.unit_of_work import UnitOfWork


async def on_edition_published(uow: UnitOfWork, event: EditionPublished) -> None:
    async with uow.transaction() as tx:
        if await tx.find(Edition, event.edition_id) is not None:
            return
        tx.add(
            Edition(
                id=event.edition_id,
                title=event.title,
                effective_on=event.effective_on,
                retires_on=event.retires_on,
                items=[cast(Dish, item.model_dump(mode="json")) for item in event.items],
            )
        )
        await tx.session.flush()
        await tx.session.execute(insert(open_edition).values(id=event.edition_id))


async def on_campaign_changed(uow: UnitOfWork, event: CampaignChanged) -> None:
    """Keeps the newest state of a campaign; orders that name it were checked when they were handed in."""
    async with uow.transaction() as tx:
        known = await tx.session.get(Campaign, event.campaign_id)
        if known is None or known.revision < event.revision:
            await tx.session.merge(
                Campaign(
                    id=event.campaign_id,
                    name=event.name,
                    name_en=event.name_en,
                    starts_on=event.starts_on,
                    ends_on=event.ends_on,
                    state=event.state,
                    revision=event.revision,
                )
            )


async def on_township_changed(uow: UnitOfWork, event: TownshipChanged) -> None:
    async with uow.transaction() as tx:
        await tx.session.merge(Township(code=event.code, name=event.name, name_en=event.name_en))
