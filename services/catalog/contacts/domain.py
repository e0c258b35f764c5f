"""Contacts (联系人): whom one may call at an agency, a team or a township, for as long as they have the post."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar, Literal, get_args

from shared.kernel.aggregate import Aggregate, Steps
from shared.kernel.errors import Conflict, InvalidInput
from shared.kernel.text import UnreadableText, kept

Holder = Literal["agency", "team", "township"]
"""What kind of entry a contact belongs to."""
PhoneField = Literal["office_phone", "mobile_phone"]
PHONES: tuple[PhoneField, ...] = get_args(PhoneField)
State = Literal["current", "ended"]

MOST = 10
"""Contacts that an entry has at a time. A list is for calling somebody, not a register of the staff."""


def clean_name(name: str, field: str = "name") -> str:
    """A person's name: every visible character as it is; see :func:`shared.kernel.text.kept`.

    :raises InvalidInput: nothing visible is left of it, or a character means nothing on other machines.
    """
    try:
        name = kept(name)
    except UnreadableText as error:
        raise InvalidInput("name_unreadable", field=field, character=error.character) from None
    if not name:
        raise InvalidInput("name_missing", field=field)
    return name


@dataclass(frozen=True, slots=True)
class Details:
    """What is said of a contact, in clear; a phone number that is None is none."""

    name: str
    duty: str | None
    office_phone: str | None
    mobile_phone: str | None

    def require_phone(self) -> None:
        """:raises InvalidInput: there is no number to call."""
        if self.office_phone is None and self.mobile_phone is None:
            raise InvalidInput("contact_without_phone", field="mobile_phone")


@dataclass(eq=False, kw_only=True)
class Contact(Aggregate):
    """A person whom one may call at an agency, team or township. ``mobile_index`` finds a mobile number again without
    opening any. ``valid_until`` is the last day in the post, where it is known.

    One that has ended keeps whose contact it was and its days, and nothing of the person.
    """

    kind: ClassVar[str] = "contact"
    CONTENT: ClassVar[tuple[str, ...]] = (
        *("name", "duty", "office_phone", "mobile_phone"),
        "valid_until",
    )
    STEPS: ClassVar[Steps] = {"current": ("correct", "reveal", "export", "remove"), "ended": ()}

    id: str
    holder: Holder
    code: str
    entered_on: date
    valid_until: date | None = None
    state: State = "current"
    ended_on: date | None = None
    name_sealed: str | None = None
    duty_sealed: str | None = None
    office_phone_sealed: str | None = None
    mobile_phone_sealed: str | None = None
    mobile_index: str | None = None

    @property
    def key(self) -> str:
        return self.id

    def content(self) -> Mapping[str, object]:
        """Personal values count as changed whenever they are given, for each sealing gives another text."""
        return {
            "name": self.name_sealed,
            "duty": self.duty_sealed,
            "office_phone": self.office_phone_sealed,
            "mobile_phone": self.mobile_phone_sealed,
            "valid_until": self.valid_until,
        }

    def end(self, day: date) -> None:
        """Forgets the person; whose contact it was and its days stay.

        :raises IllegalTransition: it has ended before.
        """
        self.require("remove", self.state)
        self.state, self.ended_on = "ended", day
        self.name_sealed = self.duty_sealed = None
        self.office_phone_sealed = self.mobile_phone_sealed = self.mobile_index = None

    def move(self, code: str) -> None:
        """Belongs to the entry that takes the former one's place."""
        self.code = code


def require_valid(valid_until: date | None, today: date) -> None:
    """:raises InvalidInput: the last day is over."""
    if valid_until is not None and valid_until < today:
        raise InvalidInput("day_is_past", field="valid_until", day=valid_until, today=today)


def require_room(count: int) -> None:
    """:raises Conflict: an entry with so many contacts takes no further one."""
    if count >= MOST:
        raise Conflict("contacts_full", most=MOST)


def owners(holder: Holder, code: str) -> dict[str, Any]:
    """To whom an entry's contacts belong, as a grant asks. Those of an agency belong to the corps alone."""
    match holder:
        case "township":
            return {"township": code}
        case "team":
            return {"teams": [code]}
        case "agency":
            return {}


def one_called(contacts: Iterable[tuple[str, Details]], name: str) -> tuple[str, Details] | None:
    """The first contact of that name, with its id."""
    return next((each for each in contacts if each[1].name == name), None)
