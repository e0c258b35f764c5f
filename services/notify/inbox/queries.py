"""What notify can be asked."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, get_args

from sqlalchemy import Column, and_, desc, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.notify.inbox.domain.acknowledgement import ASKED, NEEDLESS, Acknowledgement
from services.notify.inbox.domain.delivery import GATHERED
from services.notify.inbox.domain.message import Message
from services.notify.inbox.domain.recipient import (
    ACCOUNT,
    COORDINATOR,
    Recipient,
    is_account,
    mask_address,
    of_account,
    of_team,
    of_township,
    reaches,
    recipients_within,
    require_own,
)
from services.notify.inbox.tables import acknowledgement as acknowledgement_table
from services.notify.inbox.tables import campaign as campaign_table
from services.notify.inbox.tables import delivery as delivery_table
from services.notify.inbox.tables import message as message_table
from services.notify.inbox.tables import recipient as recipient_table
from services.notify.policy import POLICY
from services.notify.templates.domain import Named, Names, Params, codes_in, named_in
from services.notify.templates.queries import Known, Rendered, read_versions, render
from shared.db.paging import page_of
from shared.db.successors import Kind, current_codes
from shared.db.vault import Vault, place_of
from shared.http.texts import LANGUAGES, Texts
from shared.kernel.access import Grant
from shared.kernel.errors import NotFound
from shared.unit_of_work import UnitOfWork

RECENT = 20_000
"""Messages among which an example is sought."""

_RECIPIENT_OF = {
    "township_code": of_township,
    "was_township_code": of_township,
    "team_code": of_team,
    "was_team_code": of_team,
}
"""The params that stand for a recipient, by whose name they are shown."""


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
    colleague: str | None
    created_at: datetime
    read_at: datetime | None
    asks_acknowledgement: bool
    acknowledged_at: datetime | None


@dataclass(frozen=True, slots=True)
class Counts:
    total: int
    by_recipient: dict[str, int]
    by_channel: dict[str, int]


async def list_recipients(
    uow: UnitOfWork, texts: Texts, *, after: str | None, limit: int
) -> tuple[list[RecipientView], str | None]:
    grant = uow.permit(POLICY, "read_recipients")
    key = recipient_table.c.id
    query = select(Recipient)
    if not grant.everything:
        query = query.where(key.in_(recipients_within(grant)))
    else:
        others = key.startswith(f"{ACCOUNT}.", autoescape=True) & (key != of_account(grant.subject))
        query = query.where(~others)
    async with uow.reading() as session:
        found, next_after = await page_of(
            session, query, recipient_table.c.id, after=after, limit=limit
        )
    return [view_of(texts, uow.vault, recipient) for recipient in found], next_after


async def current_recipients(
    session: AsyncSession, recipient_ids: Collection[str]
) -> dict[str, str]:
    """Returns for each recipient the one that took its place, or itself."""
    now = {key: key for key in recipient_ids}
    for kind in get_args(Kind):
        codes = {key: code for key in now if (code := key.removeprefix(f"{kind}.")) != key}
        current = await current_codes(session, kind, codes.values()) if codes else {}
        now |= {key: f"{kind}.{current[code]}" for key, code in codes.items()}
    return now


def view_of(texts: Texts, vault: Vault, recipient: Recipient) -> RecipientView:
    address = address_of(vault, recipient)
    name, name_en = _display_names(texts, recipient)
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
    require_own(uow.permit(POLICY, "read_messages"), recipient_id)
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


async def show_message(
    uow: UnitOfWork, texts: Texts, language: str, message_id: str
) -> MessageView:
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
    require_own(uow.permit(POLICY, "read_messages"), recipient_id)
    newest = select(func.max(message_table.c.position)).where(
        message_table.c.recipient_id == recipient_id
    )
    async with uow.reading() as session:
        await _require_recipient(session, recipient_id)
        return await session.scalar(newest) or 0


async def count_messages(uow: UnitOfWork) -> Counts:
    """From what every recipient counts for itself, so that it costs the same at any number of messages."""
    uow.permit(POLICY, "count_messages")
    async with uow.reading() as session:
        rows = (
            await session.execute(
                select(
                    recipient_table.c.id, recipient_table.c.messages, recipient_table.c.mails
                ).order_by(recipient_table.c.id)
            )
        ).all()
    total = sum(row.messages for row in rows)
    return Counts(
        total=total,
        by_recipient={row.id: row.messages for row in rows if row.messages},
        by_channel={"inbox": total, "email": sum(row.mails for row in rows)},
    )


@dataclass(frozen=True, slots=True)
class FailureView:
    """A delivery that was given up: on which channel, whom it was to reach, why and when."""

    channel: str
    recipient_id: str
    code: str
    error: str
    failed_at: datetime


async def count_waiting(session: AsyncSession) -> dict[str, int]:
    """How many deliveries are not over, by channel."""
    rows = await session.execute(
        select(delivery_table.c.channel, func.count().label("waiting"))
        .where(delivery_table.c.due_at.is_not(None))
        .group_by(delivery_table.c.channel)
    )
    return {row.channel: row.waiting for row in rows}


async def list_failures(session: AsyncSession, most: int) -> list[FailureView]:
    """The deliveries that were given up last, the newest first."""
    failed_at = delivery_table.c.failed_at
    rows = await session.execute(
        select(
            delivery_table.c.channel,
            delivery_table.c.recipient_id,
            message_table.c.code,
            delivery_table.c.error,
            failed_at,
        )
        .join(message_table, message_table.c.id == delivery_table.c.message_id)
        .where(failed_at.is_not(None))
        .order_by(desc(failed_at))
        .limit(most)
    )
    return [FailureView(*row) for row in rows]


def recipients_named_in(params: Params) -> set[str]:
    """The recipients by whose names the params are shown."""
    return {
        _RECIPIENT_OF[param](code) for param, code in named_in(params) if param in _RECIPIENT_OF
    }


async def existing_messages(session: AsyncSession, message_ids: Collection[str]) -> set[str]:
    """Which of these messages are stored."""
    if not message_ids:
        return set()
    return set(
        await session.scalars(select(message_table.c.id).where(message_table.c.id.in_(message_ids)))
    )


async def list_entered_townships(session: AsyncSession) -> dict[str, datetime]:
    """When catalog entered each township, by recipient id."""
    entered_at = recipient_table.c.entered_at
    rows = await session.execute(
        select(recipient_table.c.id, entered_at).where(entered_at.is_not(None))
    )
    return {row.id: row.entered_at for row in rows}


async def list_deliverable(
    session: AsyncSession, delivery_ids: Collection[str]
) -> list[tuple[str, Message, Recipient]]:
    """Deliveries by id, each with its message and recipient, in the order of the messages."""
    query = (
        select(delivery_table.c.id, Message, Recipient)
        .join(message_table, message_table.c.id == delivery_table.c.message_id)
        .join(recipient_table, recipient_table.c.id == delivery_table.c.recipient_id)
        .where(delivery_table.c.id.in_(delivery_ids))
        .order_by(message_table.c.position)
    )
    return [
        (delivery_id, message, recipient)
        for delivery_id, message, recipient in await session.execute(query)
    ]


async def list_gathered(session: AsyncSession, summary_id: str) -> list[str]:
    """The ids of the deliveries that a summary holds."""
    held = delivery_table.c.summary_id == summary_id
    found = await session.scalars(
        select(delivery_table.c.id).where(held, delivery_table.c.state == GATHERED)
    )
    return list(found)


async def last_of_code(
    session: AsyncSession, code: str, grant: Grant, *, limit: int
) -> list[tuple[Message, Recipient]]:
    """The last messages with a code, each with its recipient, without those of other accounts: among the
    :data:`RECENT` last of all, so that no index is needed."""
    newest = await session.scalar(select(func.max(message_table.c.position))) or 0
    rows = await session.execute(
        select(Message, Recipient)
        .join(recipient_table, recipient_table.c.id == message_table.c.recipient_id)
        .where(
            message_table.c.position > newest - RECENT,
            message_table.c.code == code,
            or_(
                ~message_table.c.recipient_id.startswith(f"{ACCOUNT}.", autoescape=True),
                message_table.c.recipient_id == of_account(grant.subject),
            ),
        )
        .order_by(desc(message_table.c.position))
        .limit(limit)
    )
    return [(message, to) for message, to in rows]


async def find_message(session: AsyncSession, message_id: str) -> Message | None:
    return await session.get(Message, message_id)


async def list_asked(
    session: AsyncSession, about: str, recipient_ids: Collection[str] | None, *, limit: int
) -> list[tuple[Acknowledgement, Message, Recipient]]:
    """What asks for acknowledgement about one object and is not needless, the newest first: to everybody, or to
    these recipients."""
    asked = acknowledgement_table.c
    query = (
        select(Acknowledgement, Message, Recipient)
        .join(message_table, message_table.c.id == asked.id)
        .join(recipient_table, recipient_table.c.id == asked.recipient_id)
        .where(asked.about == about, asked.state != NEEDLESS)
        .order_by(message_table.c.created_at.desc(), message_table.c.position)
        .limit(limit)
    )
    if recipient_ids is not None:
        query = query.where(asked.recipient_id.in_(recipient_ids))
    return [(asked, message, to) for asked, message, to in await session.execute(query)]


async def first_escalated(
    session: AsyncSession, *, limit: int
) -> tuple[list[tuple[Acknowledgement, Message, Recipient]], int]:
    """What the corps was told that nobody has acknowledged, those first that it has known longest; and how many."""
    asked = acknowledgement_table.c
    silent = and_(
        asked.escalated_at.is_not(None), asked.acknowledged_at.is_(None), asked.state != NEEDLESS
    )
    count = await session.scalar(
        select(func.count()).select_from(acknowledgement_table).where(silent)
    )
    rows = await session.execute(
        select(Acknowledgement, Message, Recipient)
        .join(message_table, message_table.c.id == asked.id)
        .join(recipient_table, recipient_table.c.id == asked.recipient_id)
        .where(silent)
        .order_by(asked.escalated_at, asked.id)
        .limit(limit)
    )
    return [(asked, message, to) for asked, message, to in rows], count or 0


async def known_for(session: AsyncSession, messages: Collection[Message]) -> Known:
    """What the texts of these messages need beside their params."""
    codes = set[str]().union(*(codes_in(message.code, message.params) for message in messages))
    return Known(await _names_for(session, messages), await read_versions(session, codes))


async def _names_for(session: AsyncSession, messages: Iterable[Message]) -> Names:
    wanted = set[Named]().union(*(named_in(message.params) for message in messages))
    campaigns = sorted(code for param, code in wanted if param == "campaign_id")
    recipients = {
        (param, code): _RECIPIENT_OF[param](code)
        for param, code in wanted
        if param in _RECIPIENT_OF
    }
    names: dict[Named, tuple[str, str]] = {}
    if recipients:
        columns = recipient_table.c.id, recipient_table.c.name, recipient_table.c.name_en
        rows = await session.execute(
            select(*columns).where(recipient_table.c.id.in_(sorted(set(recipients.values()))))
        )
        found = {row.id: (row.name, row.name_en) for row in rows}
        names |= {
            named: found[recipient] for named, recipient in recipients.items() if recipient in found
        }
    if campaigns:
        rows = await session.execute(
            select(campaign_table).where(campaign_table.c.id.in_(campaigns))
        )
        names |= {("campaign_id", row.id): (row.name, row.name_en) for row in rows}
    return names


def address_of(vault: Vault, recipient: Recipient) -> str | None:
    """A recipient's e-mail address in clear, for the mailer and for whoever it belongs to."""
    if recipient.email_sealed is None:
        return None
    return vault.open(recipient.email_sealed, address_place(recipient.id))


