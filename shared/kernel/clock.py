"""Time as an argument, so that tests and demonstrations can choose it.

There are two times. Tokens, one-time codes, leases and logs go by the real one. What people do goes by business days:
which menu is in force, whether a stop is today's. The two differ only where a demonstration plays another day.
"""

from datetime import UTC, date, datetime
from typing import Protocol, runtime_checkable
from zoneinfo import ZoneInfo

CHINA = ZoneInfo("Asia/Shanghai")
"""A business day is a day there."""


class Clock(Protocol):
    """Returns the present moment, timezone-aware, in UTC."""

    def __call__(self) -> datetime: ...


@runtime_checkable
class PlaysAnotherDay(Protocol):
    """A clock whose business time is not the real one."""

    def business_now(self) -> datetime:
        """The moment, timezone-aware, that business goes by."""
        ...


def utc_now() -> datetime:
    return datetime.now(UTC)


def business_now(clock: Clock) -> datetime:
    """The moment that business goes by, in China's time."""
    return (clock.business_now() if isinstance(clock, PlaysAnotherDay) else clock()).astimezone(CHINA)


def business_day(clock: Clock) -> date:
    """The day that business goes by."""
    return business_now(clock).date()
