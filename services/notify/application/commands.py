"""What people can tell notify. (What events tell it stands in directory, orders, circuit and digests.)"""

from services.notify.application.people import address_place
from services.notify.application.policy import POLICY, reaches, require_post
from services.notify.domain.message import Message
from services.notify.domain.recipient import Recipient, clean_address
from shared.kernel.errors import NotFound
from shared.unit_of_work import UnitOfWork


async def prefer(uow: UnitOfWork, recipient_id: str, *, language: str, email: str | None) -> Recipient:
    """Sets the language of a recipient's mail, and its address; without one it gets no mail. Whoever sets them need not
    say what stood there before: they are two values of the post's own, set together and never read in clear, and the
    recipient's version counts its messages, so that it says nothing about them.

    :raises InvalidInput: the address is none. :raises NotFound: no event has mentioned the recipient.
    """
    require_post(uow.permit(POLICY, "address_recipient"), recipient_id)
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
