"""What notify holds about a volunteer: the post ``volunteer.<no>`` with its address, and what it was told."""

from sqlalchemy import delete, func, select

from services.notify.application.posting import Channels, mention, telling
from services.notify.domain.message import Message
from services.notify.domain.recipient import Recipient, of_volunteer
from services.notify.store import tables
from shared.contracts.catalog import VolunteerChanged
from shared.contracts.notify import PersonDataCollected, PersonDataErased
from shared.db.vault import Vault, place_of
from shared.privacy.answering import Holdings, Record
from shared.unit_of_work import Transaction, UnitOfWork


async def note_volunteer(uow: UnitOfWork, _channels: Channels, event: VolunteerChanged) -> None:
    """Gives the volunteer a post; whoever has left gets no more mail, so the address goes."""
    async with telling(uow, of_volunteer(event.volunteer_no)) as tx:
        recipient = await mention(tx, of_volunteer(event.volunteer_no))
        if not event.active:
            recipient.forget_address()


async def collect(tx: Transaction, vault: Vault, volunteer_no: str) -> list[Record]:
    recipient = await tx.find(Recipient, of_volunteer(volunteer_no))
    if recipient is None:
        return []
    messages = (
        await tx.session.scalars(
            select(Message).where(tables.message.c.recipient_id == recipient.id).order_by(tables.message.c.position)
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


async def erase(tx: Transaction, volunteer_no: str) -> int:
    """Deletes the post, its messages and the mail that is still to be sent."""
    recipient = of_volunteer(volunteer_no)
    theirs = (
        (tables.delivery, tables.delivery.c.recipient_id),
        (tables.message, tables.message.c.recipient_id),
        (tables.recipient, tables.recipient.c.id),
    )
    rows = 0
    for table, column in theirs:
        rows += await tx.session.scalar(select(func.count()).select_from(table).where(column == recipient)) or 0
        await tx.session.execute(delete(table).where(column == recipient))
    return rows


def address_of(vault: Vault, recipient: Recipient) -> str | None:
    """A recipient's address in clear, for the mailer and for whoever it belongs to."""
    if recipient.email_sealed is None:
        return None
    return vault.open_or_plain(recipient.email_sealed, address_place(recipient.id))


def address_place(recipient_id: str) -> str:
    return place_of(tables.recipient.c.email_sealed, recipient_id)


PEOPLE = Holdings(collect, erase, PersonDataCollected, PersonDataErased)
