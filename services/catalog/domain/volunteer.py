"""The people of the teams (志愿者): as little about each as the work needs, sealed where it is kept."""

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import ClassVar, Literal

from shared.kernel.aggregate import Aggregate, Steps
from shared.kernel.errors import InvalidInput

State = Literal["active", "left", "erased"]

_PHONE = re.compile(r"(?:(?:\+|00)?86)?(1[3-9][0-9]{9})")
_IDENTITY = re.compile(r"[1-9][0-9]{16}[0-9X]")
_NUMBERS = re.compile(r"(?<![0-9])(?:1[3-9][0-9]{9}|[1-9][0-9]{16}[0-9Xx])(?![0-9])")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_DIGITS = "10X98765432"


def clean_name(name: str) -> str:
    """:raises InvalidInput: nothing is left of it."""
    name = " ".join(unicodedata.normalize("NFKC", name).split())
    if not name:
        raise InvalidInput("name_missing", field="name")
    return name


def clean_phone(phone: str) -> str:
    """A mainland mobile number, 11 digits, however it was typed: full-width, spaced, or with +86.

    :raises InvalidInput: it is none; the text does not repeat it.
    """
    digits = re.sub(r"[\s()-]", "", unicodedata.normalize("NFKC", phone))
    match = _PHONE.fullmatch(digits)
    if match is None:
        raise InvalidInput("phone_malformed", field="phone")
    return match[1]


def clean_identity(identity: str) -> str:
    """A citizen identity number: 18 places, of which the last checks the others (GB 11643-1999).

    :raises InvalidInput: it is none; the text does not repeat it.
    """
    number = re.sub(r"\s", "", unicodedata.normalize("NFKC", identity)).upper()
    if not _IDENTITY.fullmatch(number) or not _is_day(number[6:14]) or check_digit(number[:17]) != number[17]:
        raise InvalidInput("identity_malformed", field="identity")
    return number


def check_digit(first: str) -> str:
    """The 18th place of an identity number from its first 17 (ISO 7064, MOD 11-2)."""
    return _CHECK_DIGITS[sum(int(digit) * weight for digit, weight in zip(first, _WEIGHTS, strict=True)) % 11]


def _is_day(digits: str) -> bool:
    try:
        date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return False
    return True


def has_numbers(text: str) -> bool:
    """Whether a text seems to hold a phone or an identity number, of whomever."""
    return _NUMBERS.search(re.sub(r"[\s()-]", "", unicodedata.normalize("NFKC", text))) is not None


def mask_name(name: str) -> str:
    """林志远 -> 林*"""
    return f"{name[:1]}*"


def mask_phone(phone: str) -> str:
    """13800138000 -> 138****8000"""
    return f"{phone[:3]}****{phone[-4:]}"


def mask_identity(identity: str) -> str:
    """330381198001011234 -> 3303**********1234"""
    return f"{identity[:4]}{'*' * 10}{identity[-4:]}"


@dataclass(eq=False, kw_only=True)
class Volunteer(Aggregate):
    """A person of a team. ``no`` is public and says nothing about the person; what does is sealed, and
    ``identity_index`` finds an identity number again without opening any. ``consent_at`` is when the person
    agreed, and ``consent_version`` to which text about the purpose.
    """

    kind: ClassVar[str] = "volunteer"
    STEPS: ClassVar[Steps] = {
        "active": ("correct", "leave", "reveal", "export", "erase"),
        "left": ("correct", "return", "reveal", "export", "erase"),
        "erased": (),
    }

    no: str
    team_code: str
    name_sealed: str | None
    phone_sealed: str | None
    identity_sealed: str | None
    identity_index: str | None
    consent_at: datetime
    consent_version: str
    state: State = "active"

    @property
    def key(self) -> str:
        return self.no

    def leave(self) -> None:
        self.require("leave", self.state)
        self.state = "left"

    def come_back(self) -> None:
        self.require("return", self.state)
        self.state = "active"

    def erase(self) -> None:
        """Forgets the person; number and team stay, so that what the team did still adds up."""
        self.require("erase", self.state)
        self.state = "erased"
        self.name_sealed = self.phone_sealed = self.identity_sealed = self.identity_index = None


@dataclass(eq=False, kw_only=True)
class PersonRequest(Aggregate):
    """What a person asked for about the own data, and which services have answered, with how many records."""

    kind: ClassVar[str] = "person_request"

    id: str
    volunteer_no: str
    purpose: Literal["export", "erasure"]
    requested_at: datetime
    answers: dict[str, int]
    awaited: list[str] = field(default_factory=list)

    @property
    def key(self) -> str:
        return self.id

    @property
    def is_complete(self) -> bool:
        return not self.awaited

    def note_answer(self, service: str, records: int) -> None:
        self.answers = self.answers | {service: records}
        self.awaited = [name for name in self.awaited if name != service]
