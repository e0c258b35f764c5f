"""Accounts of those who work with the system: how they prove who they are, and what they may be."""

import re
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import ClassVar, Literal

from shared.kernel.access import Role
from shared.kernel.aggregate import Aggregate, Steps
from shared.kernel.errors import DomainError, InvalidInput, Words
from shared.kernel.text import UnreadableText, kept

SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 200

INVITATION_LIFE = timedelta(days=3)

AccountState = Literal["invited", "active", "disabled"]

SCOPED = {
    Role.OFFICER: "township_code",
    Role.CLERK: "township_code",
    Role.LEADER: "team_code",
    Role.VOLUNTEER: "volunteer_no",
}
"""What a role is for one of: without it, it would reach nothing."""

SECOND_FACTOR = frozenset({Role.COORDINATOR, Role.OPERATOR})
"""The roles that administer accounts sign in with a one-time code as well."""

HANDED_ON_BY: Mapping[Role, tuple[frozenset[Role], ...]] = {
    Role.COORDINATOR: (frozenset({Role.COORDINATOR}),),
    Role.OPERATOR: (frozenset({Role.OPERATOR}),),
    Role.AUDITOR: (frozenset({Role.COORDINATOR, Role.OPERATOR}),),
    Role.LEADER: (frozenset({Role.COORDINATOR}),),
    Role.VOLUNTEER: (frozenset({Role.COORDINATOR}),),
    Role.OFFICER: (frozenset({Role.COORDINATOR}),),
    Role.CLERK: (frozenset({Role.COORDINATOR}),),
    Role.SUBSCRIBER: (frozenset({Role.COORDINATOR}), frozenset({Role.OPERATOR})),
}
"""Who may grant a role, and may reset, close, open or sign out an account that has it: whoever holds all roles of one
of these sets. The corps' roles rank below the coordinator. An auditor reads what coordinators read (volunteers) and
what operators read (the audit log), so it takes both. A subscriber reads events, which name nobody."""


def may_hand_on(held: Collection[Role], role: Role) -> bool:
    """Whether whoever holds ``held`` may grant ``role``, and look after accounts that have it."""
    return any(needed <= frozenset(held) for needed in HANDED_ON_BY[role])


class RoleOutOfReach(DomainError):
    """An account has, or would get, a role that is not the asking person's to hand on."""

    status = 403

    def __init__(self, roles: Collection[Role]) -> None:
        super().__init__(
            "role_out_of_reach", field="roles", roles=Words("choices", tuple(sorted(roles)))
        )


def require_may_hand_on(held: Collection[Role], roles: Collection[str]) -> None:
    """:raises RoleOutOfReach: names the roles that are not theirs to hand on."""
    if beyond := [Role(role) for role in roles if not may_hand_on(held, Role(role))]:
        raise RoleOutOfReach(beyond)


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
    return unicodedata.normalize(
        "NFKC", "".join(folded.split())
    )  # some marks fold to a blank and an accent


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
        named = ", ".join(
            sorted(unicodedata.name(sign, f"U+{ord(sign):04X}") for sign in wrong)[:5]
        )
        raise InvalidInput("login_malformed", field="login", characters=named)
    if not SHORTEST_LOGIN <= len(login) <= LONGEST_LOGIN:
        raise InvalidInput("login_length", field="login", least=SHORTEST_LOGIN, most=LONGEST_LOGIN)
    return login


def clean_name(name: str) -> str:
    """What colleagues call the owner of an account: one line, every visible character as it is.

    :raises InvalidInput: nothing visible is left of it, or a character means nothing on other machines.
    """
    try:
        name = kept(name)
    except UnreadableText as error:
        raise InvalidInput("name_unreadable", field="name", character=error.character) from None
    if not name:
        raise InvalidInput("name_missing", field="name")
    return name


