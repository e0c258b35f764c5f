"""Time as an argument, so that tests and demonstrations can choose it.

There are two times. Tokens, one-time codes, leases and logs use the real one. What people do goes
by business days: which menu is in force, whether a stop is today's. The two differ only where a
demonstration plays another day.
"""

from datetime import UTC, date, datetime
from typing import Protocol
from zoneinfo import ZoneInfo

CHINA = ZoneInfo("Asia/Shanghai")
"""A business day is a day there."""


class Clock(Protocol):
    """Returns the present moment, timezone-aware, in UTC."""

    def __call__(self) -> datetime: ...


def utc_now() -> datetime:
    return datetime.now(UTC)


def business_now(clock: Clock) -> datetime:
    """Returns the business time, in China's time zone.

    A clock whose business time is not the real one has a method ``business_now``, which returns a
    timezone-aware moment.
    """
    played: Clock = getattr(clock, "business_now", clock)
    return played().astimezone(CHINA)


def business_day(clock: Clock) -> date:
    """Returns the business day."""
    return business_now(clock).date()
