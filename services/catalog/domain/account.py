"""Accounts of those who work with the system: how they prove who they are, and what they may be."""

import re
import unicodedata
from dataclasses import dataclass, field
from typing import ClassVar

from shared.kernel.access import Role
from shared.kernel.aggregate import Aggregate, Steps
from shared.kernel.errors import InvalidInput

SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 200

_SCOPED = {
    Role.OFFICER: "township_code",
    Role.CLERK: "township_code",
    Role.LEADER: "team_code",
    Role.VOLUNTEER: "volunteer_no",
}
"""What a role is for one of: without it, it would reach nothing."""


SHORTEST_LOGIN = 2
LONGEST_LOGIN = 80
_LOGIN = re.compile(r"[a-z0-9._@+\u4e00-\u9fff\u3400-\u4dbf\U00020000-\U0003ffff-]+")
_UNSEEN = ("Cc", "Cf", "Zs", "Zl", "Zp")


def login_of(typed: str) -> str:
    """A login name as it is compared: width and case are folded (NFKC, then casefold), blanks and invisible marks
    are left out, so that a phone number pasted from a contact is the one that was entered. Never fails: what is no
    login name equals none."""
    seen = "".join(sign for sign in typed if unicodedata.category(sign) not in _UNSEEN)
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", seen).casefold())
    return unicodedata.normalize("NFKC", "".join(folded.split()))  # some marks fold to a blank and an accent


def new_login(typed: str) -> str:
    """The login name of a new account, as it is compared and kept.

    Only Chinese characters, the letters a to z, digits and ``. _ - @ +`` are allowed. So no two names can look
    alike by mixing scripts (Unicode Technical Standard 39, 5.1), for example Latin with Cyrillic or Greek.

    :raises InvalidInput: the name holds something else, such as a blank or an invisible mark; names the characters.
    """
    trimmed = typed.strip()
    unseen = {sign for sign in trimmed if unicodedata.category(sign) in _UNSEEN}
    login = login_of(trimmed)
    wrong = unseen | {sign for sign in login if not _LOGIN.fullmatch(sign)}
    if wrong:
        named = ", ".join(sorted(unicodedata.name(sign, f"U+{ord(sign):04X}") for sign in wrong)[:5])
        raise InvalidInput("login_malformed", field="login", characters=named)
    if not SHORTEST_LOGIN <= len(login) <= LONGEST_LOGIN:
        raise InvalidInput("login_length", field="login", least=SHORTEST_LOGIN, most=LONGEST_LOGIN)
    return login


@dataclass(eq=False, kw_only=True)
class Account(Aggregate):
    """``id`` is the pseudonymous subject of its tokens; the login name never leaves catalog.

    ``totp_counter`` is the last time step (RFC 6238) whose code was used: none is taken twice.
    """

    kind: ClassVar[str] = "account"
    STEPS: ClassVar[Steps] = {"active": ("disable",), "disabled": ("enable",)}

    id: str
    login: str
    password_hash: str
    roles: list[str]
    township_code: str | None = None
    team_code: str | None = None
    volunteer_no: str | None = None
    state: str = "active"
    totp_sealed: str | None = None
    totp_counter: int = field(default=0)

    @property
    def key(self) -> str:
        return self.id

    def check_scope(self) -> None:
        """:raises InvalidInput: a role lacks what it is for; names the field."""
        for role, needed in _SCOPED.items():
            if role in self.roles and getattr(self, needed) is None:
                raise InvalidInput("role_needs_scope", field=needed, role=role.value)

    @property
    def needs_second_factor(self) -> bool:
        return Role.COORDINATOR in self.roles

    def disable(self) -> None:
        self.require("disable", self.state)
        self.state = "disabled"

    def enable(self) -> None:
        self.require("enable", self.state)
        self.state = "active"

    def use_code(self, counter: int | None) -> bool:
        """Takes the time step of a right one-time code; False when there was none, or it was used before."""
        if counter is None or counter <= self.totp_counter:
            return False
        self.totp_counter = counter
        return True


def require_strong(password: str) -> None:
    """:raises InvalidInput: too short, too long, or all of one sign (after NIST SP 800-63B: length counts)."""
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD or len(set(password)) < 5:
        raise InvalidInput("password_weak", field="new_password", least=SHORTEST_PASSWORD)
