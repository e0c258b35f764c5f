"""The reader's words for what the code calls by identifiers: fields, kinds, states, steps, actions,
choices.

They are in the locale files, in groups: ``fields``, ``kinds``, ``actions``, ``choices``, ``forms``,
and for each kind of aggregate ``states.<kind>`` and ``steps.<kind>``. ``tests/web/test_words.py``
checks that none is missing.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from shared.http.texts import Texts, named
from shared.kernel.errors import DomainError, Forbidden, IllegalTransition
from shared.kernel.precondition import ChangedMeanwhile

_PART = re.compile(r"([^.\[\]]+)|\[(\d+)\]")
_QUOTED = re.compile(r"'([^']*)'")


def code_of_fault(fault: Mapping[str, Any]) -> str:
    """Returns the code of a pydantic error. Of a secret, pydantic says what it says of a list: that it is too long. But
    what was typed has too many characters, as any other text."""
    counts = fault["type"] in ("too_long", "too_short") and isinstance(fault.get("input"), str)
    return f"invalid.{'string_' if counts else ''}{fault['type']}"


class Wording:
    """The texts of a service in one language, with words in place of identifiers."""

    def __init__(self, texts: Texts, language: str) -> None:
        self._texts = texts
        self.language = language

    def label(self, path: str | None) -> str | None:
        """Returns a form's label for the field at ``path`` (``lines[0].item_code``), or None if no
        form has it.
        """
        said = ""
        for name, number in _PART.findall(path or ""):
            if name:
                word = self._texts.word(self.language, "fields", name)
                if word is None:
                    return None
                said = self._joined("field_of", outer=said, inner=word) if said else word
            else:
                said = self._joined("field_number", field=said, number=int(number) + 1)
        return said or None

    def labels(self, paths: Iterable[str]) -> str:
        """Returns the labels of several fields as a list in words; fields without one keep their
        names.
        """
        return self.listed(dict.fromkeys(self.label(path) or path for path in paths))

    def facts(self, error: DomainError) -> dict[str, Any]:
        """Returns the facts of a refusal as its text shows them."""
        facts = dict(error.facts)
        if isinstance(error, IllegalTransition):
            kind = str(facts["kind"])
            steps = [self.word(f"steps.{kind}", step) for step in error.possible]
            facts["possible"] = self.listed(steps) if steps else self.word("phrases", "no_step")
            facts["state"] = self.word(f"states.{kind}", error.state)
            facts["wanted"] = self.word(f"steps.{kind}", str(facts["wanted"]))
        if isinstance(error, ChangedMeanwhile):
            facts["now"] = self._now(error)
        if isinstance(error, Forbidden):
            facts["action"] = self.word("actions", str(facts["action"]))
        for name, group in (("kind", "kinds"), ("role", "choices")):
            if isinstance(facts.get(name), str):
                facts[name] = self.word(group, str(facts[name]))
        return facts

    def of_fault(self, kind: str, facts: dict[str, Any]) -> dict[str, Any]:
        """Returns the facts of a pydantic error, with choices and patterns in words."""
        if kind in ("literal_error", "enum"):
            choices = _QUOTED.findall(str(facts.get("expected", "")))
            facts = facts | {
                "expected": self.listed(self.word("choices", choice) for choice in choices)
            }
        if kind == "string_pattern_mismatch":
            pattern = str(facts.get("pattern", ""))
            form = self._texts.word(self.language, "forms", pattern)
            facts = facts | {"pattern": form or self.word("phrases", "other_form")}
        return facts

    def _now(self, error: ChangedMeanwhile) -> str:
        """Describes the present version, as far as whoever wants to change it must know."""
        said = []
        if error.state is not None:
            said.append(
                self._joined("state_now", state=self.word(f"states.{error.kind}", error.state))
            )
        if error.differing:
            said.append(self._joined("differs_in", fields=self.labels(error.differing)))
        elif error.differing is not None:
            said.append(self.word("phrases", "differs_in_nothing"))
        return self.word("phrases", "clause_comma").join(said) or self.word("phrases", "changed")

    def word(self, group: str, name: str) -> str:
        """Returns the word for ``name`` in a group; where there is none, ``name``."""
        return self._texts.word(self.language, group, name) or name

    def state(self, name: str) -> str:
        """Returns the word for a state of whatever kind; where there is none, ``name``."""
        return self._texts.state_word(self.language, name) or name

    def named(self, chinese: str, english: str) -> str:
        """Returns the name for this reader: the Chinese one where there is no English one."""
        return named(self.language, chinese, english)

    def _joined(self, phrase: str, **facts: object) -> str:
        return self.word("phrases", phrase).format_map(facts)

    def listed(self, words: Iterable[str]) -> str:
        """Returns several words as one enumeration."""
        return self.word("phrases", "list_comma").join(words)
