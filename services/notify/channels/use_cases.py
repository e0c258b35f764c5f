"""Mail that is due: taken, sent by whoever calls, and what became of it.

Three steps, so that no transaction is open while a mail server takes its time. Whoever dies between
sending and noting it will send again, with the same Message-ID.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from services.notify.inbox.domain.delivery import Delivery
from services.notify.inbox.domain.message import Message
from services.notify.inbox.domain.recipient import Recipient
from services.notify.inbox.queries import address_of, list_deliverable, lock_due_deliveries, names_for
from services.notify.templates.queries import render
from shared.contracts.notify import MessageDelivered, MessageFailed
from shared.http.texts import Texts
from shared.unit_of_work import UnitOfWork

Outcome = Literal["sent", "refused", "unreachable", "no_address"]
"""``refused`` is the mail server's last word; ``unreachable`` is worth another try."""

BATCH = 10
LEASE = timedelta(seconds=60)
"""How long a batch may take before others may try it too; longer than a sender's own limit."""


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail to send. ``id`` is the delivery's, the same at every try."""

    id: str
    address: str
    language: str
    subject: str
    text: str


Send = Callable[[Sequence[Mail]], Awaitable[Mapping[str, Outcome]]]
"""Sends mails; gives what became of each, by delivery id. Never raises for what a server does."""


async def send_due(uow: UnitOfWork, texts: Texts, send: Send, *, retry_seconds: float) -> int:
    """Sends a batch of what is due; gives how many it was, 0 when there is nothing to do now."""
    taken = await _take(uow)
    if not taken:
        return 0
    mails, outcomes = await _compose(uow, texts, taken)
    if mails:
        outcomes |= await send(mails)
    for delivery_id in taken:
        await _note(uow, delivery_id, outcomes.get(delivery_id, "unreachable"), retry_seconds)
    return len(taken)


async def _take(uow: UnitOfWork) -> list[str]:
    async with uow.transaction() as tx:
        deliveries = await lock_due_deliveries(tx.session, tx.now, limit=BATCH)
        for delivery in deliveries:
            delivery.begin_try(tx.now + LEASE)
        return [delivery.id for delivery in deliveries]


async def _compose(uow: UnitOfWork, texts: Texts, taken: Sequence[str]) -> tuple[list[Mail], dict[str, Outcome]]:
    """The mails in their recipients' languages; and those that have no address any more."""
    mails: list[Mail] = []
    outcomes: dict[str, Outcome] = {}
    async with uow.reading() as session:
        rows = await list_deliverable(session, taken)
        names = await names_for(session, [message for _, message, _ in rows])
    for delivery_id, message, recipient in rows:
        address = address_of(uow.vault, recipient)
        if address is None:
            outcomes[delivery_id] = "no_address"
            continue
        rendered = render(texts, recipient.language, message.code, message.params, names)
        mails.append(
            Mail(
                id=delivery_id,
                address=address,
                language=recipient.language,
                subject=rendered.subject,
                text=rendered.text,
            )
        )
    return mails, outcomes


async def _note(uow: UnitOfWork, delivery_id: str, outcome: Outcome, retry_seconds: float) -> None:
    """One transaction for each: it locks recipient and message, and must not hold two of a kind."""
    async with uow.transaction() as tx:
        delivery = await tx.find(Delivery, delivery_id)
        if delivery is None or delivery.state != "pending":
            return  # its person was erased meanwhile; or somebody else tried it too, after the lease
        if outcome == "sent":
            delivery.note_sent()
            (await tx.get(Recipient, delivery.recipient_id)).note_mail()
        else:
            delivery.note_failure(tx.now, retry_seconds=retry_seconds, final=outcome != "unreachable")
        if delivery.state == "pending":
            return
        message = await tx.get(Message, delivery.message_id)
        facts = {"message_id": message.id, "recipient_id": message.recipient_id, "about": message.about}
        if outcome == "sent":
            tx.record(message, MessageDelivered(channel="email", **facts))
        else:
            tx.record(message, MessageFailed(channel="email", reason_code=f"email_{outcome}", **facts))
