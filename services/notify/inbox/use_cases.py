"""Posting messages, reading them, and what a recipient may set; what is held of a volunteer."""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select, update

from services.notify.inbox.domain.acknowledgement import Acknowledgement, wait_for
from services.notify.inbox.domain.delivery import FRESH, QUIET
from services.notify.inbox.domain.message import Message, message_id
from services.notify.inbox.domain.recipient import (
    COORDINATOR,
    Recipient,
    clean_address,
    of_volunteer,
    reaches,
    require_own,
)
from services.notify.inbox.domain.summary import Summary
from services.notify.inbox.queries import (
    address_of,
    address_place,
    current_recipients,
    existing_messages,
    mobile_of,
    mobile_place,
    recipients_named_in,
    stand_ins,
)
from services.notify.inbox.tables import acknowledgement as acknowledgement_table
from services.notify.inbox.tables import delivery as delivery_table
from services.notify.inbox.tables import mail_hour as mail_hour_table
from services.notify.inbox.tables import message as message_table
from services.notify.inbox.tables import recipient as recipient_table
from services.notify.inbox.tables import summary as summary_table
from services.notify.policy import POLICY
from services.notify.templates.domain import Params
from shared.cache.port import Cache
from shared.contracts.notify import (
    MessageDelivered,
    MessageDeliveredV2,
    MessageFailed,
    MessageFailedV2,
    is_channel_v1,
)
from shared.db.bulk_insert import insert_missing, rows_of
from shared.db.vault import Vault
from shared.eventlog.envelope import Envelope
from shared.kernel.access import Role
from shared.kernel.errors import InvalidInput, NotFound
from shared.kernel.ids import new_id as make_id
from shared.privacy.answering import Record
from shared.unit_of_work import Transaction, UnitOfWork

ACKNOWLEDGEMENT_TOPIC = "acknowledgement"
_PENDING = "notify.inbox.pending"
_WRITTEN = "notify.inbox.written"
_MOVED = "notify.inbox.moved"


def inbox_topic(recipient_id: str) -> str:
    return f"inbox:{recipient_id}"


Change = Callable[[Recipient], None]


@dataclass(slots=True)
class _Pending:
    """What the events of one transaction want of recipients. It is written at the end, see :func:`write_pending`."""

    mentioned: set[str] = field(default_factory=set)
    changes: list[tuple[str, Change]] = field(default_factory=list)
    moves: list[tuple[str, str, Vault]] = field(default_factory=list)
    messages: dict[str, Message] = field(default_factory=dict)
    once: set[str] = field(default_factory=set)
    """The messages that an earlier transaction may have written already."""
    needless: set[str] = field(default_factory=set)
    """The messages that need no acknowledgement any more before they are written."""


def mention(tx: Transaction, *recipient_ids: str) -> None:
    """These recipients exist from the end of the transaction on, and so does the coordinator."""
    _pending_of(tx).mentioned |= {COORDINATOR, *recipient_ids}


def change_recipient(tx: Transaction, recipient_id: str, change: Change) -> None:
    """Makes the recipient if it is new, and changes it, both at the end of the transaction."""
    mention(tx, recipient_id)
    _pending_of(tx).changes.append((recipient_id, change))


def move_recipient(tx: Transaction, vault: Vault, former_id: str, new_id: str) -> None:
    """At the end of the transaction, everything that ``former_id`` was told is with ``new_id``."""
    mention(tx, former_id, new_id)
    _pending_of(tx).moves.append((former_id, new_id, vault))


def cause_of(tx: Transaction) -> Envelope:
    """The event that is being applied: what people are told follows from one, unless a job says all of it itself."""
    if tx.cause is None:
        raise RuntimeError("this transaction applies no event: say about, occasion and happened_at")
    return tx.cause


def post_message(
    tx: Transaction,
    recipient_id: str,
    code: str,
    params: Params,
    *,
    about: str | None = None,
    occasion: str | None = None,
    happened_at: datetime | None = None,
) -> None:
    """Has a message written at the end of the transaction; of several on the same ``occasion``, the first only. The
    recipient, and those whom ``params`` name, exist from then on.

    ``about`` is the stream that it tells of, ``happened_at`` is when that was. By default the event that is being
    applied gives all three; it is applied once, so nobody has to look whether the message is there.
    """
    key = message_id(occasion or cause_of(tx).id, recipient_id, code)
    pending = _pending_of(tx)
    mention(tx, recipient_id, *recipients_named_in(params))
    if occasion:
        pending.once.add(key)
    message = Message(
        id=key,
        recipient_id=recipient_id,
        code=code,
        params=params,
        about=about or cause_of(tx).aggregate_id,
        created_at=happened_at or cause_of(tx).occurred_at,
    )
    pending.messages.setdefault(key, message)


