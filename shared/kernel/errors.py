"""Refusals of the domain. Every other exception is a fault, and worth a retry.

Each error has a stable ``code``. The texts that people read (title, detail, remedy) are in the
locale files under that code.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Words:
    """A fact in the reader's language: the ``parts`` of an entry of the locale files, as a list."""

    code: str
    parts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reason:
    """One of several obstacles: a code of the locale files, the field, and the facts for its text."""

    code: str
    where: str
    facts: Mapping[str, object]


class DomainError(Exception):
    """A refusal that no retry will change.

    ``code`` is stable and machine-readable. ``field`` names the part of the request that is at
    fault (a JSON path, or None for the request as a whole). ``facts`` fill the texts: a value, or
    one for each language. ``reasons`` list the obstacles, where there may be several.
    """

    status = 422

    def __init__(self, code: str, *, field: str | None = None, **facts: object) -> None:
        super().__init__(f"{code} {facts}" if facts else code)
        self.code = code
        self.field = field
        self.facts = facts
        self.reasons: tuple[Reason, ...] = ()

    def because(self, reasons: "Iterable[Reason]") -> "DomainError":
        """Returns the same refusal with its reasons."""
        self.reasons = tuple(reasons)
        return self


class InvalidInput(DomainError):
    """The request breaks a rule; nothing was stored."""


class Conflict(DomainError):
    """The request is well formed, but conflicts with something that exists."""

    status = 409


class NotFound(DomainError):
    """No object has this id. ``states`` lists the states that such an object can have, if any."""

    status = 404

    def __init__(self, kind: str, key: str, *, states: Iterable[str] = ()) -> None:
        self.states = tuple(states)
        super().__init__(f"{kind}.not_found", field=f"{kind}_id", id=key)


class IllegalTransition(Conflict):
    """The object's state does not allow this step; ``possible`` are the steps that it allows."""

    def __init__(
        self, kind: str, key: str, *, state: str, wanted: str, possible: Iterable[str]
    ) -> None:
        self.state = state
        self.possible = tuple(possible)
        super().__init__(
            "illegal_transition",
            field="state",
            kind=kind,
            id=key,
            state=state,
            wanted=wanted,
            possible=", ".join(self.possible) or "-",
        )


class Unauthenticated(DomainError):
    """Nobody has signed in, or the token is not valid. ``reason`` says which check failed."""

    status = 401

    def __init__(self, reason: str | None = None) -> None:
        self.reason = reason
        super().__init__("token_rejected" if reason else "sign_in_required", reason=reason)


class Forbidden(DomainError):
    """The caller has no role that may do this."""

    status = 403

    def __init__(self, action: str, *, field: str | None = None) -> None:
        super().__init__("forbidden", field=field, action=action)


class TooMany(DomainError):
    """Too many requests; ``retry_after`` is in seconds."""

    status = 429

    def __init__(
        self, code: str = "too_many_requests", *, retry_after: int, most: int | None = None
    ) -> None:
        self.retry_after = retry_after
        super().__init__(code, retry_after=retry_after, most=most)
