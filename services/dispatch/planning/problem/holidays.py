"""Public holidays of mainland China, and the weekends on which work is made up for (调休).

Source: the State Council's yearly notices (国务院办公厅关于部分节假日安排的通知), as chinese_calendar 1.11 (MIT) has
them; those of 2014 for the case that the demonstration plays. A year's notice comes in the autumn before; of a year
that is not here, only the weekends are known.
"""

from datetime import date, timedelta

_OFF = (
    "2014-01-01/1 2014-01-31/7 2014-04-05/3 2014-05-01/3 2014-06-02/1 2014-09-08/1 2014-10-01/7 "
    "2024-01-01/1 2024-02-10/8 2024-04-04/3 2024-05-01/5 2024-06-10/1 2024-09-15/3 2024-10-01/7 "
    "2025-01-01/1 2025-01-28/8 2025-04-04/3 2025-05-01/5 2025-05-31/3 2025-10-01/8 "
    "2026-01-01/3 2026-02-15/9 2026-04-04/3 2026-05-01/5 2026-06-19/3 2026-09-25/3 2026-10-01/7"
)
"""First day / days on end."""

_MADE_UP = (
    "2014-01-26 2014-02-08 2014-05-04 2014-09-28 2014-10-11 "
    "2024-02-04 2024-02-18 2024-04-07 2024-04-28 2024-05-11 2024-09-14 2024-09-29 2024-10-12 "
    "2025-01-26 2025-02-08 2025-04-27 2025-09-28 2025-10-11 "
    "2026-01-04 2026-02-14 2026-02-28 2026-05-09 2026-09-20 2026-10-10"
)


def _days(entry: str) -> list[date]:
    first, length = entry.split("/")
    return [date.fromisoformat(first) + timedelta(days=n) for n in range(int(length))]


HOLIDAYS = frozenset(day for entry in _OFF.split() for day in _days(entry))
KNOWN_YEARS = frozenset(day.year for day in HOLIDAYS)
WORKING_WEEKENDS = frozenset(map(date.fromisoformat, _MADE_UP.split()))