def address_place(recipient_id: str) -> str:
    """Where the e-mail address is stored; it is sealed for this place."""
    return place_of(recipient_table.c.email_sealed, recipient_id)


def mobile_of(vault: Vault, recipient: Recipient) -> str | None:
    """A recipient's mobile number in clear, for the same."""
    if recipient.mobile_sealed is None:
        return None
    return vault.open(recipient.mobile_sealed, mobile_place(recipient.id))


def mobile_place(recipient_id: str) -> str:
    """Where the mobile number is stored; it is sealed for this place."""
    return place_of(recipient_table.c.mobile_sealed, recipient_id)


async def with_email(session: AsyncSession, recipient_ids: Collection[str]) -> set[str]:
    """Which of these recipients have an e-mail address."""
    return await _having(session, recipient_table.c.email_sealed, recipient_ids)


async def with_mobile(session: AsyncSession, recipient_ids: Collection[str]) -> set[str]:
    """Which of these recipients have a mobile number."""
    return await _having(session, recipient_table.c.mobile_sealed, recipient_ids)


async def _having(
    session: AsyncSession, sealed: Column[Any], recipient_ids: Collection[str]
) -> set[str]:
    these = select(recipient_table.c.id).where(
        recipient_table.c.id.in_(recipient_ids), sealed.is_not(None)
    )
    return set(await session.scalars(these))


