"""Mail that is due: sent by whoever calls, and what became of it.

No transaction is open while a mail server takes its time. Whoever dies between sending and noting it sends again, with
the same Message-ID.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from services.notify.inbox.domain.delivery import Delivery
from services.notify.inbox.domain.message import Message
from services.notify.inbox.domain.recipient import Recipient
from services.notify.inbox.queries import address_of, list_deliverable, names_for
from services.notify.templates.queries import render
from shared.contracts.notify import MessageDelivered, MessageFailed
from shared.http.texts import Texts
from shared.jobs.queue import still_held
from shared.jobs.worker import renewing
from shared.kernel.leased import Backoff
from shared.unit_of_work import Transaction, UnitOfWork

Outcome = Literal["sent", "refused", "unreachable", "no_address"]
"""``refused`` is the mail server's last word; ``unreachable`` is worth another try."""


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


async def send_mails(
    uow: UnitOfWork, texts: Texts, send: Send, backoff: Backoff, deliveries: Sequence[Delivery]
) -> None:
    """Sends the mails of deliveries that their worker holds, and notes what became of each."""
    async with renewing(uow, deliveries):
        mails, outcomes = await _compose(uow, texts, [delivery.id for delivery in deliveries])
        if mails:
            outcomes |= await send(mails)
    for delivery in deliveries:
        await _note(uow, delivery, outcomes.get(delivery.id, "unreachable"), backoff)


async def give_up(tx: Transaction, delivery: Delivery) -> None:
    """Tells of a delivery whose workers all fell silent."""
    await _record_failure(tx, delivery, "unreachable")


async def _compose(
    uow: UnitOfWork, texts: Texts, taken: Sequence[str]
) -> tuple[list[Mail], dict[str, Outcome]]:
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


async def _note(uow: UnitOfWork, delivery: Delivery, outcome: Outcome, backoff: Backoff) -> None:
    """One transaction for each. It locks delivery, message and recipient in this order, as all others do that lock more
    than one of them: marking a message as read, erasing a volunteer, deleting old messages. What is no longer held is
    left alone: its person was erased meanwhile, or another worker has it."""
    async with uow.transaction() as tx:
        held = await still_held(tx, delivery)
        if held is None:
            return
        if outcome == "sent":
            held.finish()
            message = await tx.get(Message, held.message_id)
            (await tx.get(Recipient, held.recipient_id)).note_mail()
            tx.record(message, MessageDelivered(channel="email", **_facts_of(message)))
        elif outcome == "unreachable":
            if not held.retry(tx.now, outcome, backoff):
                await _record_failure(tx, held, outcome)
        else:
            held.fail(outcome)
            await _record_failure(tx, held, outcome)


async def _record_failure(tx: Transaction, delivery: Delivery, outcome: Outcome) -> None:
    message = await tx.get(Message, delivery.message_id)
    tx.record(
        message,
        MessageFailed(channel="email", reason_code=f"email_{outcome}", **_facts_of(message)),
    )


def _facts_of(message: Message) -> dict[str, str]:
    return {"message_id": message.id, "recipient_id": message.recipient_id, "about": message.about}
