"""Public holidays of mainland China, and the weekends on which work is made up for (调休), from 2004 to 2026.

Source: the State Council's yearly notices (国务院办公厅关于部分节假日安排的通知), as chinesecalendar (MIT) has
them. A year's notice comes in the autumn before: ``make lock UPGRADE=--upgrade`` brings the library that knows
it, and ``make generate`` writes ``holidays.json``. Of a year that is not there, only the weekends are known.
"""

import json
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

_YEARS: dict[str, dict[str, list[str]]] = json.loads(
    Path(__file__).with_suffix(".json").read_text("utf-8")
)


def _days(span: str) -> Iterator[date]:
    """The days of ``first day/days on end``."""
    first, length = span.split("/")
    return (date.fromisoformat(first) + timedelta(days=n) for n in range(int(length)))


KNOWN_YEARS = frozenset(map(int, _YEARS))
HOLIDAYS = frozenset(day for year in _YEARS.values() for span in year["off"] for day in _days(span))
WORKING_WEEKENDS = frozenset(
    date.fromisoformat(day) for year in _YEARS.values() for day in year["made_up"]
)

SATURDAY = 5


def is_working_day(day: date) -> bool:
    """Whether people work on that day: Monday to Friday but for public holidays, and weekends on which work is made
    up for."""
    return day in WORKING_WEEKENDS or (day.weekday() < SATURDAY and day not in HOLIDAYS)


def next_working_day(day: date) -> date:
    """Returns the first working day after ``day``."""
    day += timedelta(days=1)
    while not is_working_day(day):
        day += timedelta(days=1)
    return day
