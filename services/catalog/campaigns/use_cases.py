"""Campaigns: created, corrected, closed and opened again by the coordinator, and announced as a whole each time."""

from collections.abc import Iterable
from datetime import date, timedelta

from sqlalchemy import select

from services.catalog.campaigns.domain import Campaign, Step, Theme, alike, standing
from services.catalog.campaigns.tables import campaign as campaigns
from services.catalog.items.domain import ServiceItem
from services.catalog.policy import POLICY
from shared.contracts.catalog import CampaignChanged, CampaignTheme
from shared.kernel.doubts import Confirmations, Doubts
from shared.kernel.errors import InvalidInput
from shared.unit_of_work import Transaction, UnitOfWork


async def enter_campaign(
    uow: UnitOfWork,
    code: str,
    *,
    name: str,
    name_en: str,
    starts_on: date,
    ends_on: date,
    themes: list[Theme],
    confirmed: Confirmations = (),
) -> Campaign:
    """Creates a campaign, or corrects it.

    :raises InvalidInput: a theme's item is not known, or days can't be.
    :raises ConfirmationNeeded: another campaign is called nearly the same.
    :raises IllegalTransition: it is closed.
    """
    uow.permit(POLICY, "change_campaigns")
    doubts = Doubts(confirmed)
    async with uow.transaction() as tx:
        await (
            tx.lock_service()
        )  # so that two people who enter the same campaign at once see each other
        await _require_items(tx, themes)
        campaign = await tx.find(Campaign, code)
        if campaign is None or campaign.name != name:
            await _doubt_names(tx, doubts, code, name)
        if campaign is None:
            campaign = Campaign(
                code=code,
                name=name,
                name_en=name_en,
                starts_on=starts_on,
                ends_on=ends_on,
                themes=themes,
            )
            tx.add(campaign)
        elif not campaign.correct(
            name=name, name_en=name_en, starts_on=starts_on, ends_on=ends_on, themes=themes
        ):
            return campaign
        doubts.settle()
        tx.record(campaign, _as_event(campaign))
        return campaign


async def close_campaign(uow: UnitOfWork, code: str) -> Campaign:
    """Closes a campaign: nothing is ordered for it any more. What was ordered before is planned and served.

    :raises NotFound: there is none. :raises IllegalTransition: it is closed.
    """
    return await _change(uow, code, Campaign.close)


async def reopen_campaign(uow: UnitOfWork, code: str) -> Campaign:
    """Opens a closed campaign again. :raises NotFound: there is none. :raises IllegalTransition: it is open."""
    return await _change(uow, code, Campaign.reopen)


async def ensure_standing_campaigns(uow: UnitOfWork) -> None:
    """Adds this year's 常态, and in December next year's, unless they are there."""
    today = uow.today()
    async with uow.transaction() as tx:
        await add_standing_campaigns(tx, {today.year, (today + timedelta(days=31)).year})


async def add_standing_campaigns(tx: Transaction, years: Iterable[int]) -> None:
    """Adds the 常态 of those of ``years`` that have none yet."""
    await tx.lock_service()
    for year in sorted(years):
        wanted = standing(year)
        if await tx.find(Campaign, wanted.code) is None:
            tx.add(wanted)
            tx.record(wanted, _as_event(wanted))


async def _change(uow: UnitOfWork, code: str, step: Step) -> Campaign:
    uow.permit(POLICY, "change_campaigns")
    async with uow.transaction() as tx:
        campaign = await tx.get(Campaign, code)
        step(campaign)
        tx.record(campaign, _as_event(campaign))
        return campaign


async def _doubt_names(tx: Transaction, doubts: Doubts, code: str, name: str) -> None:
    query = select(campaigns.c.code, campaigns.c.name, campaigns.c.starts_on, campaigns.c.ends_on)
    for row in await tx.session.execute(
        query.where(campaigns.c.code != code).order_by(campaigns.c.code)
    ):
        if alike(name, row.name):
            doubts.add(
                "campaign_like_another",
                "name",
                name=row.name,
                campaign=row.code,
                first=row.starts_on,
                last=row.ends_on,
            )


async def _require_items(tx: Transaction, themes: list[Theme]) -> None:
    known = await tx.find_all(
        ServiceItem, {code for theme in themes for code in theme["item_codes"]}
    )
    for number, theme in enumerate(themes):
        unknown = [code for code in theme["item_codes"] if code not in known]
        if unknown:
            field = f"themes[{number}].item_codes"
            raise InvalidInput(
                "unknown_code", field=field, kind=ServiceItem.kind, codes=", ".join(unknown)
            )


def _as_event(campaign: Campaign) -> CampaignChanged:
    return CampaignChanged(
        campaign_id=campaign.code,
        name=campaign.name,
        name_en=campaign.name_en,
        starts_on=campaign.starts_on,
        ends_on=campaign.ends_on,
        themes=tuple(CampaignTheme.model_validate(theme) for theme in campaign.themes),
        state=campaign.state,
        revision=campaign.revision,
    )
