"""By what two entries are likely to be one."""

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from shared.kernel.text import matched

Kind = Literal["agency", "team", "volunteer"]

Likeness = Literal["same_name", "same_sound", "same_credit_code", "same_phone"]
"""By what two entries are likely to be one."""

_MARKS = re.compile(r"[\W_]+")


def plain_name(name: str) -> str:
    """A name without what people write now so, now otherwise: width, case, blanks, brackets and other marks."""
    return _MARKS.sub("", matched(name))


@dataclass(frozen=True, slots=True)
class Double:
    """Two entries that are likely to be one; ``code`` is the one that was entered under the greater code or number.

    ``basis`` stands for what both have in common. Whoever says that they are two says it of that: once something else
    speaks for their being one, they are proposed again.
    """

    code: str
    other: str
    reasons: tuple[Likeness, ...]
    basis: str

    def plainly(self) -> "Double":
        """Without the sound of a name, where the name is the same anyway."""
        return Double(self.code, self.other, plainly(self.reasons), self.basis)


@dataclass(frozen=True, slots=True)
class Alike:
    """An entry that is likely to be what somebody is about to enter under another code."""

    code: str
    name: str
    reasons: tuple[Likeness, ...]


def plainly(reasons: tuple[Likeness, ...]) -> tuple[Likeness, ...]:
    """The reasons without the sound of a name, where the name is the same anyway."""
    if "same_name" not in reasons:
        return reasons
    return tuple(reason for reason in reasons if reason != "same_sound")


def doubles_among(marked: Iterable[tuple[Likeness, str, str]]) -> list[Double]:
    """Returns the entries that have something in common, in the order of their codes. ``marked`` says of a likeness,
    an entry's code, and what it would have in common."""
    alike: defaultdict[tuple[Likeness, str], set[str]] = defaultdict(set)
    for likeness, code, mark in marked:
        alike[likeness, mark].add(code)
    shared: defaultdict[tuple[str, str], list[tuple[Likeness, str]]] = defaultdict(list)
    for (likeness, mark), codes in alike.items():
        first, *rest = sorted(codes)
        for code in rest:
            shared[code, first].append((likeness, mark))
    return [
        Double(code, other, tuple(likeness for likeness, _ in why), _basis(why))
        for (code, other), why in sorted(shared.items())
    ]


def _basis(why: Iterable[tuple[Likeness, str]]) -> str:
    said = "\n".join(f"{likeness} {mark}" for likeness, mark in sorted(why))
    return hashlib.sha256(said.encode()).hexdigest()[:16]
