"""An event as it was archived."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Archived:
    """``body`` is what its publisher sent, byte for byte; ``position`` is its place in the archive, which has nothing
    to do with its place in the publisher's log."""

    position: int
    publisher: str
    type: str
    aggregate_id: str
    aggregate_seq: int
    occurred_at: datetime
    archived_at: datetime
    body: bytes

    @property
    def id(self) -> str:
        """The id under which its publisher sent it, such as ``order:1/3``."""
        return f"{self.aggregate_id}/{self.aggregate_seq}"

    @property
    def stream(self) -> tuple[str, str]:
        """Two publishers may have streams of one name."""
        return self.publisher, self.aggregate_id