async def end_asking(
    tx: Transaction,
    code: str,
    about: str,
    recipient_id: str | None,
    *,
    facts: Mapping[str, Any],
) -> None:
    """Nobody needs to acknowledge messages with this code about an object any more, to anybody or to one recipient,
    whose params hold ``facts``; those included that this transaction is about to write."""

    def is_meant(message: Message) -> bool:
        return (
            (message.code, message.about) == (code, about)
            and recipient_id in (None, message.recipient_id)
            and facts.items() <= message.params.items()
        )

    pending = _pending_of(tx)
    pending.needless |= {key for key, each in pending.messages.items() if is_meant(each)}
    asked = acknowledgement_table.c
    these = select(Acknowledgement, Message).join(message_table, message_table.c.id == asked.id)
    rows = await tx.session.execute(
        these.where(asked.code == code, asked.about == about, asked.acknowledged_at.is_(None))
        .order_by(asked.id)
        .with_for_update(of=acknowledgement_table)
    )
    for asked_about, message in rows.all():
        if is_meant(message):
            asked_about.end()


async def write_pending(tx: Transaction, cache: Cache) -> None:
    """Locks the recipients that get a message or are changed, in the order of their ids, and writes. It is one of the
    last steps of a transaction that applies events: every transaction takes these locks in the same order, after all
    its others, and holds them for no longer than the commit takes. ``cache`` wakes browsers.

    A recipient's messages get their positions under its lock, so the positions rise in the order of commits, and
    whoever reads on after the last one misses nothing. Messages of one transaction are numbered as things happened.
    """
    pending: _Pending | None = tx.session.info.pop(_PENDING, None)
    if pending is None:
        return
    await _add_copies(tx, pending)
    written = {recipient_id for recipient_id, _ in pending.changes}
    written |= {message.recipient_id for message in pending.messages.values()}
    written |= {key for former_id, new_id, _ in pending.moves for key in (former_id, new_id)}
    await _make_missing(tx, pending.mentioned | written)
    await _lock(tx, written)
    await _redirect(tx, list(pending.messages.values()), written)
    for former_id, new_id, vault in pending.moves:
        await _move(tx, vault, former_id, new_id)
    changed = await tx.find_all(Recipient, {recipient_id for recipient_id, _ in pending.changes})
    for recipient_id, change in pending.changes:
        change(changed[recipient_id])
    known = await existing_messages(tx.session, pending.once)
    messages = [message for message in pending.messages.values() if message.id not in known]
    await _count(tx, messages)
    for message in sorted(messages, key=lambda message: message.created_at):
        _write(tx, cache, message)
        if message.id not in pending.needless and _is_fresh(tx, message):
            _ask(tx, message)
    tx.session.info[_WRITTEN] = messages
    tx.session.info[_MOVED] = [(former_id, new_id) for former_id, new_id, _ in pending.moves]


def take_written(tx: Transaction) -> list[Message]:
    """The messages that :func:`write_pending` wrote, for what follows from them."""
    written: list[Message] = tx.session.info.pop(_WRITTEN, [])
    return written


def take_moved(tx: Transaction) -> list[tuple[str, str]]:
    """The recipients that :func:`write_pending` moved, each with the one that took its place. What else is kept under
    the former one's id has to follow."""
    moved: list[tuple[str, str]] = tx.session.info.pop(_MOVED, [])
    return moved


async def _add_copies(tx: Transaction, pending: _Pending) -> None:
    """What those are told who are away, their stand-ins are told as well; a stand-in's own stand-in is not."""
    told = {message.recipient_id for message in pending.messages.values()}
    standing_in = await stand_ins(tx.session, told, tx.today)
    for message in list(pending.messages.values()):
        if (stand_in := standing_in.get(message.recipient_id)) is None:
            continue
        key = message_id(f"stand_in:{message.id}", stand_in, message.code)
        copy = Message(
            id=key,
            recipient_id=stand_in,
            code=message.code,
            params=message.params,
            about=message.about,
            created_at=message.created_at,
        )
        pending.messages.setdefault(key, copy)
        pending.needless.add(key)  # whoever is away is asked, and after that the corps
        if message.id in pending.once:
            pending.once.add(key)


async def _redirect(tx: Transaction, messages: Sequence[Message], locked: Collection[str]) -> None:
    """Directs messages to recipients that took the place of theirs, and locks those: whoever moves an inbox holds the
    former recipient until its successor is noted."""
    now = await current_recipients(tx.session, {message.recipient_id for message in messages})
    moved = {new for former, new in now.items() if new != former} - set(locked)
    for message in messages:
        message.recipient_id = now[message.recipient_id]
    if moved:
        await _make_missing(tx, moved)
        await _lock(tx, moved)


