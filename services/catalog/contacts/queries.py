"""Reading contacts: numbers masked, and names as far as the reader may call them."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from sqlalchemy import Column, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.catalog.contacts.domain import Contact, Details, Holder, State, owners
from services.catalog.contacts.tables import contact
from services.catalog.directory.queries import MOST_IN_A_QUERY
from services.catalog.policy import POLICY
from shared.db.vault import Vault, place_of
from shared.kernel.access import Grant
from shared.kernel.errors import Forbidden, NotFound
from shared.kernel.masks import mask_name, mask_phone
from shared.privacy.answering import Record
from shared.unit_of_work import UnitOfWork

ENDED_SHOWN = 20
"""Of an entry's contacts that have ended, the newest so many are listed."""

SealedField = Literal["name", "duty", "office_phone", "mobile_phone"]
COLUMNS: dict[SealedField, Column[Any]] = {
    "name": contact.c.name_sealed,
    "duty": contact.c.duty_sealed,
    "office_phone": contact.c.office_phone_sealed,
    "mobile_phone": contact.c.mobile_phone_sealed,
}
INDEX = "contact.mobile_phone"


@dataclass(frozen=True, slots=True)
class ContactView:
    """A contact as it is shown; one that has ended has its days only."""

    id: str
    holder: Holder
    code: str
    state: State
    name: str | None
    duty: str | None
    office_phone: str | None
    mobile_phone: str | None
    entered_on: date
    valid_until: date | None
    ended_on: date | None


async def list_contacts(uow: UnitOfWork, holder: Holder, code: str) -> list[ContactView]:
    """Returns an entry's contacts in the order in which they were entered, and behind them those that have ended.

    :raises NotFound: the entry's contacts are out of the actor's reach.
    """
    grant = uow.permit(POLICY, "read_contacts")
    grant.require(holder, code, **owners(holder, code))
    in_clear = _may_call(uow, holder, code)
    of = (contact.c.holder == holder, contact.c.code == code)
    current = select(Contact).where(*of, contact.c.state == "current")
    ended = select(Contact).where(*of, contact.c.state == "ended")
    async with uow.reading() as session:
        found = [
            *await session.scalars(current.order_by(contact.c.entered_on, contact.c.id)),
            *await session.scalars(
                ended.order_by(contact.c.entered_on.desc(), contact.c.id).limit(ENDED_SHOWN)
            ),
        ]
    return [view_of(uow.vault, each, in_clear=in_clear) for each in found]


async def get_contact(uow: UnitOfWork, contact_id: str) -> ContactView:
    """Returns a contact. :raises NotFound: there is none, or it is out of the actor's reach."""
    grant = uow.permit(POLICY, "read_contacts")
    async with uow.reading() as session:
        found = require_reach(grant, await session.get(Contact, contact_id), contact_id)
    return view_of(uow.vault, found, in_clear=_may_call(uow, found.holder, found.code))


def _may_call(uow: UnitOfWork, holder: Holder, code: str) -> bool:
    """Whether the actor may have the numbers, and so needs to know whom to ask for."""
    try:
        grant = POLICY.grant(uow.actor, "reveal_contact")
    except Forbidden:
        return False
    return grant.covers(**owners(holder, code))


def view_of(vault: Vault, found: Contact, *, in_clear: bool = True) -> ContactView:
    """Returns a contact with its numbers masked, and its name as well unless ``in_clear``."""

    def masked(field: SealedField) -> str | None:
        number = open_value(vault, found, field)
        return None if number is None else mask_phone(number)

    name = open_value(vault, found, "name")
    return ContactView(
        id=found.id,
        holder=found.holder,
        code=found.code,
        state=found.state,
        name=name if in_clear or name is None else mask_name(name),
        duty=open_value(vault, found, "duty"),
        office_phone=masked("office_phone"),
        mobile_phone=masked("mobile_phone"),
        entered_on=found.entered_on,
        valid_until=found.valid_until,
        ended_on=found.ended_on,
    )


def open_value(vault: Vault, found: Contact, field: SealedField) -> str | None:
    """Returns a value in clear, None when there is none (any more)."""
    sealed: str | None = getattr(found, f"{field}_sealed")
    return None if sealed is None else vault.open(sealed, place_of(COLUMNS[field], found.id))


