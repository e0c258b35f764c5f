"""What the domain refuses. Everything else that is raised is a fault, and is worth a retry.

Each error has a stable ``code``; the texts that people read (title, detail, remedy) stand in the
locale files under that code.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Words:
    """A fact that is said in the reader's language: the ``parts`` of an entry of the locale files, as a list."""

    code: str
    parts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reason:
    """One of the things that are in the way: a code of the locale files, where it is, and the facts for its text."""

    code: str
    where: str
    facts: Mapping[str, object]


class DomainError(Exception):
    """A refusal that no retry will change.

    ``code`` is stable and machine-readable, ``field`` names the part of the request that is at
    fault (a JSON path, or None when it is the request as a whole), ``facts`` fill the texts: a value, or one for each
    language. ``reasons`` say singly what is in the way, where there may be several.
    """

    status = 422

    def __init__(self, code: str, *, field: str | None = None, **facts: object) -> None:
        super().__init__(f"{code} {facts}" if facts else code)
        self.code = code
        self.field = field
        self.facts = facts
        self.reasons: tuple[Reason, ...] = ()

    def because(self, reasons: "Iterable[Reason]") -> "DomainError":
        """The same refusal, with its reasons."""
        self.reasons = tuple(reasons)
        return self


class InvalidInput(DomainError):
    """The request breaks a rule; nothing was stored."""


class Conflict(DomainError):
    """The request is well formed, but something that exists stands against it."""

    status = 409


class NotFound(DomainError):
    """No object has this id. ``states`` lists what such an object can be, where it has states."""

    status = 404

    def __init__(self, kind: str, key: str, *, states: Iterable[str] = ()) -> None:
        self.states = tuple(states)
        super().__init__(f"{kind}.not_found", field=f"{kind}_id", id=key)


class IllegalTransition(Conflict):
    """The object's state does not allow this step; ``possible`` are the steps that it does allow."""

    def __init__(self, kind: str, key: str, *, state: str, wanted: str, possible: Iterable[str]) -> None:
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
    """Nobody has signed in, or the token does not hold. ``reason`` says which check failed."""

    status = 401

    def __init__(self, reason: str | None = None) -> None:
        self.reason = reason
        super().__init__("token_rejected" if reason else "sign_in_required", reason=reason)


class Forbidden(DomainError):
    """Whoever asks has no role that may do this."""

    status = 403

    def __init__(self, action: str, *, field: str | None = None) -> None:
        super().__init__("forbidden", field=field, action=action)


class TooMany(DomainError):
    """Asked too often; ``retry_after`` in seconds says when it makes sense again."""

    status = 429

    def __init__(self, code: str = "too_many_requests", *, retry_after: int, most: int | None = None) -> None:
        self.retry_after = retry_after
        super().__init__(code, retry_after=retry_after, most=most)
