"""A clock that a test sets."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta


@dataclass
class PlayedClock:
    now: datetime = field(default_factory=lambda: datetime(2014, 6, 27, 1, tzinfo=UTC))

    def __call__(self) -> datetime:
        return self.now

    def move(self, **by: float) -> None:
        """``by`` is what timedelta takes."""
        self.now += timedelta(**by)