def details_of(vault: Vault, found: Contact) -> Details:
    """What is said of a contact that has not ended, in clear."""
    return Details(
        name=open_value(vault, found, "name") or "",
        duty=open_value(vault, found, "duty"),
        office_phone=open_value(vault, found, "office_phone"),
        mobile_phone=open_value(vault, found, "mobile_phone"),
    )


def require_reach(grant: Grant, found: Contact | None, contact_id: str) -> Contact:
    """Returns the contact. :raises NotFound: there is none, or it is out of the actor's reach."""
    if found is None:
        raise NotFound(Contact.kind, contact_id, states=Contact.STEPS)
    grant.require(
        Contact.kind, contact_id, **owners(found.holder, found.code), states=Contact.STEPS
    )
    return found


async def first_contact(session: AsyncSession, holder: Holder, code: str) -> Contact | None:
    """Returns the contact of an entry that was entered first of those it has, for whoever may know."""
    of = (contact.c.holder == holder, contact.c.code == code, contact.c.state == "current")
    query = select(Contact).where(*of).order_by(contact.c.entered_on, contact.c.id).limit(1)
    return (await session.scalars(query)).one_or_none()


async def first_name(uow: UnitOfWork, session: AsyncSession, holder: Holder, code: str) -> str:
    """Returns the masked name of an entry's first contact, and "" where it has none."""
    found = await first_contact(session, holder, code)
    name = None if found is None else open_value(uow.vault, found, "name")
    return "" if name is None else mask_name(name)


async def current_ids(session: AsyncSession, holder: Holder, code: str) -> list[str]:
    """Returns the ids of an entry's contacts, in the order in which they were entered."""
    query = select(contact.c.id).where(
        contact.c.holder == holder, contact.c.code == code, contact.c.state == "current"
    )
    return list(await session.scalars(query.order_by(contact.c.entered_on, contact.c.id)))


async def all_ids(session: AsyncSession, holder: Holder, code: str) -> list[str]:
    """The same, with those that have ended."""
    query = select(contact.c.id).where(contact.c.holder == holder, contact.c.code == code)
    return list(await session.scalars(query))


async def expired_ids(session: AsyncSession, today: date, limit: int) -> list[str]:
    """Returns the ids of contacts whose last day is over."""
    query = select(contact.c.id).where(contact.c.state == "current", contact.c.valid_until < today)
    return list(await session.scalars(query.order_by(contact.c.id).limit(limit)))


async def current_of(
    session: AsyncSession, vault: Vault, holder: Holder, codes: Collection[str]
) -> dict[str, list[tuple[str, Details]]]:
    """Returns the contacts of some entries in clear, with their ids, by the entries' codes."""
    found: dict[str, list[tuple[str, Details]]] = {}
    ordered = sorted(set(codes))
    for start in range(0, len(ordered), MOST_IN_A_QUERY):
        query = select(Contact).where(
            contact.c.holder == holder,
            contact.c.code.in_(ordered[start : start + MOST_IN_A_QUERY]),
            contact.c.state == "current",
        )
        for each in await session.scalars(query.order_by(contact.c.entered_on, contact.c.id)):
            found.setdefault(each.code, []).append((each.id, details_of(vault, each)))
    return found


async def ids_reached_by(session: AsyncSession, vault: Vault, mobile_phone: str) -> list[str]:
    """Returns the ids of the contacts with a mobile number, wherever they are entered."""
    index = vault.blind_index(mobile_phone, INDEX)
    return list(await session.scalars(select(contact.c.id).where(contact.c.mobile_index == index)))


async def is_reached_by(
    session: AsyncSession, vault: Vault, holder: Holder, code: str, mobile_phone: str
) -> bool:
    """Whether an entry has a contact with this mobile number."""
    index = vault.blind_index(mobile_phone, INDEX)
    query = select(contact.c.id).where(
        contact.c.mobile_index == index, contact.c.holder == holder, contact.c.code == code
    )
    return (await session.scalars(query.limit(1))).first() is not None


def as_records(vault: Vault, found: Iterable[Contact]) -> list[Record]:
    """What is held about a person who is a contact, for that person."""
    return [
        {
            "kind": Contact.kind,
            "holder": each.holder,
            "code": each.code,
            "entered_on": each.entered_on.isoformat(),
            "valid_until": each.valid_until and each.valid_until.isoformat(),
            **{field: open_value(vault, each, field) for field in COLUMNS},
        }
        for each in found
    ]
