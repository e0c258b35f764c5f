"""How a message is written: once, in its recipient's inbox, and onto the channels that it has."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, select

from services.notify.domain.delivery import FRESH, Delivery
from services.notify.domain.message import Message, Params, message_id
from services.notify.domain.recipient import COORDINATOR, Recipient
from services.notify.store.tables import message as message_table
from shared.cache.port import Cache
from shared.contracts.notify import MessageDelivered
from shared.eventlog.envelope import Envelope
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
async def telling(uow: UnitOfWork, *recipient_ids: str) -> AsyncIterator[Transaction]:
    """The transaction of a use case that may write messages, with the recipients that it surely mentions. Only one of
    those runs at a time: batches of different queues touch the same recipients, and what depends on two aggregates (an
    edition and the townships, the parts of a digest) would be missed when both are half stored at the same moment. Who
    holds the coordinator's row has the turn; so it is had by the statement that reads the recipients."""
    async with uow.transaction() as tx:
        known = await tx.find_all(Recipient, [COORDINATOR, *recipient_ids])
        for recipient_id in (COORDINATOR, *recipient_ids):
            if recipient_id not in known:  # or made by whom the turn was waited for
                await mention(tx, recipient_id)
        yield tx


def cause_of(tx: Transaction) -> Envelope:
    """The event that is being applied; all that people are told follows from one."""
    if tx.cause is None:
        raise RuntimeError("messages tell of events: this transaction applies none")
    return tx.cause


async def mention(tx: Transaction, recipient_id: str) -> Recipient:
    """The recipient, locked; made when this is the first that is heard of it."""
    recipient = await tx.find(Recipient, recipient_id)
    if recipient is None:
        tx.add(recipient := Recipient(id=recipient_id))
        await tx.session.flush()
    return recipient


async def post(
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
    recipient = await mention(tx, recipient_id)
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
            Delivery(id=f"{key}.email", message_id=key, recipient_id=recipient_id, channel="email", next_try_at=tx.now)
        )
        tx.after_commit(channels.cache.signal, MAIL_TOPIC)