async def _move(tx: Transaction, vault: Vault, former_id: str, new_id: str) -> None:
    for table in (message_table, delivery_table, summary_table, acknowledgement_table):
        theirs = update(table).where(table.c.recipient_id == former_id)
        await tx.session.execute(theirs.values(recipient_id=new_id))
    found = await tx.find_all(Recipient, [former_id, new_id])
    await tx.session.execute(
        delete(mail_hour_table).where(mail_hour_table.c.recipient_id == former_id)
    )
    former, new = found[former_id], found[new_id]
    email, mobile = address_of(vault, former), mobile_of(vault, former)
    new.take_over(
        former,
        vault.seal(email, address_place(new_id)) if email is not None else None,
        vault.seal(mobile, mobile_place(new_id)) if mobile is not None else None,
    )


async def _lock(tx: Transaction, recipient_ids: Collection[str]) -> None:
    """Locks recipients in the order of their ids."""
    these = select(recipient_table.c.id).where(recipient_table.c.id.in_(recipient_ids))
    await tx.session.execute(these.order_by(recipient_table.c.id).with_for_update())


async def _count(tx: Transaction, messages: Sequence[Message]) -> None:
    """One statement for all recipients that get as many: what is done under the locks is kept short."""
    recipients_by_count: defaultdict[int, list[str]] = defaultdict(list)
    for recipient_id, count in Counter(message.recipient_id for message in messages).items():
        recipients_by_count[count].append(recipient_id)
    for count, recipient_ids in recipients_by_count.items():
        await tx.session.execute(
            update(recipient_table)
            .where(recipient_table.c.id.in_(recipient_ids))
            .values(
                messages=recipient_table.c.messages + count,
                unread=recipient_table.c.unread + count,
                version=recipient_table.c.version + 1,
            )
        )


def _write(tx: Transaction, cache: Cache, message: Message) -> None:
    tx.append(message)
    record_delivery(tx, message, "inbox")  # in the inbox, stored is delivered
    tx.after_commit(cache.signal, inbox_topic(message.recipient_id))


def record_delivery(tx: Transaction, message: Message, channel: str) -> None:
    """Publishes that a message reached its recipient, in both versions where the first can name the channel."""
    if is_channel_v1(channel):
        tx.record(message, MessageDelivered(channel=channel, **_facts_of(message)))
    tx.record(message, MessageDeliveredV2(channel=channel, **_facts_of(message)))


def record_failure(tx: Transaction, message: Message, channel: str, reason_code: str) -> None:
    """Publishes that a channel gave up on a message, in both versions where the first can name the channel."""
    facts = _facts_of(message) | {"reason_code": reason_code}
    if is_channel_v1(channel):
        tx.record(message, MessageFailed(channel=channel, **facts))
    tx.record(message, MessageFailedV2(channel=channel, **facts))


def _facts_of(message: Message) -> dict[str, str]:
    return {"message_id": message.id, "recipient_id": message.recipient_id, "about": message.about}


def _ask(tx: Transaction, message: Message) -> None:
    wait = wait_for(message.code, message.params)
    if wait is None:
        return
    asked = Acknowledgement(
        id=message.id,
        code=message.code,
        recipient_id=message.recipient_id,
        about=message.about,
        due_at=tx.now + wait,
    )
    tx.append(asked)


def _is_fresh(tx: Transaction, message: Message) -> bool:
    return tx.now - message.created_at <= FRESH


async def _make_missing(tx: Transaction, recipient_ids: Collection[str]) -> None:
    """In the order of their ids: of two transactions that make the same ones, the second waits for the first."""
    known = await tx.session.scalars(
        select(recipient_table.c.id).where(recipient_table.c.id.in_(recipient_ids))
    )
    if missing := sorted(set(recipient_ids) - set(known)):
        rows = [row for key in missing for _, row in rows_of(Recipient(id=key))]
        await tx.session.execute(insert_missing(tx.session, recipient_table), rows)


def _pending_of(tx: Transaction) -> _Pending:
    pending: _Pending = tx.session.info.setdefault(_PENDING, _Pending())
    return pending


async def set_preference(
    uow: UnitOfWork, recipient_id: str, *, language: str, email: str | None
) -> Recipient:
    """Sets the language of a recipient's mail, and its address; without one it gets no mail. Whoever sets them need not
    say what stood there before: they are two values of the post's own, set together and never read in clear, and the
    recipient's version counts its messages, so that it says nothing about them.

    A coordinator may enter an address for a post; everybody else's counts by its code only (see
    :mod:`services.notify.addresses`).

    :raises InvalidInput: the address is none, or has to be confirmed. :raises NotFound: no event has mentioned the
        recipient.
    """
    require_own(uow.permit(POLICY, "address_recipient"), recipient_id)
    if email is not None and Role.COORDINATOR not in uow.actor.roles:
        raise InvalidInput("address_needs_code", field="email")
    async with uow.transaction() as tx:
        recipient = await tx.get(Recipient, recipient_id)
        sealed = (
            uow.vault.seal(clean_address(email), address_place(recipient_id))
            if email is not None
            else None
        )
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