async def stand_ins(
    session: AsyncSession, recipient_ids: Collection[str], day: date
) -> dict[str, str]:
    """Who is told as well on that day, by the recipient that is away."""
    if not recipient_ids:
        return {}
    columns = recipient_table.c.id, recipient_table.c.stand_in_id
    rows = await session.execute(
        select(*columns).where(
            recipient_table.c.id.in_(recipient_ids),
            recipient_table.c.stand_in_id.is_not(None),
            recipient_table.c.stand_in_until_on >= day,
        )
    )
    return {row.id: row.stand_in_id for row in rows}


def _display_names(texts: Texts, recipient: Recipient) -> tuple[str, str]:
    """The recipient's names in Chinese and in English; its code where catalog has not named it yet."""
    if recipient.id == COORDINATOR or is_account(recipient.id):
        kind = recipient.id.partition(".")[0]
        chinese, english = (
            texts.render(language, f"recipient.{kind}")["name"] for language in LANGUAGES
        )
        return chinese, english
    code = recipient.id.partition(".")[2]
    return recipient.name or code, recipient.name_en or code


async def _views(
    session: AsyncSession, texts: Texts, language: str, messages: Sequence[Message]
) -> list[MessageView]:
    known = await known_for(session, messages)
    asked = await _asked(session, messages)
    return [_view(texts, language, message, known, asked) for message in messages]


