"""Tables that people send: which column is which, and what is wrong with a cell."""

import dataclasses
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shared.kernel.text import matched

HEADINGS_WITHIN = 20
"""Rows in which the headings stand; above them are titles."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one cell; ``code`` is of the locale files, ``facts`` fill its text."""

    field: str
    code: str
    facts: Mapping[str, Any] = dataclasses.field(default_factory=dict)


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


def letters(column: int) -> str:
    """The name of a column as Excel shows it: 0 is A, 26 is AA."""
    said = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        said = chr(ord("A") + rest) + said
    return said
