"""Posting messages, reading them, and what a recipient may set; what is held of a volunteer."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, exists, func, select

from services.notify.inbox.domain.delivery import FRESH, Delivery
from services.notify.inbox.domain.message import Message, message_id
from services.notify.inbox.domain.recipient import (
    COORDINATOR,
    Recipient,
    clean_address,
    of_volunteer,
    reaches,
    require_own,
)
from services.notify.inbox.queries import address_of, address_place
from services.notify.inbox.tables import delivery as delivery_table
from services.notify.inbox.tables import message as message_table
from services.notify.inbox.tables import recipient as recipient_table
from services.notify.policy import POLICY
from services.notify.templates.domain import Params
from shared.cache.port import Cache
from shared.contracts.notify import MessageDelivered
from shared.db.vault import Vault
from shared.eventlog.envelope import Envelope
from shared.kernel.errors import NotFound
from shared.privacy.answering import Record
from shared.unit_of_work import Transaction, UnitOfWork

MAIL_TOPIC = "mail"


@dataclass(frozen=True, slots=True)
class Channels:
    """The ways out. ``cache`` wakes browsers and the mailer; ``email`` is whether mail can be sent."""

    cache: Cache
    email: bool


def inbox_topic(recipient_id: str) -> str:
    return f"inbox:{recipient_id}"


@asynccontextmanager
async def posting(uow: UnitOfWork, *recipient_ids: str) -> AsyncIterator[Transaction]:
    """The transaction of a use case that may write messages, with the recipients that it surely mentions. Only one of
    those runs at a time: batches of different queues touch the same recipients, and what depends on two aggregates (an
    edition and the townships, the parts of a digest) would be missed when both are half stored at the same moment. Who
    holds the coordinator's row has the turn; so it is had by the statement that reads the recipients."""
    async with uow.transaction() as tx:
        known = await tx.find_all(Recipient, [COORDINATOR, *recipient_ids])
        for recipient_id in (COORDINATOR, *recipient_ids):
            if recipient_id not in known:  # or made by whom the turn was waited for
                await ensure_recipient(tx, recipient_id)
        yield tx


def cause_of(tx: Transaction) -> Envelope:
    """The event that is being applied; all that people are told follows from one."""
    if tx.cause is None:
        raise RuntimeError("messages tell of events: this transaction applies none")
    return tx.cause


async def ensure_recipient(tx: Transaction, recipient_id: str) -> Recipient:
    """The recipient, locked; made when this is the first that is heard of it."""
    recipient = await tx.find(Recipient, recipient_id)
    if recipient is None:
        tx.add(recipient := Recipient(id=recipient_id))
        await tx.session.flush()
    return recipient


async def lock_townships(tx: Transaction) -> list[Recipient]:
    """The townships that catalog has entered, locked, in the order of their ids."""
    entered = select(Recipient).where(recipient_table.c.entered_at.is_not(None)).with_for_update()
    return list((await tx.session.scalars(entered.order_by(recipient_table.c.id))).all())


async def post_message(
    tx: Transaction,
    channels: Channels,
    recipient_id: str,
    code: str,
    params: Params,
    *,
    about: str,
    occasion: str | None = None,
    happened_at: datetime | None = None,
) -> None:
    """Writes a message; of several that are told on the same ``occasion``, the first only.

    ``happened_at`` is when that was. By default the event that is being applied gives both; it is applied once, so
    nobody has to look whether the message is there.
    """
    cause = cause_of(tx)
    recipient = await ensure_recipient(tx, recipient_id)
    key = message_id(occasion or cause.id, recipient_id, code)
    if occasion and await tx.session.scalar(select(exists().where(message_table.c.id == key))):
        return
    happened_at = happened_at or cause.occurred_at
    message = Message(id=key, recipient_id=recipient_id, code=code, params=params, about=about, created_at=happened_at)
    tx.append(message)
    recipient.note_message()
    # In the inbox, stored is delivered.
    tx.record(message, MessageDelivered(message_id=key, recipient_id=recipient_id, channel="inbox", about=about))
    tx.after_commit(channels.cache.signal, inbox_topic(recipient_id))
    if channels.email and recipient.email_sealed and tx.now - happened_at <= FRESH:
        tx.append(
            Delivery(id=f"{key}.email", message_id=key, recipient_id=recipient_id, channel="email", due_at=tx.now)
        )
        tx.after_commit(channels.cache.signal, MAIL_TOPIC)


async def set_preference(uow: UnitOfWork, recipient_id: str, *, language: str, email: str | None) -> Recipient:
    """Sets the language of a recipient's mail, and its address; without one it gets no mail. Whoever sets them need not
    say what stood there before: they are two values of the post's own, set together and never read in clear, and the
    recipient's version counts its messages, so that it says nothing about them.

    :raises InvalidInput: the address is none. :raises NotFound: no event has mentioned the recipient.
    """
    require_own(uow.permit(POLICY, "address_recipient"), recipient_id)
    async with uow.transaction() as tx:
        recipient = await tx.get(Recipient, recipient_id)
        sealed = uow.vault.seal(clean_address(email), address_place(recipient_id)) if email is not None else None
        recipient.prefer(language=language, email_sealed=sealed)
        return recipient


async def read_message(uow: UnitOfWork, message_id: str) -> Message:
    """Marks a message as read; doing so again changes nothing."""
    grant = uow.permit(POLICY, "mark_message")
    async with uow.transaction() as tx:
        message = await tx.get(Message, message_id)
        if not reaches(grant, message.recipient_id):
            raise NotFound(Message.kind, message_id)
        if message.note_read(tx.now):
            (await tx.get(Recipient, message.recipient_id)).note_read()
        return message


async def collect_records(tx: Transaction, vault: Vault, volunteer_no: str) -> list[Record]:
    recipient = await tx.find(Recipient, of_volunteer(volunteer_no))
    if recipient is None:
        return []
    messages = (
        await tx.session.scalars(
            select(Message).where(message_table.c.recipient_id == recipient.id).order_by(message_table.c.position)
        )
    ).all()
    return [
        {
            "kind": "recipient",
            "id": recipient.id,
            "language": recipient.language,
            "email": address_of(vault, recipient),
            "messages": recipient.messages,
            "mails": recipient.mails,
        },
        *(
            {
                "kind": "message",
                "id": message.id,
                "code": message.code,
                "params": message.params,
                "about": message.about,
                "created_at": message.created_at.isoformat(),
                "read_at": message.read_at.isoformat() if message.read_at else None,
            }
            for message in messages
        ),
    ]


async def erase_records(tx: Transaction, volunteer_no: str) -> int:
    """Deletes the post, its messages and the mail that is still to be sent."""
    recipient = of_volunteer(volunteer_no)
    theirs = (
        (delivery_table, delivery_table.c.recipient_id),
        (message_table, message_table.c.recipient_id),
        (recipient_table, recipient_table.c.id),
    )
    rows = 0
    for table, column in theirs:
        rows += await tx.session.scalar(select(func.count()).select_from(table).where(column == recipient)) or 0
        await tx.session.execute(delete(table).where(column == recipient))
    return rows