async def _asked(
    session: AsyncSession, messages: Sequence[Message]
) -> Mapping[str, datetime | None]:
    """Of those that ask for acknowledgement: when each was acknowledged, by id."""
    ids = [message.id for message in messages if message.code in ASKED]
    if not ids:
        return {}
    columns = acknowledgement_table.c.id, acknowledgement_table.c.acknowledged_at
    rows = await session.execute(select(*columns).where(acknowledgement_table.c.id.in_(ids)))
    return {row.id: row.acknowledged_at for row in rows}


def _view(
    texts: Texts,
    language: str,
    message: Message,
    known: Known,
    asked: Mapping[str, datetime | None],
) -> MessageView:
    rendered = in_words(texts, language, message, known)
    assert message.position is not None, "the store numbers every message"  # noqa: S101
    return MessageView(
        id=message.id,
        position=message.position,
        code=message.code,
        subject=rendered.subject,
        text=rendered.text,
        about=message.about,
        colleague=message.params.get("by"),
        created_at=message.created_at,
        read_at=message.read_at,
        asks_acknowledgement=message.id in asked,
        acknowledged_at=asked.get(message.id),
    )


def in_words(texts: Texts, language: str, message: Message, known: Known) -> Rendered:
    """A message in a language."""
    return render(texts, language, message.code, message.params, known, message.created_at)


async def _require_recipient(session: AsyncSession, recipient_id: str) -> None:
    if await session.get(Recipient, recipient_id) is None:
        raise NotFound(Recipient.kind, recipient_id)
