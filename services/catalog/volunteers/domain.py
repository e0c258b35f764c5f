"""The people of the teams (志愿者): as little about each as the work needs, sealed where it is kept."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import ClassVar, Literal, get_args

from shared.kernel.aggregate import Aggregate, Steps
from shared.kernel.errors import InvalidInput
from shared.kernel.masks import mask_name, mask_phone

State = Literal["active", "left", "erased", "merged"]
PersonalField = Literal["name", "phone", "identity"]
FIELDS: tuple[PersonalField, ...] = get_args(PersonalField)
Consent = Literal["name_in_public", "pictures"]
"""What a volunteer may agree to beyond the work, and take back: to be named in public (志愿服务条例 (2017) Art. 20),
and to be in pictures that are shown."""
RevokeReason = Literal["withdrawn", "entered_wrongly", "other"]
"""Why a volunteer holds a qualification no more: whoever gave it took it back, or it was entered by mistake."""
Announced = Literal["nothing", "expiring", "expired"]

ADULT_AGE, LEAST_AGE = 18, 14
"""Whoever is under 14 is not entered: data of children is sensitive (个人信息保护法 Art. 28)."""
EXPIRING_DAYS = 60
"""So long before a qualification expires its holder and the team are told."""

Purpose = Literal["contact", "insurance", "emergency", "identity_check", "person_asked"]
"""What a clear value may be asked for; whoever audits sees which it was."""


def mask_identity(identity: str) -> str:
    """330381198001011234 -> 3303**********1234"""
    return f"{identity[:4]}{'*' * 10}{identity[-4:]}"


MASKS: Mapping[PersonalField, Callable[[str], str]] = {
    "name": mask_name,
    "phone": mask_phone,
    "identity": mask_identity,
}


@dataclass(eq=False, kw_only=True)
class Volunteer(Aggregate):
    """A person of a team. ``no`` is public and says nothing about the person; what does is sealed, and
    ``identity_index`` finds an identity number again without opening any. ``consent_at`` is when the person
    agreed, and ``consent_version`` to which text about the purpose. ``name_index`` and ``phone_index`` tell entries of
    one person. ``merged_into`` is the number of the entry whose double it was.

    ``skills`` are codes of the categories of service in which the person is good; ``consents`` what was agreed to
    beyond the work. A written agreement (浙江省志愿服务条例 Art. 21) holds until ``agreement_until``. Up to
    ``novice_until`` the person stands beside someone with experience; ``novice`` is what was announced of that. Of a
    ``minor`` it is kept, sealed, on which day that ends, and since when a guardian agrees; of others nothing.
    """

    kind: ClassVar[str] = "volunteer"
    CONTENT: ClassVar[tuple[str, ...]] = ("team_code", "active", "name", "phone", "identity")
    STEPS: ClassVar[Steps] = {
        "active": ("correct", "leave", "reveal", "export", "erase", "merge"),
        "left": ("correct", "return", "reveal", "export", "erase", "merge"),
        "erased": (),
        "merged": (),
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
    name_index: str | None = None
    phone_index: str | None = None
    merged_into: str | None = None
    skills: list[str] = field(default_factory=list)
    consents: list[Consent] = field(default_factory=list)
    agreement_until: date | None = None
    novice_until: date | None = None
    novice: bool = False
    minor: bool = False
    adult_on_sealed: str | None = None
    guardian_consent_on: date | None = None

    @property
    def key(self) -> str:
        return self.no

    @property
    def flags(self) -> tuple[bool, bool, date | None]:
        """What other services know of the person besides the team."""
        return self.minor, self.novice, self.agreement_until

    def note_day(self, today: date) -> None:
        """The time as a novice ends with its last day."""
        self.novice = self.novice_until is not None and today <= self.novice_until

    def come_of_age(self) -> None:
        """Forgets what was kept of a minor."""
        self.minor, self.adult_on_sealed = False, None

    def content(self) -> Mapping[str, object]:
        """Personal values count as changed whenever they are given, for each sealing gives another text: whether an
        edit changes anything must not tell who tries numbers that one of them is right."""
        return {
            "team_code": self.team_code,
            "active": self.state == "active",
            "name": self.name_sealed,
            "phone": self.phone_sealed,
            "identity": self.identity_sealed,
        }

    def leave(self) -> None:
        """Leaves the team. :raises IllegalTransition: the person has left before, or is erased."""
        self.require("leave", self.state)
        self.state = "left"

    def come_back(self) -> None:
        """Comes back to the team. :raises IllegalTransition: the person has not left, or is erased."""
        self.require("return", self.state)
        self.state = "active"

    def erase(self) -> None:
        """Forgets the person; number and team stay, so that what the team did still adds up."""
        self.require("erase", self.state)
        self.state = "erased"
        self._forget()

    def merge_into(self, kept: "Volunteer") -> None:
        """It is the same person as ``kept``, whose entry stays; this one keeps its number only.

        :raises IllegalTransition: one of them is erased, or was merged. :raises InvalidInput: it is ``kept`` itself.
        """
        if kept.no == self.no:
            raise InvalidInput("merged_with_itself", field="into")
        self.require("merge", self.state)
        kept.require("merge", kept.state)
        self.state, self.merged_into = "merged", kept.no
        self._forget()

    def _forget(self) -> None:
        self.name_sealed = self.phone_sealed = self.identity_sealed = None
        self.identity_index = self.name_index = self.phone_index = None
        self.adult_on_sealed = self.guardian_consent_on = None
        self.skills, self.consents = [], []


@dataclass(eq=False, kw_only=True)
class Qualification(Aggregate):
    """What a volunteer may do (资格), such as a doctor's licence: up to ``expires_on``, or without end. It is held once
    by each volunteer; granted again, it is renewed. ``announced`` is what was said of its expiry. Its events stand in
    the volunteer's stream."""

    kind: ClassVar[str] = "qualification"
    STEPS: ClassVar[Steps] = {"held": ("renew", "revoke"), "revoked": ("renew",)}

    id: str
    volunteer_no: str
    name: str
    matched_name: str
    granted_on: date
    expires_on: date | None
    state: Literal["held", "revoked"] = "held"
    announced: Announced = "nothing"
    reason_code: RevokeReason | None = None
    reason: str | None = None

    @property
    def key(self) -> str:
        return self.id

    def is_valid(self, today: date) -> bool:
        return self.state == "held" and (self.expires_on is None or today <= self.expires_on)

    def renew(self, granted_on: date, expires_on: date | None) -> bool:
        """It is held from now on, up to another day. Returns whether that is new."""
        same = self.state == "held" and (self.granted_on, self.expires_on) == (
            granted_on,
            expires_on,
        )
        self.granted_on, self.expires_on = granted_on, expires_on
        self.state, self.reason_code, self.reason = "held", None, None
        if not same:
            self.announced = "nothing"
        return not same

    def revoke(self, reason_code: RevokeReason, reason: str | None) -> None:
        """It is held no more. :raises IllegalTransition: it was revoked before."""
        self.require("revoke", self.state)
        self.state, self.reason_code, self.reason = "revoked", reason_code, reason

    def announce(self, today: date) -> Announced:
        """What is to be said of its expiry today, once; notes that it is said."""
        if self.state != "held" or self.expires_on is None:
            return "nothing"
        due: Announced = "nothing"
        if self.expires_on < today:
            due = "expired"
        elif self.expires_on <= today + timedelta(days=EXPIRING_DAYS):
            due = "expiring"
        if due == self.announced:
            return "nothing"
        self.announced = due
        return due


def adult_on(born_on: date) -> date:
    """The day on which somebody comes of age; whoever is born on 29 February, on 1 March."""
    return birthday(born_on, ADULT_AGE)


def birthday(born_on: date, age: int) -> date:
    """The day on which somebody reaches an age."""
    try:
        return born_on.replace(year=born_on.year + age)
    except ValueError:
        return date(born_on.year + age, 3, 1)


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
        """Notes that a service is done, and with how many records."""
        self.answers = self.answers | {service: records}
        self.awaited = [name for name in self.awaited if name != service]
