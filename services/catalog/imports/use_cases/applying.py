"""Applies an import that a worker holds: all of it in one transaction, or nothing."""

from collections.abc import Mapping, Sequence
from typing import Any

from services.catalog.contacts.domain import Contact, Details, one_called
from services.catalog.contacts.queries import current_of
from services.catalog.contacts.use_cases import add_contact, change_contact
from services.catalog.directory.domain import Agency, Entry, Team, Township
from services.catalog.directory.use_cases import put_named, put_team, put_township
from services.catalog.imports.domain.columns import OF_CONTACT, contact_said, without_contact
from services.catalog.imports.domain.directory_import import DirectoryImport
from services.catalog.imports.domain.rows import MAKING, WRITING, Outdated, Row
from services.catalog.imports.queries import all_rows, shows_the_same
from services.catalog.imports.use_cases.comparing import HOLDERS, KINDS, Contacts, contact_changes
from services.catalog.imports.use_cases.drafts import (
    AT_A_TIME,
    OnProgress,
    Understand,
    forget_people,
    left_out_of,
    preview,
    replace_rows,
)
from services.catalog.imports.use_cases.qualifications import grant_all
from services.catalog.imports.use_cases.volunteers import enter_people
from services.catalog.items.domain import ServiceItem
from services.catalog.items.use_cases import put_item
from services.catalog.policy import POLICY
from shared.jobs.queue import still_held
from shared.unit_of_work import Transaction, UnitOfWork

STALE = "import_outdated"
"""The error of an import whose preview does not hold any more."""


async def apply_import(
    uow: UnitOfWork,
    job: DirectoryImport,
    understand: Understand,
    on_written: OnProgress | None = None,
) -> None:
    """Compares all rows anew, then writes them in one transaction, on behalf of whoever started the import.
    ``on_written`` is told how many are written so far: the store can't tell, for the transaction is open.

    Killed anywhere, it has written nothing, and whoever takes it next begins again. If a row would now do anything
    else than its preview says, nothing is written, and the import becomes a draft with a new preview.
    """
    async with uow.reading() as session:
        before = await all_rows(session, uow.vault, job.id)
    numbered = [(row.no, row.cells) for row in before]

    async def on_progress(checked: int) -> None:
        async with uow.transaction() as tx:
            if (held := await still_held(tx, job)) is not None:
                held.progress(tx.now, checked)

    acting = uow.acting(job.starter)
    acting.permit(POLICY, "import_directory")
    left_out = left_out_of(before)
    rows = await preview(acting, job, numbered, understand, left_out, on_progress)
    if not shows_the_same(before, rows):
        await _reconsider(uow, job, rows)
        return
    try:
        await _write(acting, job, rows, on_written)
    except Outdated:
        await _reconsider(uow, job, await preview(acting, job, numbered, understand, left_out))


async def _reconsider(uow: UnitOfWork, job: DirectoryImport, rows: Sequence[Row]) -> None:
    async with uow.transaction() as tx:
        if (held := await still_held(tx, job)) is not None:
            await replace_rows(tx, uow.vault, held, rows)
            held.reconsider(STALE)


async def _write(
    acting: UnitOfWork, job: DirectoryImport, rows: Sequence[Row], on_written: OnProgress | None
) -> None:
    async with acting.transaction() as tx:
        held = await still_held(tx, job)
        if held is None:
            return
        wanted = [row for row in rows if row.outcome in WRITING]
        for start in range(0, len(wanted), AT_A_TIME):
            some = wanted[start : start + AT_A_TIME]
            if held.about == "qualifications":
                await grant_all(tx, some)
            elif held.about == "volunteers":
                await enter_people(acting, tx, held, some)
            else:
                await _put(tx, held, some)
                await _put_contacts(acting, tx, held, some)
            await tx.flush()
            if on_written is not None:
                await on_written(start + len(some))
        held.finish()
        await forget_people(tx, held)


async def _put(tx: Transaction, held: DirectoryImport, rows: Sequence[Row]) -> None:
    """:raises Outdated: an entry is not what the rows were compared with."""
    kind = KINDS[held.about]
    found = await tx.find_all(kind, [row.code for row in rows])
    agencies: Mapping[str, Agency] = {}
    if kind is Team:
        of = {row.code: found.get(row.code) for row in rows}
        codes = {_agency_code(row, of[row.code]) for row in rows}
        agencies = await tx.find_all(Agency, codes)
    elif kind is ServiceItem:
        teams = {code for row in rows for code in row.facts.get("teams", ())}
        named = (await tx.find_all(Team, teams)).values()
        if any(team.state == "merged" for team in named):
            raise Outdated
    if any(agency.merged_into is not None for agency in agencies.values()):
        raise Outdated
    for row in rows:
        entry = found.get(row.code)
        merged = getattr(entry, "merged_into", None) is not None
        if merged or (entry is None) != (row.outcome in MAKING) or _differs(entry, row):
            raise Outdated
        _put_one(tx, kind, entry, row, agencies)


async def _put_contacts(
    uow: UnitOfWork, tx: Transaction, held: DirectoryImport, rows: Sequence[Row]
) -> None:
    """Enters whom the rows name, or corrects the contact of that name.

    :raises Outdated: an entry's contacts are not what the rows were compared with.
    """
    of_contacts = [row for row in rows if contact_said(row.facts)]
    if not of_contacts:
        return
    holder = HOLDERS[held.about]
    codes = [row.code for row in of_contacts]
    current: Contacts = await current_of(tx.session, uow.vault, holder, codes)
    found = await tx.find_all(Contact, [key for each in current.values() for key, _ in each])
    for row in of_contacts:
        theirs = current.get(row.code, [])
        changes = {name: row.changes[name] for name in row.changes if name.startswith(OF_CONTACT)}
        if contact_changes(row, theirs) != changes:
            raise Outdated
        said = contact_said(row.facts)
        if (known := one_called(theirs, said["name"])) is not None:
            if changes:
                await change_contact(tx, uow.vault, found[known[0]], said)
        else:
            of = {"duty": None, "office_phone": None, "mobile_phone": None} | said
            add_contact(tx, uow.vault, uow.today(), holder, row.code, Details(**of))


def _agency_code(row: Row, team: Entry | None) -> str:
    code = row.facts.get("agency_code")
    return str(code if code is not None else getattr(team, "agency_code", ""))


def _differs(entry: Entry | None, row: Row) -> bool:
    return entry is not None and any(
        getattr(entry, name) != before for name, (before, _) in without_contact(row.changes).items()
    )


def _put_one(
    tx: Transaction,
    kind: type[Entry],
    entry: Any,
    row: Row,
    agencies: Mapping[str, Agency],
) -> None:
    facts = without_contact(row.facts) | {"code": row.code}
    if kind is Team:
        put_team(tx, entry, agencies[_agency_code(row, entry)], facts)
    elif kind is Township:
        put_township(tx, entry, facts)
    elif kind is ServiceItem:
        put_item(tx, entry, facts)
    else:
        put_named(tx, kind, entry, facts)
