"""The consistency boundary: an object that is changed as a whole and numbers its own events."""

from typing import ClassVar


class Aggregate:
    """Base of every aggregate root.

    ``stream`` names the aggregate in the event log, across services; ``event_seq`` is the number of
    its latest event (0: none yet). Events of one stream reach every consumer in that order.
    """

    kind: ClassVar[str]
    event_seq: int = 0

    @property
    def key(self) -> str:
        """The aggregate's identity inside its kind."""
        raise TypeError(f"{type(self).__name__} does not say what identifies it: override `key`")

    @property
    def stream(self) -> str:
        return f"{self.kind}:{self.key}"

    def next_event_seq(self) -> int:
        self.event_seq += 1
        return self.event_seq
