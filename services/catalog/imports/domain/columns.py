"""Which column of a table fills which field of an entry."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

from shared.kernel.errors import InvalidInput
from shared.kernel.masks import mask_name

About = Literal[
    "agencies", "categories", "townships", "teams", "items", "volunteers", "qualifications"
]
"""Which kind of entry a table is about; or the people of the teams, or what they may do."""
ABOUT: tuple[About, ...] = get_args(About)

Reading = Literal[
    "code", "text", "number", "day", "last_day", "moment", "codes", "choice", "choices"
]
"""How the cells of a column are read. ``codes`` and ``choices`` are several in one cell; a ``last_day`` may be said to
be none."""


@dataclass(frozen=True, slots=True)
class Field:
    """A field that a column can fill. ``refers_to`` is the kind of entry that its codes, or names, are of.

    A new entry needs what is ``needed``, and an entry can't lose it. What is ``of_contact`` says whom one may call
    there, and stays as it is where the cell is empty. What is ``personal`` tells who somebody is.
    """

    name: str
    reading: Reading = "text"
    needed: bool = False
    refers_to: str | None = None
    of_contact: bool = False
    personal: bool = False


_NAMED = (Field("code", "code"), Field("name", needed=True), Field("name_en"))

VEIL = "***"
"""What is shown in place of a personal value."""

OF_CONTACT = "contact_"
"""What the names of such fields begin with."""

_CONTACT = (
    Field("contact_name", of_contact=True),
    Field("contact_duty", of_contact=True),
    Field("contact_office_phone", "code", of_contact=True),
    Field("contact_mobile_phone", "code", of_contact=True),
)

FIELDS: Mapping[About, tuple[Field, ...]] = {
    "agencies": (*_NAMED, Field("credit_code"), *_CONTACT),
    "categories": _NAMED,
    "townships": (
        Field("code", "code", needed=True),
        *_NAMED[1:],
        Field("lat", "number", needed=True),
        Field("lon", "number", needed=True),
        Field("population", "number"),
        Field("area_km2", "number"),
        Field("valid_from", "day"),
        Field("valid_to", "day"),
        *_CONTACT,
    ),
    "teams": (
        *_NAMED,
        Field("agency_code", "code", needed=True, refers_to="agency"),
        Field("members", "number", needed=True),
        Field("area", "codes", refers_to="township"),
        *_CONTACT,
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
        Field("adults_only", "choice"),
        Field("agreement_needed", "choice"),
    ),
    "volunteers": (
        Field("no", "code"),
        Field("team_code", "code", refers_to="team"),
        Field("name", needed=True, personal=True),
        Field("phone", "code", needed=True, personal=True),
        Field("identity", "code", personal=True),
        Field("consent_at", "moment", needed=True),
        Field("consent_version", "code", needed=True),
        Field("novice_until", "day"),
        Field("born_on", "day", personal=True),
        Field("guardian_consent_on", "day"),
        Field("skills", "codes", refers_to="category"),
        Field("consents", "choices"),
        Field("agreement_until", "day"),
    ),
    "qualifications": (
        Field("volunteer_no", "code", needed=True),
        Field("qualification", needed=True),
        Field("granted_on", "day", needed=True),
        Field("expires_on", "last_day"),
    ),
}
"""What each kind of entry is made of, in the order of its columns."""


def contact_said(facts: Mapping[str, Any]) -> dict[str, Any]:
    """What a row says of a contact, by the contact's fields."""
    return {
        field.name.removeprefix(OF_CONTACT): facts[field.name]
        for field in _CONTACT
        if field.name in facts
    }


def without_contact(facts: Mapping[str, Any]) -> dict[str, Any]:
    """What a row says of the entry itself."""
    return {name: value for name, value in facts.items() if not name.startswith(OF_CONTACT)}


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


def veiled(cells: Sequence[str], about: About, columns: Mapping[str, int]) -> list[str]:
    """A row's cells without what may tell who somebody is: personal values, and all that no column was chosen for. Of a
    name the first character stays, so that rows can be told apart."""
    fields = fields_of(about)
    open_columns = {column for name, column in columns.items() if not fields[name].personal}
    shown = [
        cell if column in open_columns or not cell else VEIL for column, cell in enumerate(cells)
    ]
    if (name := columns.get("name")) is not None and cells[name]:
        shown[name] = mask_name(cells[name])
    return shown
