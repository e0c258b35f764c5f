"""The consistency boundary: an object that is changed as a whole and numbers its own events."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from shared.kernel.errors import IllegalTransition

Steps = Mapping[str, tuple[str, ...]]
"""From each state, the steps that are possible."""


@dataclass(eq=False, kw_only=True)
class Aggregate:
    """Base of every aggregate root.

    ``stream`` names the aggregate in the event log, across services. ``event_seq`` is the number of
    its latest event (0: none yet). Events of one stream reach every consumer in that order.
    """

    kind: ClassVar[str]
    STEPS: ClassVar[Steps] = {}
    CONTENT: ClassVar[tuple[str, ...]] = ()
    """What people write of it and replace as a whole, by the names of the form's fields."""

    event_seq: int = field(default_factory=int, init=False)

    @property
    def key(self) -> str:
        """The aggregate's identity inside its kind."""
        raise TypeError(f"{type(self).__name__} does not say what identifies it: override `key`")

    @property
    def stream(self) -> str:
        return f"{self.kind}:{self.key}"

    def content(self) -> Mapping[str, object]:
        """The present values of the fields in :attr:`CONTENT`, to be compared with later ones."""
        return {name: getattr(self, name) for name in self.CONTENT}

    def next_event_seq(self) -> int:
        self.event_seq += 1
        return self.event_seq

    def require(self, step: str, state: str) -> None:
        """Checks that ``step`` is possible from ``state``.

        :raises IllegalTransition: it is not; names the steps that are.
        """
        possible = self.STEPS[state]
        if step not in possible:
            raise IllegalTransition(
                self.kind, self.key, state=state, wanted=step, possible=possible
            )
