"""What a table's rows refer to by code or name: teams, agencies, categories, townships."""

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from services.catalog.directory.domain import Agency, Category, Entry, Team, Township
from services.catalog.directory.queries import codes_by_name, entries_of
from services.catalog.imports.domain.columns import FIELDS, About, Field
from services.catalog.imports.domain.rows import Row

REFERRED: Mapping[str, type[Entry]] = {
    kind.kind: kind for kind in (Agency, Category, Team, Township)
}


class References:
    """The entries that rows refer to, read once."""

    def __init__(self) -> None:
        self._entries: dict[str, dict[str, Entry]] = {}
        self._codes: dict[str, dict[str, list[str]]] = {}

    @classmethod
    async def read(cls, session: AsyncSession, about: About, rows: Sequence[Row]) -> "References":
        found = cls()
        for field in FIELDS[about]:
            if field.refers_to is not None:
                said = {one for row in rows for one in _said(row, field)}
                of = REFERRED[field.refers_to]
                by_name = await codes_by_name(session, of, said)
                also = {code for several in by_name.values() for code in several}
                found._entries[field.name] = dict(await entries_of(session, of, said | also))
                found._codes[field.name] = by_name
        return found

    def resolve(self, row: Row, field: Field, entry: Entry | None) -> None:
        """Replaces names by codes in a field that refers to other entries."""
        known, by_name = self._entries[field.name], self._codes[field.name]
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
        for code in codes:
            if (into := getattr(known[code], "merged_into", None)) is not None:
                row.blame(field.name, "entry_merged", name=known[code].name, into=into)
        if unknown:
            row.blame(
                field.name, "unknown_code", kind=field.refers_to, codes=", ".join(unknown)[:200]
            )
        if repeated := sorted({code for code in codes if codes.count(code) > 1}):
            row.blame(field.name, "repeated_code", codes=", ".join(repeated))
        if field.reading == "codes":
            before = getattr(entry, field.name, ())
            gone = [
                code
                for code in codes
                if code not in before and getattr(known[code], "state", "active") != "active"
            ]
            if gone:
                row.blame(field.name, "team_retired", codes=", ".join(gone))
        row.facts[field.name] = codes if field.reading == "codes" else (codes or [""])[0]


def _said(row: Row, field: Field) -> Iterable[str]:
    value = row.facts.get(field.name, ())
    return [value] if isinstance(value, str) else value
