"""Compares a table's rows with the directory: whom they mean, what they would change, what can't be."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from services.catalog.contacts.domain import MOST, PHONES, Details, Holder, one_called
from services.catalog.contacts.queries import current_of
from services.catalog.directory.domain import (
    Agency,
    Category,
    Entry,
    MergeableEntry,
    Team,
    Township,
)
from services.catalog.directory.queries import codes_by_name, entries_of
from services.catalog.doubles.queries import likely_same
from services.catalog.imports.domain.columns import (
    FIELDS,
    OF_CONTACT,
    About,
    contact_said,
    without_contact,
)
from services.catalog.imports.domain.directory_import import DirectoryImport
from services.catalog.imports.domain.rows import Row
from services.catalog.imports.use_cases.qualifications import compare_qualifications
from services.catalog.imports.use_cases.references import References
from services.catalog.imports.use_cases.volunteers import compare_volunteers
from services.catalog.items.domain import ServiceItem
from shared.db.vault import Vault
from shared.kernel.masks import mask_phone
from shared.pinyin import initials, syllables
from shared.unit_of_work import UnitOfWork

KINDS: Mapping[About, type[Entry]] = {
    "agencies": Agency,
    "categories": Category,
    "townships": Township,
    "teams": Team,
    "items": ServiceItem,
}
HOLDERS: Mapping[About, Holder] = {"agencies": "agency", "teams": "team", "townships": "township"}
LONGEST_CODE = 40
Contacts = Mapping[str, list[tuple[str, Details]]]
"""The contacts of entries, with their ids, by the entries' codes."""


class Directory:
    """What of the directory a table mentions, read once."""

    def __init__(self) -> None:
        self.entries: dict[str, Entry] = {}
        self.codes: dict[str, list[str]] = {}
        self.references = References()
        self.contacts: Contacts = {}

    @classmethod
    async def read(
        cls, session: AsyncSession, vault: Vault, about: About, rows: Sequence[Row]
    ) -> "Directory":
        """Reads the entries that ``rows`` are about, by code or name, and those that they refer to."""
        found, kind = cls(), KINDS[about]
        names = {
            row.facts["name"] for row in rows if "code" not in row.facts and "name" in row.facts
        }
        found.codes = await codes_by_name(session, kind, names)
        codes = {row.facts["code"] for row in rows if "code" in row.facts}
        codes |= {code for several in found.codes.values() for code in several}
        codes |= {made_code(name) for name in names}
        found.entries = dict(await entries_of(session, kind, codes))
        found.references = await References.read(session, about, rows)
        if any(contact_said(row.facts) for row in rows):
            found.contacts = await current_of(session, vault, HOLDERS[about], found.entries)
        return found


async def compare(
    session: AsyncSession, uow: UnitOfWork, made: DirectoryImport, rows: Sequence[Row]
) -> None:
    """Says of each row what becomes of it, and adds the faults that only the directory or another row shows.

    A row without a code means the entry of its name; if there is none, the new entry's code is made from the name.
    """
    about = made.about
    if about == "qualifications":
        await compare_qualifications(session, rows, uow.today())
        return
    if about == "volunteers":
        await compare_volunteers(session, uow, made, rows)
        return
    directory = await Directory.read(session, uow.vault, about, rows)
    codes = [_code_of(row, directory) for row in rows]
    _blame_repeated(rows, codes)
    taken = {code for code in codes if code} | set(directory.entries)
    await _note_alike(session, about, directory, zip(rows, codes, strict=True))
    for row, code in zip(rows, codes, strict=True):
        if not code and "name" in row.facts:
            code = _free_code(made_code(row.facts["name"]), taken)  # noqa: PLW2901
            taken.add(code)
        _compare(row, about, code, directory)


async def _note_alike(
    session: AsyncSession, about: About, directory: Directory, coded: Iterable[tuple[Row, str]]
) -> None:
    """Notes of each row that would make an entry which entries are likely to be the same."""
    making = {
        row.no: row for row, code in coded if "name" in row.facts and code not in directory.entries
    }
    named = {no: (row.facts["name"], row.facts.get("credit_code")) for no, row in making.items()}
    for no, alike in (await likely_same(session, KINDS[about], named)).items():
        making[no].alike = alike


