"""What catalog publishes about campaigns and townships is copied."""

from services.requests.menu.domain import Campaign, Township
from shared.contracts.catalog import CampaignChanged, TownshipChanged
from shared.unit_of_work import UnitOfWork


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
        known = {name: getattr(event, name) for name in ("population", "valid_from", "valid_to")}
        await tx.session.merge(
            Township(code=event.code, name=event.name, name_en=event.name_en, **known)
        )
