"""Messages beside the inbox: which go by which channel, sent as they fall due, and what became of each.

No transaction is open while the other side takes its time. Whoever dies between sending and noting it sends again,
under the same id.
"""

from collections.abc import Mapping, Sequence

from services.notify.channels.domain.letter import (
    NO_ADDRESS,
    UNREACHABLE,
    UNWANTED,
    Letter,
    Outcome,
)
from services.notify.channels.queries import read_due
from services.notify.channels.use_cases.channel import Channel
from services.notify.channels.use_cases.summaries import GATHERED_BY, gathered
from services.notify.inbox.domain.delivery import FRESH, GATHERED, KINDS, QUIET, Delivery
from services.notify.inbox.domain.message import Message
from services.notify.inbox.domain.recipient import Recipient, clean_address
from services.notify.inbox.queries import in_words
from services.notify.inbox.use_cases import record_delivery, record_failure, take_written
from services.notify.policy import POLICY
from services.notify.preferences.domain.kinds import is_urgent
from services.notify.preferences.queries import preferences_of
from shared.cache.port import Cache
from shared.http.texts import Texts
from shared.jobs.queue import still_held
from shared.jobs.worker import renewing
from shared.kernel.errors import InvalidInput, NotFound
from shared.kernel.ids import new_id
from shared.kernel.leased import Backoff
from shared.privacy.phones import clean_phone
from shared.unit_of_work import Transaction, UnitOfWork

THROTTLED = "throttled"


def topic_of(channel: str) -> str:
    """What wakes the workers of a channel."""
    return f"deliveries:{channel}"


async def write_deliveries(tx: Transaction, cache: Cache, channels: Sequence[Channel]) -> None:
    """The last step of a transaction that applies events: what its messages are to be sent by. What happened long ago
    is a replay, and is sent to nobody."""
    fresh = [each for each in take_written(tx) if tx.now - each.created_at <= FRESH]
    recipients = {message.recipient_id for message in fresh}
    if not recipients or not channels:
        return
    wanted = await preferences_of(tx.session, recipients)
    for channel in channels:
        targets = await channel.targets(tx.session, recipients)
        meant = [
            message
            for message in fresh
            if targets.get(message.recipient_id)
            and wanted[message.recipient_id].wants(message.code, channel.code)
        ]
        summaries = await gathered(tx, meant, wanted) if channel.code == GATHERED_BY else {}
        for message in meant:
            for target in targets[message.recipient_id]:
                tx.append(_delivery(tx, channel.code, message, target, summaries.get(message.id)))
        if len(summaries) < len(meant):
            tx.after_commit(cache.signal, topic_of(channel.code))


def _delivery(
    tx: Transaction, channel: str, message: Message, target: str, summary_id: str | None
) -> Delivery:
    is_gathered = summary_id is not None
    return KINDS[channel](
        id=f"{message.id}.{target}",
        message_id=message.id,
        recipient_id=message.recipient_id,
        channel=channel,
        target=target,
        due_at=None if is_gathered else tx.now,
        state=GATHERED if is_gathered else "queued",
        summary_id=summary_id,
    )


async def send_due(
    uow: UnitOfWork,
    texts: Texts,
    channel: Channel,
    backoff: Backoff,
    deliveries: Sequence[Delivery],
) -> None:
    """Sends deliveries of one channel that their worker holds, and notes what became of each."""
    async with renewing(uow, deliveries):
        letters, outcomes = await _compose(uow, texts, channel, deliveries)
        if letters:
            outcomes |= await channel.send(letters)
    for delivery in deliveries:
        await _note(uow, delivery, outcomes.get(delivery.id, UNREACHABLE), backoff)


async def give_up(tx: Transaction, delivery: Delivery) -> None:
    """Tells of a delivery whose workers all fell silent."""
    await _fail(tx, delivery, UNREACHABLE)


async def send_test(
    uow: UnitOfWork,
    texts: Texts,
    channels: Mapping[str, Channel],
    code: str,
    address: str,
    language: str,
) -> Outcome:
    """Sends a test message by a channel to an address that its caller knows. It counts as any other does.

    :raises NotFound: no such channel is set up. :raises InvalidInput: see :func:`cleaned`.
    """
    uow.permit(POLICY, "test_channel")
    address = cleaned(code, address)
    if code not in channels:
        raise NotFound("channel", code)
    async with uow.transaction() as tx:
        tx.note("channel", code, tested=code)
    return await send_now(texts, channels[code], "channel.test", address, language)


