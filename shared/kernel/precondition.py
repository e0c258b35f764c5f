"""Preconditions of a change: only if nobody changed the object since it was read (RFC 9110, 13.1)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from shared.kernel.aggregate import Aggregate
from shared.kernel.errors import DomainError, Reason


class PreconditionFailed(DomainError):
    """A precondition of the request does not hold; nothing was stored."""

    status = 412


class ChangedMeanwhile(PreconditionFailed):
    """The object is in another version than the one that the request was made for.

    ``version`` is the present one, ``state`` the present state, if it has states. ``differing`` are
    the names of the fields that the request would change, without values, for these may be
    personal. It is None where the request replaces nothing, or that is not known.
    """

    def __init__(
        self, kind: str, version: int, state: str | None, differing: Collection[str] | None
    ) -> None:
        self.kind = kind
        self.version = version
        self.state = state
        self.differing = differing
        super().__init__("changed_meanwhile", field="If-Match", version=version)
        self.because(Reason("field_differs", name, {}) for name in differing or ())


class NothingToReplace(PreconditionFailed):
    """The request names a version of something that does not exist."""

    def __init__(self) -> None:
        super().__init__("nothing_to_replace", field="If-Match")


class ExistsAlready(PreconditionFailed):
    """The request is to create something new, and it exists."""

    def __init__(self) -> None:
        super().__init__("exists_already", field="If-None-Match")


class PreconditionNeeded(DomainError):
    """The request replaces an object's content without saying which version it replaces."""

    status = 428

    def __init__(self) -> None:
        super().__init__("if_match_needed", field="If-Match")


@dataclass(slots=True)
class Target:
    """The object that a request is about: of ``kind``, with ``key``, or the one that it makes,
    where that is None.

    It is to be in any of ``versions``, where the request names some; ``overwrites`` whatever it is
    in, or must not be there yet (``is_new``). A request that ``replaces`` what an object says has
    to say one of these, unless it changes nothing. ``found`` is the version that the object was
    found or left in.
    """

    kind: str
    key: str | None
    replaces: bool = False
    versions: frozenset[int] | None = None
    overwrites: bool = False
    is_new: bool = False
    found: int | None = None
    _met: Aggregate | None = field(default=None, init=False)
    _version: int | None = field(default=None, init=False)
    _state: str | None = field(default=None, init=False)
    _content: Mapping[str, object] = field(default_factory=dict, init=False)
    _is_settled: bool = field(default=False, init=False)

    def note(self, aggregate: Aggregate) -> None:
        """Copies the version of the object, if it is the target."""
        if self._is_it(aggregate) and isinstance(
            version := getattr(aggregate, "version", None), int
        ):
            self.found = version

    def note_made(self, aggregate: Aggregate, key: str | None = None) -> None:
        """``aggregate`` is being created, or was created before under another ``key``."""
        if self.key is None and aggregate.kind == self.kind:
            self.key = key or aggregate.key

    def begin(self) -> None:
        """Starts a transaction; what an earlier one loaded and did not keep may be different now."""
        self._met, self._content = None, {}

    def meet(self, aggregate: Aggregate) -> None:
        """Keeps the object's content before the request changes it, if it is the target."""
        if self._met is None and not self._is_settled and self._is_it(aggregate):
            self.note(aggregate)
            self._met, self._version, self._state = (
                aggregate,
                self.found,
                getattr(aggregate, "state", None),
            )
            self._content = aggregate.content() if self.replaces else {}

    def check(self, *, is_complete: bool = True) -> None:
        """Compares the object with the preconditions. ``is_complete``: the request has made all its
        changes.

        :raises PreconditionFailed: one does not hold.
        """
        if self._is_settled:
            return
        if self._met is None or self._version is None:
            if self.replaces and self.versions is not None:
                raise NothingToReplace
        elif self.is_new:
            raise ExistsAlready
        elif self.versions is not None and self._version not in self.versions:
            differing = self._differing()
            is_known = bool(differing) or (is_complete and bool(self._content))
            raise ChangedMeanwhile(
                self.kind, self._version, self._state, differing if is_known else None
            )

    def settle(self) -> None:
        """Checks the preconditions when the request has changed the object and nothing is stored
        yet.

        :raises PreconditionFailed: see :meth:`check`.
        :raises PreconditionNeeded: it replaces existing content without naming a version.
        """
        self.check()
        if (
            self.versions is None
            and not self.overwrites
            and not self._is_settled
            and self._differing()
        ):
            raise PreconditionNeeded

    def keep(self) -> None:
        """Ends the checks once the request's change is stored; later changes are not subject to
        them.
        """
        self._is_settled = True

    def _differing(self) -> list[str]:
        """Returns the fields that the request changes."""
        now = self._met.content() if self._met is not None else {}
        return [name for name, value in self._content.items() if now[name] != value]

    def _is_it(self, aggregate: Aggregate) -> bool:
        return aggregate.kind == self.kind and aggregate.key == self.key
