"""Compares a table's rows with the directory: whom they mean, what they would change, what can't be."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pypinyin import Style, lazy_pinyin
from sqlalchemy.ext.asyncio import AsyncSession

from services.catalog.directory.domain import Agency, Category, Entry, Team, Township
from services.catalog.directory.queries import codes_by_name, entries_of
from services.catalog.imports.domain.columns import FIELDS, About, Field
from services.catalog.imports.domain.rows import Row
from services.catalog.items.domain import ServiceItem

KINDS: Mapping[About, type[Entry]] = {
    "agencies": Agency,
    "categories": Category,
    "townships": Township,
    "teams": Team,
    "items": ServiceItem,
}
REFERRED: Mapping[str, type[Entry]] = {kind.kind: kind for kind in (Agency, Category, Team)}
LONGEST_CODE = 40


class Directory:
    """What of the directory a table mentions, read once."""

    def __init__(self) -> None:
        self.entries: dict[str, Entry] = {}
        self.codes: dict[str, list[str]] = {}
        self.referred: dict[str, dict[str, Entry]] = {}
        self.referred_codes: dict[str, dict[str, list[str]]] = {}

    @classmethod
    async def read(cls, session: AsyncSession, about: About, rows: Sequence[Row]) -> "Directory":
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
        for field in FIELDS[about]:
            if field.refers_to is not None:
                said = {one for row in rows for one in _said(row, field)}
                of = REFERRED[field.refers_to]
                by_name = await codes_by_name(session, of, said)
                also = {code for several in by_name.values() for code in several}
                found.referred[field.name] = dict(await entries_of(session, of, said | also))
                found.referred_codes[field.name] = by_name
        return found


async def compare(session: AsyncSession, about: About, rows: Sequence[Row]) -> None:
    """Says of each row what becomes of it, and adds the faults that only the directory or another row shows.

    A row without a code means the entry of its name; if there is none, the new entry's code is made from the name.
    """
    directory = await Directory.read(session, about, rows)
    codes = [_code_of(row, directory) for row in rows]
    _blame_repeated(rows, codes)
    taken = {code for code in codes if code} | set(directory.entries)
    for row, code in zip(rows, codes, strict=True):
        if not code and "name" in row.facts:
            code = _free_code(made_code(row.facts["name"]), taken)  # noqa: PLW2901
            taken.add(code)
        _compare(row, about, code, directory)


def _compare(row: Row, about: About, code: str, directory: Directory) -> None:
    entry = directory.entries.get(code)
    for field in FIELDS[about]:
        if field.refers_to is not None and field.name in row.facts:
            _resolve(row, field, directory, entry)
    if entry is None:
        _complete(row, about)
    before = None if entry is None else _content(entry)
    wanted = {name: value for name, value in row.facts.items() if name != "code"}
    row.conclude(code, before, wanted)


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
    blamed = {fault.field for fault in row.faults}
    for field in FIELDS[about]:
        if field.needed and field.name not in row.facts and field.name not in blamed:
            row.blame(field.name, "cell_needed")
    if "name" in row.facts:
        row.facts.setdefault("name_en", romanised(row.facts["name"]))


def _said(row: Row, field: Field) -> Iterable[str]:
    value = row.facts.get(field.name, ())
    return [value] if isinstance(value, str) else value


def _resolve(row: Row, field: Field, directory: Directory, entry: Entry | None) -> None:
    """Replaces names by codes in a field that refers to other entries."""
    known, by_name = directory.referred[field.name], directory.referred_codes[field.name]
    codes: list[str] = []
    unknown: list[str] = []
    for said in _said(row, field):
        named = by_name.get(said, [])
        if said in known:
            codes.append(said)
        elif len(named) > 1:
            row.blame(field.name, "cell_name_ambiguous", codes=", ".join(named))
        else:
            (codes if named else unknown).append(named[0] if named else said)
    if unknown:
        row.blame(field.name, "unknown_code", kind=field.refers_to, codes=", ".join(unknown)[:200])
    if repeated := sorted({code for code in codes if codes.count(code) > 1}):
        row.blame(field.name, "repeated_code", codes=", ".join(repeated))
    if field.reading == "codes":
        before = getattr(entry, field.name, ())
        gone = [
            code
            for code in codes
            if code not in before and getattr(known[code], "state", "") == "retired"
        ]
        if gone:
            row.blame(field.name, "team_retired", codes=", ".join(gone))
    row.facts[field.name] = codes if field.reading == "codes" else (codes or [""])[0]


def made_code(name: str) -> str:
    """A code for an entry that has none: its name in pinyin, or by initials where that is too long."""
    for style in (Style.NORMAL, Style.FIRST_LETTER):
        parts = lazy_pinyin(name, style=style)
        code = "".join(
            one for part in parts for one in part.lower() if one.isascii() and one.isalnum()
        )
        if 0 < len(code) <= LONGEST_CODE:
            return code
    return code[:LONGEST_CODE] or "x"


def romanised(name: str) -> str:
    """A name in pinyin, as it stands where there is no English one."""
    return " ".join(part.capitalize() for part in lazy_pinyin(name))[:80]


def _free_code(code: str, taken: set[str]) -> str:
    number, free = 1, code
    while free in taken:
        number += 1
        free = f"{code[: LONGEST_CODE - 4]}-{number}"
    return free
