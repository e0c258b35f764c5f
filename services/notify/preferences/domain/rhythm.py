"""How often somebody wants mail."""

from datetime import UTC, datetime, time, timedelta
from typing import Literal

from shared.kernel.clock import CHINA

Rhythm = Literal["at_once", "daily", "weekly"]

MAILED_AT = time(8)
"""By China's time: before a day's work."""


def round_after(rhythm: Rhythm, now: datetime) -> datetime | None:
    """When what comes at ``now`` is mailed, in UTC: at 8:00 of the next day that has not begun so, or of the next such
    Monday; None when it goes at once. What comes at 8:00 sharp waits for the next round, so that each moment belongs
    to one."""
    if rhythm == "at_once":
        return None
    here = now.astimezone(CHINA)
    day = here.date()
    if rhythm == "weekly":
        day += timedelta(days=-day.weekday() % 7)
    at = datetime.combine(day, MAILED_AT, CHINA)
    if at <= here:
        at += timedelta(days=7 if rhythm == "weekly" else 1)
    return at.astimezone(UTC)
