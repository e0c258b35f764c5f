"""Display texts. They are kept in locale files only, keyed by code, in zh-CN and en with equal
keys.
"""

import json
from collections.abc import Mapping
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from shared.kernel.clock import CHINA
from shared.kernel.errors import Words

LANGUAGES = ("zh-CN", "en")
DEFAULT = "zh-CN"

Text = dict[str, str]
"""The parts of one entry, e.g. title, detail and remedy; each a ``str.format`` template."""


class Texts:
    """The texts of a service: its own folder ``locales`` over the shared one."""

    def __init__(self, *folders: Path) -> None:
        self._entries: dict[str, dict[str, Text]] = {language: {} for language in LANGUAGES}
        for folder in (Path(__file__).parent / "locales", *folders):
            for language in LANGUAGES:
                for code, text in json.loads(
                    (folder / f"{language}.json").read_text("utf-8")
                ).items():
                    # Of a group of words each service adds its own to those that all share.
                    self._entries[language][code] = self._entries[language].get(code, {}) | text

    def has(self, code: str) -> bool:
        return code in self._entries[DEFAULT]

    def codes(self, beginning: str) -> list[str]:
        """Returns the codes that begin so, in the order of the locale files."""
        return [code for code in self._entries[DEFAULT] if code.startswith(beginning)]

    def word(self, language: str, group: str, name: str) -> str | None:
        """Returns the word of ``language`` for ``name`` in a group (see
        :mod:`shared.http.wording`), or None.
        """
        return self._entries[language].get(group, {}).get(name)

    def words_of(self, language: str, group: str) -> Mapping[str, str]:
        """Returns all words of a group, by name."""
        return self._entries[language].get(group, {})

    def state_word(self, language: str, state: str) -> str | None:
        """Returns the word of the first kind that has such a state; those of one name mean the same."""
        groups = (g for code, g in self._entries[language].items() if code.startswith("states."))
        return next((group[state] for group in groups if state in group), None)

    def render(self, language: str, code: str, facts: Mapping[str, Any] | None = None) -> Text:
        """Returns the parts of ``code`` with ``facts`` filled in.

        A fact may be given in every language, as a mapping or as
        :class:`~shared.kernel.errors.Words`. Days and moments are written as people write them.

        :raises KeyError: there is no such code, or a fact that its text needs is missing.
        """
        return self.fill(language, self._entries[language][code], facts)

    def fill(
        self, language: str, parts: Mapping[str, str], facts: Mapping[str, Any] | None = None
    ) -> Text:
        """The same for texts that are not in the locale files.

        :raises KeyError: a fact that a text needs is missing.
        """
        said = {name: self._in(language, fact) for name, fact in (facts or {}).items()}
        return {part: text.format_map(said) for part, text in parts.items()}

    def half_day(self, language: str, on: date, part: str | None = None) -> str:
        """Returns 6月27日 周五 上午 or Fri 27 June, morning; without ``part`` the day alone."""
        facts = {
            "day": on.day,
            "month": self.render(language, "date.months")[str(on.month)],
            "weekday": self.render(language, "date.weekdays")[str(on.isoweekday())],
        }
        if part is None:
            return self.render(language, "date.day", facts)["text"]
        facts["part"] = self.render(language, "date.parts")[part]
        return self.render(language, "date.half_day", facts)["text"]

    def _in(self, language: str, fact: object) -> object:
        if isinstance(fact, Words):
            comma = self.word(language, "phrases", "list_comma") or ", "
            return comma.join(self._entries[language][fact.code][part] for part in fact.parts)
        if isinstance(fact, date):
            return _said(language, fact)
        return fact[language] if isinstance(fact, Mapping) and language in fact else fact


def _said(language: str, day: date) -> str:
    """Formats a day as people write it, and a moment with its time in China."""
    at = f" {(day := day.astimezone(CHINA)):%H:%M}" if isinstance(day, datetime) else ""
    if language == "zh-CN":
        return f"{day.year}年{day.month}月{day.day}日{at}"
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}{at}"


_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)
"""Written out, since strftime says them in the language of the process."""


def named(language: str, chinese: str, english: str) -> str:
    """Returns the name in a language: the Chinese one where there is no English one."""
    return english if language == "en" and english else chinese


@lru_cache(maxsize=1000)
def preferred_language(accept_language: str | None) -> str:
    """Returns the best of our languages for an Accept-Language header (RFC 9110, 12.5.4)."""
    wanted: list[tuple[float, str]] = []
    for part in (accept_language or "").split(",")[:20]:
        tag, _, parameter = part.strip().partition(";")
        try:
            weight = float(parameter.strip().removeprefix("q=")) if parameter else 1.0
        except ValueError:
            continue
        wanted.append((weight, tag.split("-")[0].lower()))
    for weight, tag in sorted(wanted, key=lambda entry: -entry[0]):
        for language in LANGUAGES:
            if weight > 0 and tag == language.split("-")[0]:
                return language
    return DEFAULT
