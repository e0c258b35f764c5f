"""Mails that are gathered in one: by a person's wish, daily or weekly, and when one hour brings too many.

A message's round is settled when it is written and stored with it, under its recipient's lock: so none falls between
two rounds or into both, and a round that nobody was there to send goes out as soon as somebody is.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from services.notify.channels.domain.letter import UNREACHABLE, Letter, Outcome
from services.notify.channels.queries import Due, read_gathered
from services.notify.channels.use_cases.channel import Channel
from services.notify.inbox.domain.acknowledgement import wait_for
from services.notify.inbox.domain.delivery import GATHERED, QUIET, MailDelivery
from services.notify.inbox.domain.message import Message
from services.notify.inbox.domain.recipient import Recipient
from services.notify.inbox.domain.summary import MailHour, Summary, hour_of
from services.notify.inbox.queries import in_words, list_gathered
from services.notify.inbox.use_cases import (
    end_summary,
    record_delivery,
    record_failure,
    summaries_for,
)
from services.notify.preferences.domain.kinds import is_urgent, kind_of
from services.notify.preferences.domain.preference import Preference
from shared.http.texts import Texts
from shared.jobs.queue import still_held
from shared.jobs.worker import renewing
from shared.kernel.leased import Backoff
from shared.unit_of_work import Transaction, UnitOfWork

GATHERED_BY = "email"
"""Robots merge by themselves, and a text message is for what can't wait."""

MOST_LISTED = 50
"""Messages of which a summary says everything; of more it says how many there are in the inbox."""


async def gathered(
    tx: Transaction, messages: Sequence[Message], wanted: Mapping[str, Preference]
) -> dict[str, str]:
    """Of messages that are to be mailed, those that go out in a summary: its id, by message. It is made where there is
    none yet. What is urgent or asks to be acknowledged never waits; the day of service waits for no wished round."""
    hours = await _hours_of(tx, {message.recipient_id for message in messages})
    rounds: dict[str, tuple[str, datetime]] = {}
    for message in messages:
        asks = wait_for(message.code, message.params) is not None
        is_for_the_day = kind_of(message.code) == "day_of_service"
        at = None if asks or is_for_the_day else wanted[message.recipient_id].mailed_at(tx.now)
        if at is None:
            hour = hours[message.recipient_id]
            is_over = not hour.count(tx.now)
            if is_over and not asks and not is_urgent(message.code):
                at = hour.ends_at
        if at is not None:
            rounds[message.id] = (message.recipient_id, at)
    summaries = await summaries_for(tx, set(rounds.values()))
    return {key: summaries[each] for key, each in rounds.items()}


async def _hours_of(tx: Transaction, recipient_ids: set[str]) -> dict[str, MailHour]:
    """Their recipients are locked, so each is made once."""
    hours = await tx.find_all(MailHour, recipient_ids)
    for key in sorted(recipient_ids - hours.keys()):
        hours[key] = MailHour(recipient_id=key, began_at=hour_of(tx.now))
        tx.add(hours[key])
    return hours


async def send_summaries(
    uow: UnitOfWork,
    texts: Texts,
    channel: Channel,
    backoff: Backoff,
    summaries: Sequence[Summary],
) -> None:
    """Sends the summaries that their worker holds, and notes what became of the messages in each."""
    async with renewing(uow, summaries):
        due = {each.id: await read_gathered(uow, each.id) for each in summaries}
        letters, outcomes, listed = _compose(uow, texts, channel, due)
        if letters:
            outcomes |= await channel.send(letters)
    for summary in summaries:
        held = [delivery_id for delivery_id, _, _ in due[summary.id].rows]
        outcome = outcomes.get(summary.id)
        await _note(uow, summary, held, listed[summary.id], outcome, backoff)


