"""What campaigns are about: every plan that is made from now on prefers what fits."""

from datetime import date

from pydantic import BaseModel
from sqlalchemy import select

from services.dispatch.application.policy import POLICY
from services.dispatch.domain.theme import CampaignTheme
from services.dispatch.store.tables import campaign_theme, item
from shared.db.idempotency import claim
from shared.db.paging import page_of
from shared.db.unit_of_work import Transaction, UnitOfWork
from shared.kernel.errors import InvalidInput
from shared.kernel.ids import new_id


async def add_theme(
    uow: UnitOfWork,
    request: BaseModel,
    idempotency_key: str | None,
    *,
    campaign: str,
    name: str,
    name_en: str,
    starts_on: date | None,
    ends_on: date | None,
    item_codes: list[str],
) -> CampaignTheme:
    """:raises InvalidInput: an item is not known, or the days are reversed."""
    uow.permit(POLICY, "change_themes")
    async with uow.transaction() as tx:
        made = CampaignTheme(
            id=new_id(),
            campaign=campaign,
            made_at=tx.now,
            name=name,
            name_en=name_en,
            starts_on=starts_on,
            ends_on=ends_on,
            item_codes=item_codes,
        )
        known = await claim(tx, idempotency_key, request, made.id)
        if known != made.id:
            return await tx.get(CampaignTheme, known)
        await _require_items(tx, item_codes)
        tx.add(made)
        return made


async def correct_theme(
    uow: UnitOfWork,
    theme_id: str,
    *,
    name: str,
    name_en: str,
    starts_on: date | None,
    ends_on: date | None,
    item_codes: list[str],
) -> CampaignTheme:
    """Says it anew, as a whole; what has been planned stays as it is.

    :raises InvalidInput: as :func:`add_theme`. :raises NotFound: there is no such theme.
    """
    uow.permit(POLICY, "change_themes")
    async with uow.transaction() as tx:
        found = await tx.get(CampaignTheme, theme_id)
        await _require_items(tx, item_codes)
        found.correct(name=name, name_en=name_en, starts_on=starts_on, ends_on=ends_on, item_codes=item_codes)
        return found


async def remove_theme(uow: UnitOfWork, theme_id: str) -> None:
    """:raises NotFound: there is none."""
    uow.permit(POLICY, "change_themes")
    async with uow.transaction() as tx:
        await tx.session.delete(await tx.get(CampaignTheme, theme_id))


async def list_themes(
    uow: UnitOfWork, *, campaign: str | None, after: str | None, limit: int
) -> tuple[list[CampaignTheme], str | None]:
    uow.permit(POLICY, "read_themes")
    async with uow.reading() as session:
        query = select(CampaignTheme)
        if campaign is not None:
            query = query.where(campaign_theme.c.campaign == campaign)
        return await page_of(session, query, campaign_theme.c.id, after=after, limit=limit)


async def _require_items(tx: Transaction, codes: list[str]) -> None:
    known = set(await tx.session.scalars(select(item.c.code).where(item.c.code.in_(codes))))
    for number, code in enumerate(codes):
        if code not in known:
            raise InvalidInput("unknown_item", field=f"item_codes[{number}]", item=code)
