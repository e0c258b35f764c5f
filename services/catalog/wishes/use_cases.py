"""Asking teams about what was wished for, and making an item of it."""

from sqlalchemy import delete

from services.catalog.directory.domain import Team
from services.catalog.directory.queries import require_known
from services.catalog.editions.domain import Edition
from services.catalog.items.domain import ServiceItem
from services.catalog.policy import POLICY
from services.catalog.wishes.domain import (
    WishedItem,
    WishedOffer,
    offer_id,
    require_asked,
    require_draft_with,
)
from services.catalog.wishes.queries import AskedWish, offers_of_team, with_offers
from services.catalog.wishes.tables import wished_item, wished_offer
from shared.contracts.catalog import WishedItemEntered
from shared.contracts.requests import WishAdopted, WishAdoptionEnded
from shared.kernel.doubts import Confirmations, Doubts
from shared.unit_of_work import Transaction, UnitOfWork


async def ask_about_wish(uow: UnitOfWork, event: WishAdopted) -> None:
    """Teams are asked in this edition's survey from now on; what they said about it in another counts no more."""
    async with uow.transaction() as tx:
        wished = await tx.find(WishedItem, event.group_id)
        if wished is None:
            tx.add(
                WishedItem(
                    id=event.group_id,
                    edition_code=event.edition_id,
                    name=event.item_name,
                    name_en=event.item_name_en,
                    wishes=event.wishes,
                    residents=event.residents,
                )
            )
            return
        if wished.edition_code != event.edition_id:
            wished.item_code = None
            offers = delete(wished_offer).where(wished_offer.c.wished_id == wished.id)
            await tx.session.execute(offers)
        wished.edition_code, wished.name = event.edition_id, event.item_name
        wished.name_en = event.item_name_en
        wished.wishes, wished.residents = event.wishes, event.residents


async def ask_no_more(uow: UnitOfWork, event: WishAdoptionEnded) -> None:
    async with uow.transaction() as tx:
        offers = delete(wished_offer).where(wished_offer.c.wished_id == event.group_id)
        await tx.session.execute(offers)
        await tx.session.execute(delete(wished_item).where(wished_item.c.id == event.group_id))


async def offer_wished_item(
    uow: UnitOfWork,
    wished_id: str,
    *,
    team_code: str,
    can_offer: bool,
    remark: str | None,
    confirmed: Confirmations = (),
) -> AskedWish:
    """Says whether a team could offer what was wished for.

    :raises NotFound: it was not. :raises InvalidInput: the team is not known.
    :raises Conflict: the teams are not being asked.
    """
    grant = uow.permit(POLICY, "offer_wished_item")
    grant.require_for("team_code", teams=[team_code])
    async with uow.transaction() as tx:
        wished = await tx.get(WishedItem, wished_id)
        require_asked(await tx.get(Edition, wished.edition_code))
        await require_known(tx, Team, [team_code], field="team_code")
        Doubts(confirmed).settle()
        key = offer_id(wished_id, team_code)
        offer = await tx.find(WishedOffer, key)
        if offer is None:
            offer = WishedOffer(
                id=key,
                wished_id=wished_id,
                team_code=team_code,
                can_offer=can_offer,
                remark=remark,
                said_on=uow.today(),
            )
            tx.add(offer)
        offer.can_offer, offer.remark, offer.said_on = can_offer, remark, uow.today()
        await tx.flush()
        return (await with_offers(tx.session, [wished], grant))[0]


async def enter_wished_item(uow: UnitOfWork, wished_id: str, item_code: str) -> AskedWish:
    """Says which item of the draft is what was wished for. Said again, nothing more is published.

    :raises NotFound: there is no such wish or item. :raises Conflict: the edition is published.
    :raises InvalidInput: the draft does not have the item.
    """
    grant = uow.permit(POLICY, "enter_wished_item")
    async with uow.transaction() as tx:
        wished = await tx.get(WishedItem, wished_id)
        edition = await tx.get(Edition, wished.edition_code)
        await tx.get(ServiceItem, item_code)
        require_draft_with(edition, item_code)
        if wished.item_code != item_code:
            wished.item_code = item_code
            tx.record(
                edition,
                WishedItemEntered(edition_id=edition.code, group_id=wished.id, item_code=item_code),
            )
        return (await with_offers(tx.session, [wished], grant))[0]


async def move_offers(tx: Transaction, code: str, into: str) -> None:
    """What a team said to wishes is said by the one that it was merged into, unless that one has spoken itself."""
    found = await tx.find_all(WishedOffer, await offers_of_team(tx.session, code))
    for former in found.values():
        key = offer_id(former.wished_id, into)
        if await tx.find(WishedOffer, key) is None:
            tx.add(
                WishedOffer(
                    id=key,
                    wished_id=former.wished_id,
                    team_code=into,
                    can_offer=former.can_offer,
                    remark=former.remark,
                    said_on=former.said_on,
                )
            )
        await tx.session.delete(former)
