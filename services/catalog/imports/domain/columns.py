"""Which column of a table fills which field of an entry."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from shared.kernel.errors import InvalidInput
from shared.kernel.text import matched

About = Literal["agencies", "categories", "townships", "teams", "items"]
"""Which kind of entry a table is about."""
ABOUT: tuple[About, ...] = get_args(About)

Reading = Literal["code", "text", "number", "codes", "choice", "choices"]
"""How the cells of a column are read. ``codes`` and ``choices`` are several in one cell."""

HEADINGS_WITHIN = 20
"""Rows in which the headings stand; above them are titles."""


@dataclass(frozen=True, slots=True)
class Field:
    """A field that a column can fill. ``refers_to`` is the kind of entry that its codes, or names, are of.

    A new entry needs what is ``needed``, and an entry can't lose it.
    """

    name: str
    reading: Reading = "text"
    needed: bool = False
    refers_to: str | None = None


_NAMED = (Field("code", "code"), Field("name", needed=True), Field("name_en"))

FIELDS: Mapping[About, tuple[Field, ...]] = {
    "agencies": _NAMED,
    "categories": _NAMED,
    "townships": (
        Field("code", "code", needed=True),
        *_NAMED[1:],
        Field("lat", "number", needed=True),
        Field("lon", "number", needed=True),
    ),
    "teams": (
        *_NAMED,
        Field("agency_code", "code", needed=True, refers_to="agency"),
        Field("members", "number", needed=True),
    ),
    "items": (
        *_NAMED,
        Field("category_code", "code", needed=True, refers_to="category"),
        Field("teams", "codes", needed=True, refers_to="team"),
        Field("volunteers_needed", "number", needed=True),
        Field("minutes_per_resident", "number", needed=True),
        Field("mode", "choice"),
        Field("residents_per_volunteer", "number"),
        Field("notice_days", "number"),
        Field("weekly_capacity", "number"),
        Field("township_provides", "choices"),
        Field("qualification"),
        Field("risks"),
    ),
}
"""What each kind of entry is made of, in the order of its columns."""


def fields_of(about: About) -> dict[str, Field]:
    return {one.name: one for one in FIELDS[about]}


def require_columns(about: About, columns: Mapping[str, int], width: int) -> None:
    """:raises InvalidInput: a field or a column is not there, or two fields share a column."""
    known = fields_of(about)
    for name, column in columns.items():
        if name not in known or not 0 <= column < width:
            raise InvalidInput("import_column_unknown", field="columns", name=name)
    if len(set(columns.values())) < len(columns):
        raise InvalidInput("import_column_twice", field="columns")


_BESIDE = re.compile(r"[（(【\[].*?[）)】\]]|[*＊:：]|\s+")
"""What stands beside a heading's words: a unit in brackets, a star for what must be filled in."""


def heading_words(heading: str) -> str:
    """Returns what counts of a heading when it is compared."""
    return matched(_BESIDE.sub("", heading))


def guess_columns(headings: Sequence[str], words: Mapping[str, Sequence[str]]) -> dict[str, int]:
    """Returns which column fills which field, as far as the headings tell.

    ``words`` are the headings that are usual for each field, the best first.
    """
    said = [heading_words(heading) for heading in headings]
    found: dict[str, int] = {}
    for name, usual in words.items():
        for word in usual:
            column = said.index(word) if word in said else None
            if column is not None and column not in found.values():
                found[name] = column
                break
    return found


def find_headings(rows: Sequence[Sequence[str]], words: Mapping[str, Sequence[str]]) -> int:
    """Returns the place of the row of headings: that in which most are known, or else the first that fills two
    columns, or the first that fills any."""
    first = rows[:HEADINGS_WITHIN]
    known = [len(guess_columns(row, words)) for row in first]
    if max(known):
        return known.index(max(known))
    filled = [sum(bool(cell.strip()) for cell in row) for row in first]
    wide = [place for place, count in enumerate(filled) if count >= 2]
    return wide[0] if wide else next(place for place, count in enumerate(filled) if count)
