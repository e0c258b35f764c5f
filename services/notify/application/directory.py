"""Who there is to tell, and what the menu offers them."""

from sqlalchemy import insert, select, update

from services.notify.application.posting import Channels, cause_of, mention, post, telling
from services.notify.domain.edition import Edition
from services.notify.domain.recipient import Recipient, of_team, of_township
from services.notify.store import tables
from shared.contracts.catalog import CampaignChanged, EditionPublished, EditionRetired, TeamRegistered, TownshipChanged
from shared.unit_of_work import Transaction, UnitOfWork


async def name_township(uow: UnitOfWork, channels: Channels, event: TownshipChanged) -> None:
    """Names the township's post; when it is new, tells it of the editions that still concern it."""
    async with telling(uow, of_township(event.code)) as tx:
        township = await mention(tx, of_township(event.code))
        township.rename(event.name, event.name_en)
        if township.entered_at is None:
            township.entered_at = cause_of(tx).occurred_at
            for edition in (await tx.session.scalars(select(Edition).order_by(tables.edition.c.id))).all():
                await _tell_of_edition(tx, channels, township, edition)
                # The same two messages as if the township had been entered first.
                await _tell_of_withdrawal(tx, channels, township, edition)


async def name_team(uow: UnitOfWork, _channels: Channels, event: TeamRegistered) -> None:
    async with telling(uow, of_team(event.code)) as tx:
        (await mention(tx, of_team(event.code))).rename(event.name, event.name_en)


async def name_campaign(uow: UnitOfWork, _channels: Channels, event: CampaignChanged) -> None:
    """Texts name it so from now on, those of earlier messages too."""
    names = {"name": event.name, "name_en": event.name_en, "revision": event.revision}
    mine = tables.campaign.c.id == event.campaign_id
    async with telling(uow) as tx:
        known = await tx.session.scalar(select(tables.campaign.c.revision).where(mine))
        if known is None:
            await tx.session.execute(insert(tables.campaign).values(id=event.campaign_id, **names))
        elif known < event.revision:
            await tx.session.execute(update(tables.campaign).where(mine).values(**names))


async def announce_edition(uow: UnitOfWork, channels: Channels, event: EditionPublished) -> None:
    """Tells all townships; those that are entered later, when they are."""
    async with telling(uow) as tx:
        if await tx.find(Edition, event.edition_id):
            return
        edition = Edition(
            id=event.edition_id,
            title=event.title,
            effective_on=event.effective_on,
            retires_on=event.retires_on,
            items=len(event.items),
            published_at=cause_of(tx).occurred_at,
        )
        tx.add(edition)
        for township in await _townships(tx):
            await _tell_of_edition(tx, channels, township, edition)


async def announce_withdrawal(uow: UnitOfWork, channels: Channels, event: EditionRetired) -> None:
    """Tells all townships that were told of the edition."""
    async with telling(uow) as tx:
        edition = await tx.find(Edition, event.edition_id)
        if edition is None or edition.withdrawn_at is not None:
            return
        edition.withdrawn_at = cause_of(tx).occurred_at
        for township in await _townships(tx):
            await _tell_of_withdrawal(tx, channels, township, edition)


async def _townships(tx: Transaction) -> list[Recipient]:
    entered = select(Recipient).where(tables.recipient.c.entered_at.is_not(None)).with_for_update()
    return list((await tx.session.scalars(entered.order_by(tables.recipient.c.id))).all())


async def _tell_of_edition(tx: Transaction, channels: Channels, township: Recipient, edition: Edition) -> None:
    if township.entered_at is None or not edition.concerns(township.entered_at):
        return
    params = {
        "title": edition.title,
        "effective_on": edition.effective_on.isoformat(),
        "retires_on": edition.retires_on.isoformat(),
        "items": edition.items,
    }
    await post(
        tx,
        channels,
        township.id,
        "message.edition_published",
        params,
        about=edition.stream,
        occasion=edition.stream,
        happened_at=max(edition.published_at, township.entered_at),
    )


async def _tell_of_withdrawal(tx: Transaction, channels: Channels, township: Recipient, edition: Edition) -> None:
    at = edition.withdrawn_at
    if at is None or township.entered_at is None or not edition.concerns(township.entered_at):
        return
    await post(
        tx,
        channels,
        township.id,
        "message.edition_withdrawn",
        {"title": edition.title},
        about=edition.stream,
        occasion=f"{edition.stream}/withdrawn",
        happened_at=max(at, township.entered_at),
    )
