"""The people of the teams (志愿者): as little about each as the work needs, sealed where it is kept."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar, Literal, get_args

from shared.kernel.aggregate import Aggregate, Steps

State = Literal["active", "left", "erased"]
PersonalField = Literal["name", "phone", "identity"]
FIELDS: tuple[PersonalField, ...] = get_args(PersonalField)
Purpose = Literal["contact", "insurance", "emergency", "identity_check", "person_asked"]
"""What a clear value may be asked for; whoever audits sees which it was."""


def mask_name(name: str) -> str:
    """林志远 -> 林*"""
    return f"{name[:1]}*"


def mask_phone(phone: str) -> str:
    """13800138000 -> 138****8000"""
    return f"{phone[:3]}****{phone[-4:]}"


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
    agreed, and ``consent_version`` to which text about the purpose.
    """

    kind: ClassVar[str] = "volunteer"
    CONTENT: ClassVar[tuple[str, ...]] = ("team_code", "active", "name", "phone", "identity")
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
        """Notes that a service is done, and with how many records."""
        self.answers = self.answers | {service: records}
        self.awaited = [name for name in self.awaited if name != service]
