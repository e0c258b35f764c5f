"""What fills the text of a message, which names that text needs, and the corps' own wording of it."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from shared.kernel.aggregate import Aggregate
from shared.kernel.errors import InvalidInput
from shared.kernel.text import matched

Params = dict[str, Any]
"""What fills the text of a message: JSON values. ``lines`` holds a list of such, each with its code."""

Named = tuple[str, str]
"""A param that has a name of its own to be shown by, and its value, e.g. ``("team_code", "health")``."""

Names = Mapping[Named, tuple[str, str]]
"""Names in Chinese and in English; an empty one is not known."""

NAMED_PARAMS = ("township_code", "was_township_code", "team_code", "was_team_code", "campaign_id")
"""The params whose texts show a name in place of the code."""

PREFIX = "message."
"""How the codes of messages begin."""

AS_RELEASED = 0
"""The number of the wording that the release brings."""

_PLACE = re.compile(r"\{([^{}]*)\}")
_BRACES = str.maketrans("｛｝", "{}")


def named_in(params: Params) -> set[Named]:
    """Whose names a message needs, those of its lines included."""
    found = {(param, params[param]) for param in NAMED_PARAMS if param in params}
    return found.union(*(named_in(line) for line in params.get("lines", ())))


def codes_in(code: str, params: Params) -> set[str]:
    """The codes of the messages that a message says: its own, and those among its lines."""
    lines = {line["code"] for line in params.get("lines", ())}
    return {each for each in {code} | lines if each.startswith(PREFIX)}


@dataclass(frozen=True, slots=True)
class Wording:
    """A message's words in both languages, with places such as ``{township}`` for its facts."""

    subject: str
    text: str
    subject_en: str
    text_en: str

    def parts(self, language: str) -> dict[str, str]:
        if language == "en":
            return {"subject": self.subject_en, "text": self.text_en}
        return {"subject": self.subject, "text": self.text}


@dataclass(frozen=True, slots=True)
class Version:
    """A wording that holds for messages from ``saved_at`` on, until the next; None: the release's. ``by_id`` is the
    account that saved it; ``restored`` the version whose words it took again."""

    number: int
    saved_at: datetime
    wording: Wording | None
    by_id: str = ""
    restored: int | None = None


Versions = Mapping[str, Sequence[Version]]
"""The versions of messages that the corps has worded, by code, the latest first."""


def wording_at(versions: Versions, code: str, at: datetime) -> Wording | None:
    """The corps' own wording of a message of that moment: what was said stays said."""
    return next((each.wording for each in versions.get(code, ()) if each.saved_at <= at), None)


@dataclass(eq=False, kw_only=True)
class MessageTemplate(Aggregate):
    """The corps' wording of one message; as released where ``subject`` is None. ``number`` counts its versions."""

    kind: ClassVar[str] = "message_template"
    CONTENT: ClassVar[tuple[str, ...]] = ("subject", "text", "subject_en", "text_en")

    code: str
    number: int
    subject: str | None
    text: str | None
    subject_en: str | None
    text_en: str | None
    saved_at: datetime

    @property
    def key(self) -> str:
        return self.code

    @property
    def wording(self) -> Wording | None:
        if self.subject is None or self.text is None:
            return None
        return Wording(self.subject, self.text, self.subject_en or "", self.text_en or "")

    def reword(self, wording: Wording | None, at: datetime) -> None:
        self.subject = wording.subject if wording else None
        self.text = wording.text if wording else None
        self.subject_en = wording.subject_en if wording else None
        self.text_en = wording.text_en if wording else None
        self.number += 1
        self.saved_at = at


def places_in(texts: Collection[str]) -> set[str]:
    return {name for text in texts for name in _PLACE.findall(text)}


def with_places(typed: str, field: str, facts: Mapping[str, Mapping[str, str]]) -> str:
    """A text as it is stored. ``facts`` are the words of each fact by its name, in every language; any of them, or the
    name, may stand in the braces, in any width and case.

    :raises InvalidInput: a place names no fact of this message, or a brace has no other.
    """
    known = {matched(word): name for words in facts.values() for name, word in words.items()}
    known |= {matched(name): name for words in facts.values() for name in words}

    def stored(place: re.Match[str]) -> str:
        name = known.get(matched(place[1]))
        if name is None:
            listed = {each: " · ".join(words.values()) or "-" for each, words in facts.items()}
            raise InvalidInput("place_unknown", field=field, place=place[1], known=listed)
        return f"{{{name}}}"

    plain = typed.translate(_BRACES)
    if set(_PLACE.sub("", plain)) & set("{}"):
        raise InvalidInput("brace_alone", field=field)
    return _PLACE.sub(stored, plain)


def as_typed(stored: str, facts: Mapping[str, str]) -> str:
    """A stored text with the words of its facts in the braces, as people read and write it."""
    return _PLACE.sub(lambda place: f"{{{facts.get(place[1], place[1])}}}", stored)
