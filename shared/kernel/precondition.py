"""What a request says of the state that it wants to change: only if nobody changed it since (RFC 9110, 13.1.1)."""

from dataclasses import dataclass

from shared.kernel.errors import DomainError


class ChangedMeanwhile(DomainError):
    """The object is in another version than the one that the request was made for. ``version`` is the present one,
    ``state`` what the object is now, where it has states."""

    status = 412

    def __init__(self, version: int, state: str | None) -> None:
        self.version = version
        self.state = state
        super().__init__("changed_meanwhile", field="If-Match", version=version, state=state or "-")


class PreconditionNeeded(DomainError):
    """The operation replaces an object as a whole, and the request does not say which version it replaces."""

    status = 428

    def __init__(self) -> None:
        super().__init__("if_match_needed", field="If-Match")


@dataclass(slots=True)
class Target:
    """The object that a request's address names: by ``key``, and in any of ``versions``, where the request names some.
    ``found`` is the version that it was found or left in."""

    key: str
    versions: frozenset[int] | None = None
    is_any: bool = False
    found: int | None = None

    def note(self, kind: object, key: str) -> None:
        """Takes over the version of the object, if it is the target."""
        if key == self.key and isinstance(version := getattr(kind, "version", None), int):
            self.found = version

    def check(self, kind: object, key: str) -> None:
        """:raises ChangedMeanwhile: it is the target, in another version than the request names."""
        self.note(kind, key)
        if key == self.key and self.versions is not None and self.found is not None and self.found not in self.versions:
            raise ChangedMeanwhile(self.found, getattr(kind, "state", None))

    def require(self) -> None:
        """:raises PreconditionNeeded: the request names no version."""
        if self.versions is None and not self.is_any:
            raise PreconditionNeeded
