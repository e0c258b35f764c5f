"""Reads the cells of a table by the same rules as the forms that enter one entry at a time."""

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any

from pydantic import BaseModel, TypeAdapter, ValidationError

from services.catalog.directory.schemas import EntryBody, TeamBody, TownshipBody
from services.catalog.imports.domain.columns import FIELDS, About, Field, fields_of
from services.catalog.imports.domain.rows import Fault, Row
from services.catalog.items.schemas import ItemBody
from shared.http.inputs import Code, TownshipCode
from shared.http.texts import LANGUAGES, Texts
from shared.kernel.errors import Words
from shared.kernel.text import matched, typed_code
from shared.sheets.values import Unreadable, code_of, is_error, number_of

BODIES: Mapping[About, type[BaseModel]] = {
    "agencies": EntryBody,
    "categories": EntryBody,
    "townships": TownshipBody,
    "teams": TeamBody,
    "items": ItemBody,
}
ReadRow = Callable[[int, Sequence[str]], Row]

_SEVERAL = re.compile(r"[,，、;；/\n]+")
_BETWEEN = "|"
"""Between the words that mean the same, in the locale files."""

_CODES: Mapping[About, Any] = dict.fromkeys(BODIES, Code) | {"townships": TownshipCode}


def usual_headings(texts: Texts, about: About) -> dict[str, list[str]]:
    """Returns the headings that are usual for each field, in both languages, the best first."""
    return {
        one.name: [
            matched(word)
            for language in LANGUAGES
            for word in _words(texts, language, f"import.headings.{about}", one.name)
        ]
        for one in FIELDS[about]
    }


def _words(texts: Texts, language: str, group: str, name: str) -> list[str]:
    return (texts.word(language, group, name) or name).split(_BETWEEN)


class CellReader:
    """Reads the rows of a table about one kind of entry."""

    def __init__(self, texts: Texts, about: About, columns: Mapping[str, int]) -> None:
        self._about = about
        self._columns = columns
        self._fields = fields_of(about)
        self._choices = {
            one.name: _choices_of(texts, one)
            for one in self._fields.values()
            if one.reading in ("choice", "choices")
        }

    def read(self, no: int, cells: Sequence[str]) -> Row:
        """Returns the row with the values that its cells mean, and a fault for each that means none."""
        row = Row(no=no, cells=list(cells), facts={}, faults=[])
        for name, column in self._columns.items():
            for fault in self._read(row.facts, self._fields[name], cells[column]):
                row.faults.append(fault)
        return row

    def _read(self, facts: dict[str, Any], field: Field, text: str) -> Iterator[Fault]:
        if not typed_code(text):
            if field.needed:
                yield Fault(field.name, "cell_needed")
            elif field.name not in ("code", "name_en"):
                facts[field.name] = _emptied(self._about, field.name)
            return
        if is_error(text):
            yield Fault(field.name, "cell_formula_failed")
            return
        try:
            value = self._value(field, text)
        except Unreadable as error:
            yield Fault(field.name, error.code)
            return
        except _NoChoice as error:
            offered = self._offered(field.name, set(self._choices[field.name].values()))
            yield Fault(field.name, "cell_no_choice", {"choices": offered, "said": str(error)})
            return
        if field.refers_to is not None:  # a code or a name; the store knows which
            facts[field.name] = value
            return
        if field.reading == "choices" and (twice := {one for one in value if value.count(one) > 1}):
            yield Fault(field.name, "repeated_code", {"codes": self._offered(field.name, twice)})
            return
        try:
            facts[field.name] = _adapter(self._about, field.name).validate_python(value)
        except ValidationError as error:
            yield from (_fault(field.name, each) for each in error.errors(include_url=False))

    def _value(self, field: Field, text: str) -> Any:
        match field.reading:
            case "code":
                return code_of(text)
            case "number":
                return number_of(text)
            case "codes":
                return [code_of(part) for part in _SEVERAL.split(text) if typed_code(part)]
            case "choice":
                return self._choice(field.name, text)
            case "choices":
                return [
                    self._choice(field.name, part)
                    for part in _SEVERAL.split(text)
                    if typed_code(part)
                ]
            case _:
                return text

    def _choice(self, name: str, text: str) -> str:
        try:
            return self._choices[name][matched(text)]
        except KeyError:
            raise _NoChoice(text.strip()[:80]) from None

    def _offered(self, name: str, values: Collection[str]) -> dict[str, Any]:
        return {"offered": f"import.choices.{name}", "values": sorted(values)}


def understanding(texts: Texts) -> Callable[[About, Mapping[str, int]], ReadRow]:
    """Returns what makes the reader of a table's rows."""
    return lambda about, columns: CellReader(texts, about, columns).read


class _NoChoice(ValueError):
    pass


@lru_cache
def _adapter(about: About, name: str) -> TypeAdapter[Any]:
    if name == "code":
        return TypeAdapter(_CODES[about])
    info = BODIES[about].model_fields[name]
    return TypeAdapter(info.rebuild_annotation())


def _emptied(about: About, name: str) -> Any:
    """What a field is where its cell is empty: what a form leaves it at."""
    return BODIES[about].model_fields[name].get_default(call_default_factory=True)


def _choices_of(texts: Texts, field: Field) -> dict[str, str]:
    group = f"import.choices.{field.name}"
    return {
        matched(word): value
        for language in LANGUAGES
        for value in texts.words_of(language, group)
        for word in [value, *_words(texts, language, group, value)]
    }


def _fault(field: str, error: Any) -> Fault:
    facts = {name: _plain(value) for name, value in error.get("ctx", {}).items()}
    return Fault(field, f"invalid.{error['type']}", {"message": error["msg"]} | facts)


def _plain(value: Any) -> Any:
    """A fact as JSON holds it."""
    if isinstance(value, Words):
        return {"words": value.code, "parts": list(value.parts)}
    if isinstance(value, date):
        return value.isoformat()
    return value if isinstance(value, (str, int, float, bool)) else str(value)
