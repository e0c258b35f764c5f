"""Reads the cells of a table by the same rules as the forms that enter one entry at a time."""

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Annotated, Any, cast

from pydantic import BaseModel, SecretStr, StringConstraints, TypeAdapter, ValidationError

from services.catalog.contacts.domain import clean_name
from services.catalog.contacts.schemas import ContactBody
from services.catalog.contacts.use_cases import clean_number
from services.catalog.directory.schemas import AgencyBody, EntryBody, TeamBody, TownshipBody
from services.catalog.imports.domain.columns import FIELDS, About, Field, fields_of
from services.catalog.imports.domain.rows import Row
from services.catalog.items.schemas import ItemBody
from services.catalog.volunteers.domain import PersonalField
from services.catalog.volunteers.schemas import QualificationBody, ServiceBody, VolunteerBody
from services.catalog.volunteers.use_cases.entering import CLEAN
from shared.http.cell_faults import faults_of, usual_headings, words_of
from shared.http.inputs import Code, TownshipCode
from shared.http.texts import LANGUAGES, Texts
from shared.kernel.cells import Fault
from shared.kernel.errors import InvalidInput
from shared.kernel.text import matched, typed_code
from shared.sheets.values import Unreadable, code_of, day_of, is_error, moment_of, number_of


class _OfVolunteer(BaseModel):
    volunteer_no: Annotated[
        str, StringConstraints(pattern=r"^[Vv]-[0-9]{1,12}$", max_length=20, to_upper=True)
    ]


class QualificationRow(QualificationBody, _OfVolunteer):
    """What the form of a volunteer grants, with the number of that volunteer."""


class _Numbered(BaseModel):
    no: Annotated[str | None, StringConstraints(max_length=20, to_upper=True)] = None


class VolunteerRow(ServiceBody, VolunteerBody, _Numbered):
    """What the forms say of a volunteer, with the number of one who is entered already."""


BODIES: Mapping[About, type[BaseModel]] = {
    "agencies": AgencyBody,
    "categories": EntryBody,
    "townships": TownshipBody,
    "teams": TeamBody,
    "items": ItemBody,
    "volunteers": VolunteerRow,
    "qualifications": QualificationRow,
}
_DUTY: TypeAdapter[str] = TypeAdapter(ContactBody.model_fields["duty"].rebuild_annotation())
_LINE: TypeAdapter[str] = TypeAdapter(Annotated[str, StringConstraints(max_length=80)])
ReadRow = Callable[[int, Sequence[str]], Row]

_WITHOUT_END = {
    matched(words) for words in ("长期", "长期有效", "永久", "无期限", "no end", "unlimited")
}
_READINGS: Mapping[str, Callable[[str], Any]] = {
    "code": code_of,
    "number": number_of,
    "day": day_of,
    "moment": moment_of,
    "last_day": lambda text: None if matched(text) in _WITHOUT_END else day_of(text),
}
_SEVERAL = re.compile(r"[,，、;；/\n]+")
_CODES: Mapping[About, Any] = dict.fromkeys(BODIES, Code) | {"townships": TownshipCode}


def headings_of(texts: Texts, about: About) -> dict[str, list[str]]:
    """Returns the headings that are usual for each field, in both languages, the best first: those of the exported
    list, so that it can be imported again, and those that offices use."""
    groups = (f"export.{about}", f"import.headings.{about}")
    return usual_headings(texts, groups, [one.name for one in FIELDS[about]])


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
            elif self._empties(field):
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
            facts[field.name] = self._checked(field, value)
        except InvalidInput as error:
            yield Fault(field.name, error.code, dict(error.facts))
        except ValidationError as error:
            yield from faults_of(field.name, error)

    def _empties(self, field: Field) -> bool:
        """Whether an empty cell empties the field, as an empty field of the form does."""
        kept = field.of_contact or self._about == "volunteers"
        return not kept and field.name not in ("code", "name_en")

    def _checked(self, field: Field, value: Any) -> Any:
        if field.of_contact:
            return _of_contact(field.name, value)
        if self._about == "volunteers":
            return _of_volunteer(field, value)
        return _adapter(self._about, field.name).validate_python(value)

    def _value(self, field: Field, text: str) -> Any:
        if field.reading in _READINGS:
            return _READINGS[field.reading](text)
        match field.reading:
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


def _of_contact(name: str, value: str) -> str:
    match name:
        case "contact_name":
            return clean_name(_LINE.validate_python(value))
        case "contact_office_phone":
            return clean_number(value, "office_phone")
        case "contact_mobile_phone":
            return clean_number(value, "mobile_phone")
        case _:
            return _DUTY.validate_python(value)


_NUMBER = re.compile(r"V-[0-9]{1,12}")


def _of_volunteer(field: Field, value: Any) -> Any:
    """By the rules of the form. A masked value, as the exported list has it, stays as it is."""
    if field.name == "born_on":
        return value.isoformat()
    checked = _adapter("volunteers", field.name).validate_python(value)
    if field.name == "no" and not _NUMBER.fullmatch(checked):
        raise InvalidInput("volunteer_no_malformed", field="no")
    if not isinstance(checked, SecretStr):
        return checked
    typed = typed_code(checked.get_secret_value())
    return typed if "*" in typed else CLEAN[cast(PersonalField, field.name)](value)


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
        for word in [value, *words_of(texts, language, group, value)]
    }
