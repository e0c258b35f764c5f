"""Entering contacts, correcting and ending them, and showing one number in clear."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from services.catalog.contacts.domain import (
    PHONES,
    Contact,
    Details,
    Holder,
    PhoneField,
    clean_name,
    owners,
    require_room,
    require_valid,
)
from services.catalog.contacts.queries import (
    COLUMNS,
    INDEX,
    ContactView,
    all_ids,
    as_records,
    current_ids,
    details_of,
    expired_ids,
    ids_reached_by,
    is_reached_by,
    open_value,
    require_reach,
    view_of,
)
from services.catalog.directory.domain import Agency, Entry, MergeableEntry, Team, Township
from services.catalog.policy import POLICY
from shared.db.engine import forget
from shared.db.vault import Vault, place_of
from shared.kernel.access import Grant
from shared.kernel.doubts import Confirmations, Doubts
from shared.kernel.errors import Conflict, InvalidInput, NotFound
from shared.kernel.ids import new_id
from shared.privacy.answering import Record
from shared.privacy.phones import clean_phone
from shared.unit_of_work import Transaction, UnitOfWork

KINDS: Mapping[Holder, type[Entry]] = {"agency": Agency, "team": Team, "township": Township}
AT_A_TIME = 100
"""Contacts that are ended in one transaction."""


async def enter_contact(
    uow: UnitOfWork,
    *,
    holder: Holder,
    code: str,
    name: str,
    duty: str | None = None,
    office_phone: str | None = None,
    mobile_phone: str | None = None,
    valid_until: date | None = None,
    confirmed: Confirmations = (),
) -> ContactView:
    """Enters a contact of an agency, team or township.

    :raises InvalidInput: a value is malformed, no number is given, or the last day is over.
    :raises NotFound: there is no such entry. :raises Conflict: it has enough contacts, or has a new code.
    :raises ConfirmationNeeded: another contact of the entry has the same mobile number.
    """
    grant = uow.permit(POLICY, "enter_contact")
    grant.require_for("code", **owners(holder, code))
    said = Details(name, duty, office_phone, mobile_phone)
    doubts = Doubts(confirmed)
    async with uow.transaction() as tx:
        # Locks the entry, so that two who enter at once can't both be the last.
        _require_present(await tx.get(KINDS[holder], code))
        require_room(len(await current_ids(tx.session, holder, code)))
        require_valid(valid_until, uow.today())
        number = mobile_phone and clean_number(mobile_phone, "mobile_phone")
        if number and await is_reached_by(tx.session, uow.vault, holder, code, number):
            doubts.add("contact_like_another", "mobile_phone")
        found = add_contact(tx, uow.vault, uow.today(), holder, code, said, valid_until)
        doubts.settle()
        return view_of(uow.vault, found)


async def correct_contact(
    uow: UnitOfWork, contact_id: str, changes: Mapping[str, Any]
) -> ContactView:
    """Changes the details that are given; a number that is None is taken away.

    :raises NotFound: there is no such contact, or it is out of the actor's reach.
    :raises IllegalTransition: it has ended. :raises InvalidInput: as :func:`enter_contact`.
    """
    grant = uow.permit(POLICY, "enter_contact")
    async with uow.transaction() as tx:
        found = await _find(tx, grant, contact_id)
        found.require("correct", found.state)
        if "valid_until" in changes:
            require_valid(changes["valid_until"], uow.today())
            found.valid_until = changes["valid_until"]
        await change_contact(tx, uow.vault, found, changes)
        return view_of(uow.vault, found)


async def reveal_number(uow: UnitOfWork, contact_id: str, *, field: PhoneField) -> str:
    """Returns one number of a contact in clear, and notes who asked.

    :raises NotFound: there is no such contact, it is out of the actor's reach, or it has no such number.
    :raises IllegalTransition: it has ended.
    """
    grant = uow.permit(POLICY, "reveal_contact")
    async with uow.transaction() as tx:
        found = await _find(tx, grant, contact_id)
        found.require("reveal", found.state)
        number = open_value(uow.vault, found, field)
        if number is None:
            raise NotFound("contact_number", contact_id)
        tx.note(Contact.kind, contact_id, shown=field)
        return number


async def remove_contact(uow: UnitOfWork, contact_id: str) -> ContactView:
    """Ends a contact, and forgets the person.

    :raises NotFound: there is no such contact, or it is out of the actor's reach.
    :raises IllegalTransition: it has ended before.
    """
    grant = uow.permit(POLICY, "enter_contact")
    async with uow.transaction() as tx:
        found = await _find(tx, grant, contact_id)
        await forget(tx.session)
        found.end(uow.today())
        return view_of(uow.vault, found)


async def export_contact(uow: UnitOfWork, contact_id: str) -> list[Record]:
    """Returns what is held about a contact, in clear, for the person who asked for it: also what other entries have
    with the same mobile number, so far as they are in the actor's reach.

    :raises NotFound: there is no such contact, or it is out of the actor's reach.
    :raises IllegalTransition: it has ended.
    """
    grant = uow.permit(POLICY, "export_contact")
    async with uow.transaction() as tx:
        found = await _find(tx, grant, contact_id)
        found.require("export", found.state)
        ids = {contact_id}
        if (number := open_value(uow.vault, found, "mobile_phone")) is not None:
            ids |= set(await ids_reached_by(tx.session, uow.vault, number))
        held = (await tx.find_all(Contact, ids)).values()
        within = [each for each in held if grant.covers(**owners(each.holder, each.code))]
        for each in within:
            tx.note(Contact.kind, each.id, exported="person")
        return as_records(uow.vault, within)


async def records_of_number(tx: Transaction, vault: Vault, mobile_phone: str) -> list[Record]:
    """What is held as contacts about whoever has a mobile number; part of what a volunteer is given to read."""
    ids = await ids_reached_by(tx.session, vault, mobile_phone)
    return as_records(vault, (await tx.find_all(Contact, ids)).values())


async def end_contacts_of_number(
    uow: UnitOfWork, tx: Transaction, vault: Vault, mobile_phone: str
) -> int:
    """Ends the contacts with a mobile number, and returns how many; part of a volunteer's erasure."""
    ids = await ids_reached_by(tx.session, vault, mobile_phone)
    found = (await tx.find_all(Contact, ids)).values()
    if found:
        await forget(tx.session)
    for each in found:
        each.end(uow.today())
    return len(found)


