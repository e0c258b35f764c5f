"""Acknowledging a message, and asking again while nobody has."""

from collections.abc import Sequence

from services.notify.channels.use_cases.channel import Channel
from services.notify.channels.use_cases.sending import write_deliveries
from services.notify.inbox.domain.acknowledgement import Acknowledgement
from services.notify.inbox.domain.message import Message
from services.notify.inbox.domain.recipient import COORDINATOR, Recipient, is_own, reaches
from services.notify.inbox.queries import find_message
from services.notify.inbox.use_cases import inbox_topic, post_message, write_pending
from services.notify.policy import POLICY
from services.notify.templates.domain import Params
from shared.cache.port import Cache
from shared.jobs.queue import still_held
from shared.kernel.errors import NotFound
from shared.unit_of_work import Transaction, UnitOfWork


async def acknowledge_message(uow: UnitOfWork, cache: Cache, message_id: str) -> None:
    """Notes that the recipient knows. The recipient's people say so themselves and have read the message with it; the
    corps says it for somebody whom it reached otherwise. Doing so again changes nothing.

    :raises NotFound: there is no such message, it asks for no acknowledgement, or it is somebody else's.
    """
    grant = uow.permit(POLICY, "acknowledge_message")
    async with uow.transaction() as tx:
        # The acknowledgement, then the message, then the recipient: as the job that asks again.
        asked = await tx.find(Acknowledgement, message_id)
        if asked is None or not reaches(grant, asked.recipient_id):
            raise NotFound(Message.kind, message_id)
        own = is_own(grant, asked.recipient_id)
        first = asked.acknowledge(tx.now, uow.actor.subject, by_corps=not own)
        if first and own:
            message = await tx.get(Message, message_id)
            if message.note_read(tx.now):
                (await tx.get(Recipient, message.recipient_id)).note_read()
        tx.after_commit(cache.signal, inbox_topic(asked.recipient_id))


async def ask_again(
    uow: UnitOfWork,
    cache: Cache,
    channels: Sequence[Channel],
    asked: Sequence[Acknowledgement],
) -> None:
    """Reminds the recipients of messages that a worker holds, or tells the corps; a transaction for each."""
    for each in asked:
        async with uow.transaction() as tx:
            held = await still_held(tx, each)
            if held is None:
                continue
            message = await find_message(tx.session, held.id)
            if message is None:  # retention has deleted it
                held.cancel()
                continue
            _remind(tx, held, message)
            await write_pending(tx, cache)
            await write_deliveries(tx, cache, channels)


def _remind(tx: Transaction, held: Acknowledgement, message: Message) -> None:
    said_at = message.created_at.isoformat()
    params: Params = {"lines": [{**message.params, "code": message.code, "said_at": said_at}]}
    if held.ask(tx.now) == "remind":
        recipient_id, code = held.recipient_id, "message.acknowledgement_asked"
    else:
        kind, _, value = held.recipient_id.partition(".")
        recipient_id, code = COORDINATOR, f"message.unacknowledged_{kind}"
        params[f"{kind}_code"] = value
    post_message(
        tx,
        recipient_id,
        code,
        params,
        about=held.about,
        occasion=f"acknowledgement:{held.id}:{held.reminders}",
        happened_at=tx.now,
    )