def cleaned(channel: str, typed: str) -> str:
    """An address as it is sent to. :raises InvalidInput: nothing could ever reach it; the text does not repeat it."""
    if channel == "email":
        try:
            return clean_address(typed)
        except InvalidInput:
            raise InvalidInput("email_malformed", field="address") from None
    try:
        number = clean_phone(typed)
    except InvalidInput:
        raise InvalidInput("phone_malformed", field="address") from None
    if not number.startswith("1"):  # a landline has its area code
        raise InvalidInput("mobile_needed", field="address")
    return number


async def send_now(
    texts: Texts, channel: Channel, text: str, address: str, language: str, **facts: str
) -> Outcome:
    """Sends one text that waits for nobody, such as a code, and is not tried again: whoever asked for it sees what
    became of it."""
    said = texts.render(language, text, facts)
    letter = Letter(new_id(), address, language, said["subject"], said["text"], is_urgent=True)
    return (await channel.send([letter])).get(letter.id, UNREACHABLE)


async def _compose(
    uow: UnitOfWork, texts: Texts, channel: Channel, deliveries: Sequence[Delivery]
) -> tuple[list[Letter], dict[str, Outcome]]:
    """The letters in their recipients' languages; and what becomes of those that are not to be sent now."""
    letters: list[Letter] = []
    outcomes: dict[str, Outcome] = {}
    due = await read_due(uow, [delivery.id for delivery in deliveries])
    held = {delivery.id: delivery for delivery in deliveries}
    now = uow.now()
    for delivery_id, message, recipient in due.rows:
        delivery = held[delivery_id]
        wanted, urgent = due.preferences[recipient.id], is_urgent(message.code)
        quiet = wanted.quiet_hours
        until = quiet.end_at(now) if quiet is not None and not urgent else None
        address = channel.address_of(recipient, delivery.target)
        if not wanted.wants(message.code, channel.code):
            outcomes[delivery_id] = UNWANTED
        elif address is None:
            outcomes[delivery_id] = NO_ADDRESS
        elif until is not None:
            outcomes[delivery_id] = Outcome("throttled", until, QUIET)
        else:
            rendered = in_words(texts, recipient.language, message, due.known)
            mark = texts.render(recipient.language, "channel.urgent")["text"] if urgent else ""
            letters.append(
                Letter(
                    id=delivery_id,
                    address=address,
                    language=recipient.language,
                    subject=f"{mark}{rendered.subject}",
                    text=rendered.text,
                    is_urgent=urgent,
                    has_waited=delivery.error == THROTTLED,
                )
            )
    return letters, outcomes


async def _note(uow: UnitOfWork, delivery: Delivery, outcome: Outcome, backoff: Backoff) -> None:
    """One transaction for each. It locks delivery, message and recipient in this order, as all others do that lock more
    than one of them: marking a message as read, erasing a volunteer, deleting old messages. What is no longer held is
    left alone: its person was erased meanwhile, or another worker has it."""
    async with uow.transaction() as tx:
        held = await still_held(tx, delivery)
        if held is None:
            return
        if outcome.what == "sent":
            held.finish()
            message = await tx.get(Message, held.message_id)
            if held.channel == "email":
                (await tx.get(Recipient, held.recipient_id)).note_mail()
            record_delivery(tx, message, held.channel)
        elif outcome.what == "unwanted":
            held.cancel()
        elif outcome.what == "throttled" and outcome.until is not None:
            held.postpone(outcome.until, QUIET if outcome.detail == QUIET else THROTTLED)
        elif outcome.what in ("unreachable", "throttled"):
            if not held.retry(tx.now, "unreachable", backoff):
                await _fail(tx, held, outcome)
        else:
            held.fail(outcome.what if not outcome.detail else f"{outcome.what}.{outcome.detail}")
            await _fail(tx, held, outcome)


async def _fail(tx: Transaction, delivery: Delivery, outcome: Outcome) -> None:
    delivery.note_failure(tx.now)
    message = await tx.get(Message, delivery.message_id)
    record_failure(tx, message, delivery.channel, f"{delivery.channel}_{outcome.what}")