async def move_contacts(tx: Transaction, holder: Holder, code: str, new_code: str) -> None:
    """The contacts of an entry are from now on those of the one that took its place, with those that have ended."""
    found = await tx.find_all(Contact, await all_ids(tx.session, holder, code))
    for each in found.values():
        each.move(new_code)


async def end_expired_contacts(uow: UnitOfWork) -> None:
    """Ends the contacts whose last day is over, some at a time."""
    while True:
        async with uow.transaction() as tx:
            ids = await expired_ids(tx.session, uow.today(), AT_A_TIME)
            if not ids:
                return
            await forget(tx.session)
            for each in (await tx.find_all(Contact, ids)).values():
                # Another process, or a person, may have been faster.
                if each.state == "current" and each.valid_until and each.valid_until < uow.today():
                    each.end(each.valid_until)


def add_contact(
    tx: Transaction,
    vault: Vault,
    today: date,
    holder: Holder,
    code: str,
    said: Details,
    valid_until: date | None = None,
) -> Contact:
    """Adds a contact. :raises InvalidInput: a value is malformed, or no number is given."""
    said.require_phone()
    found = Contact(
        id=new_id(), holder=holder, code=code, entered_on=today, valid_until=valid_until
    )
    _seal(vault, found, _cleaned(_given(said)))
    tx.add(found)
    return found


async def change_contact(
    tx: Transaction, vault: Vault, found: Contact, changes: Mapping[str, Any]
) -> None:
    """Takes over the details that are given. All are checked before any is taken over.

    :raises InvalidInput: a value is malformed, or no number would be left.
    """
    clean = _cleaned({name: value for name, value in changes.items() if name in COLUMNS})
    if not clean:
        return
    after = _given(details_of(vault, found)) | clean
    Details(**after).require_phone()
    await forget(tx.session)
    _seal(vault, found, clean)


def clean_number(number: str, field: PhoneField) -> str:
    """:raises InvalidInput: it is masked, or no mainland number; names the field."""
    if "*" in number or "＊" in number:
        raise InvalidInput("phone_masked", field=field)
    try:
        return clean_phone(number)
    except InvalidInput:
        raise InvalidInput("phone_malformed", field=field) from None


def _given(said: Details) -> dict[str, Any]:
    return {name: getattr(said, name) for name in COLUMNS}


def _cleaned(values: Mapping[str, Any]) -> dict[str, Any]:
    clean = dict(values)
    for field in PHONES:
        if clean.get(field) is not None:
            clean[field] = clean_number(clean[field], field)
    if "name" in clean:
        clean["name"] = clean_name(clean["name"])
    return clean


def _seal(vault: Vault, found: Contact, clean: Mapping[str, Any]) -> None:
    for name, column in COLUMNS.items():
        if name in clean:
            value = clean[name]
            sealed = None if value is None else vault.seal(value, place_of(column, found.id))
            setattr(found, f"{name}_sealed", sealed)
    if "mobile_phone" in clean:
        number = clean["mobile_phone"]
        found.mobile_index = number and vault.blind_index(number, INDEX)


def _require_present(entry: Entry) -> None:
    """:raises Conflict: a township has another code, or the entry was merged, and its contacts are entered there."""
    if isinstance(entry, MergeableEntry):
        entry.require_unmerged("code")
    if isinstance(entry, Township) and entry.is_former and entry.new_code is not None:
        raise Conflict("contact_at_former_code", township_code=entry.new_code)


async def _find(tx: Transaction, grant: Grant, contact_id: str) -> Contact:
    return require_reach(grant, await tx.find(Contact, contact_id), contact_id)
