"""What is wrong with the cells of a table that somebody sent, in words: where, the rule, and what to do."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Annotated, Any

from pydantic import Field, ValidationError

from shared.http.inputs import Answer
from shared.http.texts import LANGUAGES, Texts
from shared.http.wording import Wording, code_of_fault
from shared.kernel.cells import Fault, heading_words, letters
from shared.kernel.errors import Words

BETWEEN = "|"
"""Between the words that mean the same, in the locale files."""


class FaultAnswer(Answer):
    """What is wrong with a cell: where, the rule, and what to do."""

    column: Annotated[str | None, Field(description="its letter, as Excel shows it")]
    field: str
    label: str
    value: str
    code: str
    rule: str
    remedy: str


class CellWording:
    """Says faults in one language. ``headings`` is the group of the words above the columns; ``columns`` says which
    column, counted from 0, fills which field."""

    def __init__(
        self, texts: Texts, language: str, headings: str, columns: Mapping[str, int]
    ) -> None:
        self._texts, self._language = texts, language
        self._headings, self._columns = headings, columns
        self._wording = Wording(texts, language)

    def fault(self, cells: Sequence[str], fault: Fault) -> FaultAnswer:
        column = self._columns.get(fault.field)
        code = fault.code if self._texts.has(fault.code) else "invalid.other"
        text = self._texts.render(self._language, code, self._facts(fault))
        return FaultAnswer(
            column=None if column is None else letters(column),
            field=fault.field,
            label=self.label(fault.field),
            value="" if column is None else cells[column],
            code=fault.code,
            rule=text["detail"],
            remedy=text["remedy"],
        )

    def in_a_cell(self, cells: Sequence[str], faults: Iterable[Fault]) -> str:
        """All faults of a row, for a file that somebody corrects."""
        said = [self.fault(cells, fault) for fault in faults]
        return "\n".join(
            self._wording.word("phrases", "import_fault").format(
                column=f"{each.label} {each.column}" if each.column else each.label,
                rule=each.rule,
                remedy=each.remedy,
            )
            for each in said
        )

    def label(self, name: str) -> str:
        """What a form calls the field, or else the heading that a table has for it."""
        return self._wording.label(name) or self.first(self._headings, name)

    def first(self, group: str, name: str) -> str:
        """The first of the words that a group has for ``name``."""
        return (self._texts.word(self._language, group, name) or name).split(BETWEEN)[0]

    def listed(self, words: Iterable[str]) -> str:
        return self._wording.listed(words)

    def _facts(self, fault: Fault) -> dict[str, Any]:
        facts: dict[str, Any] = {}
        for name, value in fault.facts.items():
            facts[name] = value
            if isinstance(value, dict) and "words" in value:
                facts[name] = Words(value["words"], tuple(value["parts"]))
            elif isinstance(value, dict) and "offered" in value:
                facts[name] = self.listed(
                    self.first(value["offered"], one) for one in value["values"]
                )
            elif name == "kind":
                facts[name] = self._wording.word("kinds", str(value))
        if fault.code.startswith("invalid."):
            return self._wording.of_fault(fault.code.removeprefix("invalid."), facts)
        return facts


def words_of(texts: Texts, language: str, group: str, name: str) -> list[str]:
    """All words that a group has for ``name``, the best first."""
    return (texts.word(language, group, name) or name).split(BETWEEN)


def usual_headings(
    texts: Texts, groups: Sequence[str], names: Iterable[str]
) -> dict[str, list[str]]:
    """Returns the headings that are usual for each field, in both languages, the best first."""
    return {
        name: [
            heading_words(word)
            for language in LANGUAGES
            for group in groups
            for word in words_of(texts, language, group, name)
        ]
        for name in names
    }


def faults_of(field: str, error: ValidationError) -> Iterator[Fault]:
    """The faults of a value that a form would refuse, with facts that JSON holds."""
    for each in error.errors(include_url=False):
        facts = {name: _plain(value) for name, value in each.get("ctx", {}).items()}
        yield Fault(field, code_of_fault(each), {"message": each["msg"]} | facts)


def _plain(value: Any) -> Any:
    if isinstance(value, Words):
        return {"words": value.code, "parts": list(value.parts)}
    if isinstance(value, date):
        return value.isoformat()
    return value if isinstance(value, (str, int, float, bool)) else str(value)