@dataclass(eq=False, kw_only=True)
class Account(Aggregate):
    """``id`` is the pseudonymous subject of its tokens; the login name never leaves catalog, and its audit log does
    not hold it either.

    An account is ``invited`` until its owner has chosen a password on the page that the invitation leads to; it has
    no ``password_hash`` then. ``totp_counter`` is the last time step (RFC 6238) whose code was used: none is taken
    twice. ``name_sealed`` is what colleagues call its owner, sealed; without one the login name stands for it.
    """

    kind: ClassVar[str] = "account"
    STEPS: ClassVar[Steps] = {
        "invited": ("reset", "disable"),
        "active": ("reset", "disable"),
        "disabled": ("enable", "erase"),
    }

    id: str
    login: str
    roles: list[str]
    made_at: datetime
    password_hash: str | None = None
    township_code: str | None = None
    team_code: str | None = None
    volunteer_no: str | None = None
    state: AccountState = "invited"
    totp_sealed: str | None = None
    totp_counter: int = field(default=0)
    recovery_codes_hash: list[str] | None = None
    name_sealed: str | None = None

    @property
    def key(self) -> str:
        return self.id

    def check_scope(self) -> None:
        """:raises InvalidInput: a role lacks what it is for, nothing needs what is given, or the roles don't go
        together; names the field."""
        for role, needed in SCOPED.items():
            if role in self.roles and getattr(self, needed) is None:
                raise InvalidInput("role_needs_scope", field=needed, role=Words("choices", (role,)))
        if Role.VOLUNTEER in self.roles and (
            others := set(self.roles) - {Role.VOLUNTEER, Role.LEADER}
        ):
            raise InvalidInput(
                "roles_apart", field="roles", roles=Words("choices", tuple(sorted(others)))
            )
        for scope in sorted(set(SCOPED.values())):
            used = any(role in self.roles for role, needed in SCOPED.items() if needed == scope)
            derived = scope == "team_code" and Role.VOLUNTEER in self.roles
            if getattr(self, scope) is not None and not used and not derived:
                raise InvalidInput("scope_unused", field=scope)

    @property
    def needs_second_factor(self) -> bool:
        return not SECOND_FACTOR.isdisjoint(self.roles)

    def invite(self) -> None:
        """Ends its password and its second factor; the owner chooses new ones."""
        self.require("reset", self.state)
        self.state, self.password_hash = "invited", None
        self.totp_sealed, self.totp_counter, self.recovery_codes_hash = None, 0, None

    def activate(self, password_hash: str) -> None:
        """Takes the password that the owner chose."""
        self.state, self.password_hash = "active", password_hash

    def enrol(self, totp_sealed: str, totp_counter: int) -> None:
        """Takes a second factor in place of any earlier one, whose recovery codes end with it.

        ``totp_counter`` is the time step of the code that confirmed it, which is used up; 0 for none.
        """
        self.totp_sealed, self.totp_counter = totp_sealed, totp_counter
        self.recovery_codes_hash = None

    def disable(self) -> None:
        """Closes the account. :raises IllegalTransition: it is closed."""
        self.require("disable", self.state)
        self.state = "disabled"

    def enable(self) -> None:
        """Opens the account again; one that never had a password needs another invitation.

        :raises IllegalTransition: it is not closed.
        """
        self.require("enable", self.state)
        self.state = "active" if self.password_hash is not None else "invited"

    def acts_of(self, subject: str, held: Collection[Role]) -> tuple[str, ...]:
        """Returns what whoever is ``subject`` and holds the roles ``held`` may do with the account.

        Closing or resetting may still be refused, when nobody else could administer accounts.
        """
        if not all(may_hand_on(held, Role(role)) for role in self.roles):
            return ()
        not_possible = set()
        if self.id == subject:
            not_possible.add("reset")
        if self.volunteer_no is not None:
            not_possible.add("erase")
        steps = tuple(step for step in self.STEPS[self.state] if step not in not_possible)
        return (*steps, "sign_out") if self.state == "active" else steps

    def follow(self, team_code: str) -> None:
        """Follows its volunteer to another team; whoever led the old one does not lead any more."""
        self.team_code, self.roles = team_code, [Role.VOLUNTEER.value]

    def use_code(self, counter: int) -> bool:
        """Uses up the time step of a right one-time code; returns False when it was used before."""
        if counter <= self.totp_counter:
            return False
        self.totp_counter = counter
        return True

    def use_recovery_code(self, code_hash: str) -> bool:
        """Uses up a recovery code; returns False when it is none of this account's, or was used."""
        left = self.recovery_codes_hash or []
        if code_hash not in left:
            return False
        self.recovery_codes_hash = [kept for kept in left if kept != code_hash]
        return True


@dataclass(kw_only=True)
class Invitation:
    """What the link of an invitation opens, by the SHA-256 of its token; an account has one at most, so another one
    voids the one before."""

    account_id: str
    token_hash: str
    expires_at: datetime


def require_strong(password: str, *, field: str = "new_password") -> None:
    """:raises InvalidInput: too short, too long, or all of one sign (after NIST SP 800-63B: length counts)."""
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD or len(set(password)) < 5:
        raise InvalidInput("password_weak", field=field, least=SHORTEST_PASSWORD)