async def read_messages(uow: UnitOfWork, recipient_id: str, *, up_to: int) -> int:
    """Marks a recipient's messages as read, up to a position, so that none that came meanwhile is
    lost from sight. Returns how many were not read before.

    :raises NotFound: no event has mentioned the recipient.
    """
    require_own(uow.permit(POLICY, "mark_message"), recipient_id)
    async with uow.transaction() as tx:
        found = await tx.session.execute(
            update(message_table)
            .where(
                message_table.c.recipient_id == recipient_id,
                message_table.c.position <= up_to,
                message_table.c.read_at.is_(None),
            )
            .values(read_at=tx.now, version=message_table.c.version + 1)
            .returning(message_table.c.id)
        )
        count = len(found.all())
        # After the messages, as in read_message.
        recipient = await tx.get(Recipient, recipient_id)
        if count:
            recipient.note_read(count)
            tx.note(Recipient.kind, recipient_id, read=str(count))
        return count


async def release_postponed(tx: Transaction, recipient_id: str) -> None:
    """What waits for a recipient's quiet hours to end is due at once: they may be others now."""
    await tx.session.execute(
        update(delivery_table)
        .where(
            delivery_table.c.recipient_id == recipient_id,
            delivery_table.c.state == "queued",  # a worker keeps what it has
            delivery_table.c.due_at > tx.now,
            delivery_table.c.error == QUIET,
        )
        .values(due_at=tx.now, version=delivery_table.c.version + 1)
    )


async def summaries_for(
    tx: Transaction, rounds: set[tuple[str, datetime]]
) -> dict[tuple[str, datetime], str]:
    """The summaries that wait for these rounds, locked: one that a worker has taken gets no more."""
    if not rounds:
        return {}
    open_ones = await tx.session.scalars(
        select(Summary)
        .where(
            summary_table.c.recipient_id.in_({recipient_id for recipient_id, _ in rounds}),
            summary_table.c.state == "queued",
        )
        .order_by(summary_table.c.id)
        .with_for_update()
    )
    found = {
        (each.recipient_id, each.due_at): each.id for each in open_ones if each.due_at is not None
    }
    for recipient_id, at in sorted(rounds - found.keys()):
        made = Summary(id=make_id(), recipient_id=recipient_id, due_at=at)
        tx.append(made)
        found[recipient_id, at] = made.id
    return found


async def end_summary(tx: Transaction, summary_id: str) -> None:
    """A summary is gone when the deliveries that it held are over; they say what became of it."""
    await tx.flush()
    await tx.session.execute(delete(summary_table).where(summary_table.c.id == summary_id))


async def release_gathered(tx: Transaction, recipient_id: str) -> None:
    """What is gathered for a recipient goes out at once: it may want mail by another rhythm now."""
    await tx.session.execute(
        update(summary_table)
        .where(
            summary_table.c.recipient_id == recipient_id,
            summary_table.c.state == "queued",
            summary_table.c.due_at > tx.now,
        )
        .values(due_at=tx.now, version=summary_table.c.version + 1)
    )


async def collect_records(tx: Transaction, vault: Vault, volunteer_no: str) -> list[Record]:
    recipient = await tx.find(Recipient, of_volunteer(volunteer_no))
    if recipient is None:
        return []
    messages = (
        await tx.session.scalars(
            select(Message)
            .where(message_table.c.recipient_id == recipient.id)
            .order_by(message_table.c.position)
        )
    ).all()
    return [
        {
            "kind": "recipient",
            "id": recipient.id,
            "language": recipient.language,
            "email": address_of(vault, recipient),
            "mobile": mobile_of(vault, recipient),
            "stand_in": recipient.stand_in_id,
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
    standing_in = update(recipient_table).where(recipient_table.c.stand_in_id == recipient)
    await tx.session.execute(
        standing_in.values(
            stand_in_id=None, stand_in_until_on=None, version=recipient_table.c.version + 1
        )
    )
    theirs = (
        (delivery_table, delivery_table.c.recipient_id),
        (acknowledgement_table, acknowledgement_table.c.recipient_id),
        (message_table, message_table.c.recipient_id),
        (recipient_table, recipient_table.c.id),
        # After the recipient, under whose lock they are written.
        (summary_table, summary_table.c.recipient_id),
        (mail_hour_table, mail_hour_table.c.recipient_id),
    )
    rows = 0
    # What somebody wrote while this waited for the recipient is seen once its row is ours.
    for table, column in (*theirs, *theirs[:3]):
        rows += (
            await tx.session.scalar(
                select(func.count()).select_from(table).where(column == recipient)
            )
            or 0
        )
        await tx.session.execute(delete(table).where(column == recipient))
    return rows
