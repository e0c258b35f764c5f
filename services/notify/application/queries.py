"""What notify can be asked."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import desc, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.notify.application.people import address_of
from services.notify.application.policy import POLICY, posts_of, reaches, require_post
from services.notify.application.rendering import Names, campaigns_of, display_names, named_in, of_campaign, render
from services.notify.domain.message import Message
from services.notify.domain.recipient import Recipient, mask_address
from services.notify.store.tables import campaign as campaign_table
from services.notify.store.tables import message as message_table
from services.notify.store.tables import recipient as recipient_table
from shared.db.paging import page_of
from shared.db.vault import Vault
from shared.http.texts import Texts
from shared.kernel.errors import NotFound
from shared.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class RecipientView:
    """A recipient as it is shown: by name or code, its address masked."""

    id: str
    name: str
    name_en: str
    language: str
    has_email: bool
    email: str | None
    unread: int


@dataclass(frozen=True, slots=True)
class MessageView:
    """A message in the reader's language."""

    id: str
    position: int
    code: str
    subject: str
    text: str
    about: str
    created_at: datetime
    read_at: datetime | None


@dataclass(frozen=True, slots=True)
class Counts:
    total: int
    by_recipient: dict[str, int]
    by_channel: dict[str, int]


async def list_recipients(
    uow: UnitOfWork, texts: Texts, *, after: str | None, limit: int
) -> tuple[list[RecipientView], str | None]:
    grant = uow.permit(POLICY, "read_recipients")
    query = select(Recipient)
    if not grant.everything:
        query = query.where(recipient_table.c.id.in_(posts_of(grant)))
    async with uow.reading() as session:
        found, next_after = await page_of(session, query, recipient_table.c.id, after=after, limit=limit)
    return [view_of(texts, uow.vault, recipient) for recipient in found], next_after


def view_of(texts: Texts, vault: Vault, recipient: Recipient) -> RecipientView:
    address = address_of(vault, recipient)
    name, name_en = display_names(texts, recipient.id, recipient.name, recipient.name_en)
    return RecipientView(
        id=recipient.id,
        name=name,
        name_en=name_en,
        language=recipient.language,
        has_email=address is not None,
        email=mask_address(address) if address is not None else None,
        unread=recipient.unread,
    )


async def list_messages(
    uow: UnitOfWork,
    texts: Texts,
    language: str,
    recipient_id: str,
    *,
    after: int | None,
    limit: int,
    newest_first: bool = False,
) -> tuple[list[MessageView], str | None]:
    """Messages behind the position ``after``, in the order asked for; and the position to go on from.

    :raises NotFound: no event has mentioned the recipient.
    """
    require_post(uow.permit(POLICY, "read_messages"), recipient_id)
    position = message_table.c.position
    query = select(Message).where(message_table.c.recipient_id == recipient_id).limit(limit + 1)
    query = query.order_by(desc(position) if newest_first else position)
    if after is not None:
        query = query.where(position < after if newest_first else position > after)
    async with uow.reading() as session:
        found = list(await session.scalars(query))
        if not found:
            await _require_recipient(session, recipient_id)
        views = await _views(session, texts, language, found[:limit])
    return views, str(views[-1].position) if len(found) > limit else None


async def show_message(uow: UnitOfWork, texts: Texts, language: str, message_id: str) -> MessageView:
    """:raises NotFound: there is none with this id, or it is somebody else's."""
    grant = uow.permit(POLICY, "read_messages")
    async with uow.reading() as session:
        message = await session.get(Message, message_id)
        if message is None or not reaches(grant, message.recipient_id):
            raise NotFound(Message.kind, message_id)
        return (await _views(session, texts, language, [message]))[0]


async def last_position(uow: UnitOfWork, recipient_id: str) -> int:
    """The position of a recipient's newest message, 0 when it has none.

    :raises NotFound: no event has mentioned the recipient.
    """
    require_post(uow.permit(POLICY, "read_messages"), recipient_id)
    newest = select(func.max(message_table.c.position)).where(message_table.c.recipient_id == recipient_id)
    async with uow.reading() as session:
        await _require_recipient(session, recipient_id)
        return await session.scalar(newest) or 0


async def count_messages(uow: UnitOfWork) -> Counts:
    """From what every recipient counts for itself, so that it costs the same at any number of messages."""
    uow.permit(POLICY, "count_messages")
    async with uow.reading() as session:
        rows = (
            await session.execute(
                select(recipient_table.c.id, recipient_table.c.messages, recipient_table.c.mails).order_by(
                    recipient_table.c.id
                )
            )
        ).all()
    total = sum(row.messages for row in rows)
    return Counts(
        total=total,
        by_recipient={row.id: row.messages for row in rows if row.messages},
        by_channel={"inbox": total, "email": sum(row.mails for row in rows)},
    )


async def names_for(session: AsyncSession, messages: Iterable[Message]) -> Names:
    """The names that the texts of these messages need."""
    wanted = set[str]().union(*(named_in(message.params) for message in messages))
    if not wanted:
        return {}
    rows = await session.execute(
        select(recipient_table.c.id, recipient_table.c.name, recipient_table.c.name_en).where(
            recipient_table.c.id.in_(sorted(wanted))
        )
    )
    names = {row.id: (row.name, row.name_en) for row in rows}
    if asked := campaigns_of(wanted):
        found = await session.execute(select(campaign_table).where(campaign_table.c.id.in_(asked)))
        names |= {of_campaign(row.id): (row.name, row.name_en) for row in found}
    return names


async def _views(session: AsyncSession, texts: Texts, language: str, messages: Sequence[Message]) -> list[MessageView]:
    names = await names_for(session, messages)
    return [_view(texts, language, message, names) for message in messages]


def _view(texts: Texts, language: str, message: Message, names: Names) -> MessageView:
    rendered = render(texts, language, message.code, message.params, names)
    assert message.position is not None, "the store numbers every message"  # noqa: S101
    return MessageView(
        id=message.id,
        position=message.position,
        code=message.code,
        subject=rendered.subject,
        text=rendered.text,
        about=message.about,
        created_at=message.created_at,
        read_at=message.read_at,
    )


async def _require_recipient(session: AsyncSession, recipient_id: str) -> None:
    if await session.get(Recipient, recipient_id) is None:
        raise NotFound(Recipient.kind, recipient_id)