def _compare(row: Row, about: About, code: str, directory: Directory) -> None:
    entry = directory.entries.get(code)
    for field in FIELDS[about]:
        if field.refers_to is not None and field.name in row.facts:
            directory.references.resolve(row, field, entry)
    if about == "townships":
        _blame_validity(row, entry)
    if entry is None:
        _complete(row, about)
    elif isinstance(entry, MergeableEntry) and entry.merged_into is not None:
        row.blame("code", "entry_merged", name=entry.name, into=entry.merged_into)
    before = None if entry is None else _content(entry)
    wanted = {name: value for name, value in without_contact(row.facts).items() if name != "code"}
    current = directory.contacts.get(code, [])
    if contact_said(row.facts):
        _blame_contact(row, entry, current)
    row.conclude(code, before, wanted, contact_changes(row, current))


def contact_changes(row: Row, current: Sequence[tuple[str, Details]]) -> dict[str, tuple[Any, Any]]:
    """What a row changes of the contacts that its entry has: of the one with the same name, or it adds one.

    Numbers are masked, so that no stored one is shown in clear to whoever sends a table.
    """
    said = contact_said(row.facts)
    held = one_called(current, said.get("name", ""))
    changes = {}
    for name, value in said.items():
        before = None if held is None else getattr(held[1], name)
        if before != value:
            shown = (before, value)
            if name in PHONES:
                shown = (before and mask_phone(before), mask_phone(value))
            changes[f"{OF_CONTACT}{name}"] = shown
    return changes


def _blame_contact(row: Row, entry: Entry | None, current: Sequence[tuple[str, Details]]) -> None:
    """Whom one may call has a name and a number, and there are few of them."""
    said = contact_said(row.facts)
    blamed = {fault.field for fault in row.faults}
    if "name" not in said:
        if "contact_name" not in blamed:
            row.blame("contact_name", "cell_needed")
        return
    if isinstance(entry, Township) and entry.is_former:
        row.blame("contact_name", "contact_at_former_code", township_code=entry.new_code)
    if one_called(current, said["name"]) is None:
        numbers = {f"{OF_CONTACT}{name}" for name in PHONES}
        if not said.keys() & set(PHONES) and not blamed & numbers:
            row.blame("contact_mobile_phone", "contact_without_phone")
        if len(current) >= MOST:
            row.blame("contact_name", "contacts_full", most=MOST)


def _blame_validity(row: Row, entry: Entry | None) -> None:
    """A code can't end before it begins, be it that only one of the days stands in the table."""
    first, last = (
        row.facts.get(name, getattr(entry, name, None)) for name in ("valid_from", "valid_to")
    )
    if first is not None and Township.is_backwards(first, last):
        row.blame("valid_to", "validity_backwards", first=first.isoformat())


def _content(entry: Entry) -> dict[str, Any]:
    return {name: getattr(entry, name) for name in entry.CONTENT}


def _code_of(row: Row, directory: Directory) -> str:
    """The code of the entry that a row means; empty when it means a new one without a code."""
    if "code" in row.facts:
        return str(row.facts["code"])
    if any(fault.field == "code" for fault in row.faults):
        return ""
    codes = directory.codes.get(row.facts.get("name", ""), [])
    if len(codes) > 1:
        row.blame("name", "cell_name_ambiguous", codes=", ".join(codes))
    return codes[0] if codes else ""


def _blame_repeated(rows: Sequence[Row], codes: Sequence[str]) -> None:
    """Two rows about one entry would leave it to chance which of them counts."""
    keys = [code or str(row.facts.get("name", "")) for row, code in zip(rows, codes, strict=True)]
    counted = Counter(keys)
    first: dict[str, int] = {}
    for row, key in zip(rows, keys, strict=True):
        if key and counted[key] > 1 and (other := first.setdefault(key, row.no)) != row.no:
            row.blame("code" if "code" in row.facts else "name", "cell_repeated", row=other)


def _complete(row: Row, about: About) -> None:
    """A new entry needs what can't be guessed; its English name may be its name in pinyin."""
    row.require(FIELDS[about])
    if "name" in row.facts:
        row.facts.setdefault("name_en", romanised(row.facts["name"]))


def made_code(name: str) -> str:
    """A code for an entry that has none: its name in pinyin, or by initials where that is too long."""
    for parts in (syllables(name), initials(name)):
        code = "".join(
            one for part in parts for one in part.lower() if one.isascii() and one.isalnum()
        )
        if 0 < len(code) <= LONGEST_CODE:
            return code
    return code[:LONGEST_CODE] or "x"


def romanised(name: str) -> str:
    """A name in pinyin, as it stands where there is no English one."""
    return " ".join(part.capitalize() for part in syllables(name))[:80]


def _free_code(code: str, taken: set[str]) -> str:
    number, free = 1, code
    while free in taken:
        number += 1
        free = f"{code[: LONGEST_CODE - 4]}-{number}"
    return free