def _compose(
    uow: UnitOfWork, texts: Texts, channel: Channel, summaries: Mapping[str, Due]
) -> tuple[list[Letter], dict[str, Outcome], dict[str, set[str]]]:
    """The letters of what each recipient has not read yet and still wants, what becomes of those that are not to be
    sent now, and the deliveries that are in each. A summary of nothing has neither letter nor outcome."""
    letters: list[Letter] = []
    outcomes: dict[str, Outcome] = {}
    listed: dict[str, set[str]] = {}
    for summary_id, due in summaries.items():
        unread = [
            (delivery_id, message, recipient)
            for delivery_id, message, recipient in due.rows
            if message.read_at is None
            and due.preferences[recipient.id].wants(message.code, channel.code)
        ]
        listed[summary_id] = {delivery_id for delivery_id, _, _ in unread}
        if not unread:
            continue
        recipient = unread[0][2]
        quiet = due.preferences[recipient.id].quiet_hours
        until = quiet.end_at(uow.now()) if quiet is not None else None
        address = channel.address_of(recipient, channel.code)
        if until is not None:
            outcomes[summary_id] = Outcome("throttled", until, QUIET)
        elif address is not None:
            said = _said(texts, recipient, [message for _, message, _ in unread], due)
            letters.append(Letter(summary_id, address, recipient.language, *said))
    return letters, outcomes, listed


def _said(
    texts: Texts, recipient: Recipient, messages: Sequence[Message], due: Due
) -> tuple[str, str]:
    """Subject and text of a summary, in its reader's language."""
    language = recipient.language
    listed = [in_words(texts, language, message, due.known) for message in messages[:MOST_LISTED]]
    lines = [f"{number}. {one.subject}\n{one.text}" for number, one in enumerate(listed, start=1)]
    if more := len(messages) - len(listed):
        lines.append(texts.render(language, "channel.summary_more", {"count": more})["text"])
    facts = {"count": len(messages), "messages": "\n\n".join(lines)}
    said = texts.render(language, "channel.summary", facts)
    return said["subject"], said["text"]


async def give_up_summary(tx: Transaction, summary: Summary) -> None:
    """Tells of a summary whose workers all fell silent."""
    held = await list_gathered(tx.session, summary.id)
    await _end(tx, summary, held, set(held), UNREACHABLE)


async def _note(
    uow: UnitOfWork,
    summary: Summary,
    delivery_ids: Sequence[str],
    listed: Collection[str],
    outcome: Outcome | None,
    backoff: Backoff,
) -> None:
    async with uow.transaction() as tx:
        held = await still_held(tx, summary)
        if held is None:
            return
        if outcome is not None and outcome.what == "throttled" and outcome.until is not None:
            held.give_back(outcome.until)
            return
        may_get_there = outcome is not None and outcome.what in ("unreachable", "throttled")
        if may_get_there and held.retry(tx.now, "unreachable", backoff):
            return
        await _end(tx, held, delivery_ids, listed, outcome)


async def _end(
    tx: Transaction,
    summary: Summary,
    delivery_ids: Sequence[str],
    listed: Collection[str],
    outcome: Outcome | None,
) -> None:
    """Ends the deliveries that were gathered in a summary, and the summary, which holds nothing that they don't. Those
    that were not ``listed`` in the mail are not wanted any more. It locks deliveries, messages and the recipient in
    this order, as all others do."""
    deliveries = await tx.find_all(MailDelivery, delivery_ids)
    ours = [each for each in deliveries.values() if each.state == GATHERED]
    messages = await tx.find_all(Message, [each.message_id for each in ours])
    for each in sorted(ours, key=lambda one: one.id):
        message = messages[each.message_id]
        if outcome is None or each.id not in listed:
            each.cancel()
        elif outcome.what == "sent":
            each.finish()
            record_delivery(tx, message, each.channel)
        else:
            detail = f".{outcome.detail}" if outcome.detail else ""
            each.fail(f"{outcome.what}{detail}")
            each.note_failure(tx.now)
            record_failure(tx, message, each.channel, f"{each.channel}_{outcome.what}")
    if outcome is not None and outcome.what == "sent" and ours:
        (await tx.get(Recipient, ours[0].recipient_id)).note_mail()
    await end_summary(tx, summary.id)
