"""Clocks that a test sets."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count


class StandingClock:
    """Real time, and business as it stands on the first morning of Rui'an's circuit of 2014; each look at it is a
    millisecond later, so that what is done later is later."""

    def __init__(self) -> None:
        self._looks = count()

    def __call__(self) -> datetime:
        return datetime.now(UTC)

    def business_now(self) -> datetime:
        return datetime(2014, 6, 27, 0, tzinfo=UTC) + timedelta(milliseconds=next(self._looks))


@dataclass
class PlayedClock:
    """``passes``: between two looks at it."""

    now: datetime = field(default_factory=lambda: datetime(2014, 6, 27, 1, tzinfo=UTC))
    passes: timedelta = timedelta(0)

    def __call__(self) -> datetime:
        self.now += self.passes
        return self.now

    def move(self, **by: float) -> None:
        """``by`` is what timedelta takes."""
        self.now += timedelta(**by)


def from_a_full_hour() -> Callable[[], float]:
    """Seconds since 1970 that go on from a full hour: what a test does falls into one window of limits by the minute
    or hour."""
    began = time.monotonic()
    return lambda: 1_800_000_000 + time.monotonic() - began
