"""Rules by which a day comes again: the part of RFC 5545's RRULE that people set up, on whole days.

A rule says FREQ, and may say INTERVAL, BYDAY, BYMONTHDAY, and COUNT or UNTIL. What is refused, and why:
:meth:`Rule.parse`. dateutil expands it.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Literal, NoReturn, cast, get_args

from dateutil.rrule import (
    DAILY,
    FR,
    MO,
    MONTHLY,
    SA,
    SU,
    TH,
    TU,
    WE,
    WEEKLY,
    YEARLY,
    rrule,
    weekday,
)

from shared.kernel.errors import InvalidInput

Frequency = Literal["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]
FREQUENCIES: tuple[Frequency, ...] = get_args(Frequency)
WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
LONGEST = timedelta(days=5 * 365)
"""A rule that never ends, or ends later, ends so long after its first day."""
MOST_COUNT = 500
MOST_INTERVAL = {"DAILY": 90, "WEEKLY": 26, "MONTHLY": 24, "YEARLY": 4}

_FREQUENCY: dict[Frequency, Literal[0, 1, 2, 3]] = {
    "DAILY": DAILY,
    "WEEKLY": WEEKLY,
    "MONTHLY": MONTHLY,
    "YEARLY": YEARLY,
}
_WEEKDAY = dict(zip(WEEKDAYS, (MO, TU, WE, TH, FR, SA, SU), strict=True))
_PARTS = ("FREQ", "INTERVAL", "BYDAY", "BYMONTHDAY", "COUNT", "UNTIL", "WKST")
_NTH = re.compile(r"(-1|[1-4])?(MO|TU|WE|TH|FR|SA|SU)")
_NUMBER = re.compile(r"[0-9]{1,4}")
_UNTIL = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")


@dataclass(frozen=True, slots=True)
class Rule:
    """``weekdays`` are BYDAY's. In a rule by the month there is one at most, the ``nth`` of the month (-1: the last).
    ``month_day`` is a rule by the month's day, -1 the last; a month without that day is left out."""

    frequency: Frequency
    interval: int = 1
    weekdays: tuple[str, ...] = ()
    nth: int | None = None
    month_day: int | None = None
    count: int | None = None
    until: date | None = None

    @classmethod
    def parse(cls, text: str) -> "Rule":
        """Reads ``FREQ=WEEKLY;INTERVAL=2;BYDAY=TU``, with or without ``RRULE:`` before it.

        :raises InvalidInput: it is no rule, or says what is not offered; names the part.
        """
        said: dict[str, str] = {}
        for part in text.upper().removeprefix("RRULE:").split(";"):
            name, _, value = part.partition("=")
            if name not in _PARTS or not value or name in said:
                _refuse(part)
            said[name] = value
        frequency = cast("Frequency", said.get("FREQ", ""))
        if frequency not in FREQUENCIES or said.get("WKST", "MO") != "MO":
            _refuse("FREQ" if frequency not in FREQUENCIES else "WKST")
        weekdays, nth = _by_day(frequency, said.get("BYDAY"))
        month_day = _by_month_day(frequency, said.get("BYMONTHDAY"), has_weekday=bool(weekdays))
        if "COUNT" in said and "UNTIL" in said:
            _refuse("COUNT, UNTIL")
        return cls(
            frequency=frequency,
            interval=_number(said, "INTERVAL", MOST_INTERVAL[frequency]) or 1,
            weekdays=weekdays,
            nth=nth,
            month_day=month_day,
            count=_number(said, "COUNT", MOST_COUNT),
            until=_until(said.get("UNTIL")),
        )

    def __str__(self) -> str:
        """The rule as RFC 5545 writes it, always the same way."""
        parts = [f"FREQ={self.frequency}"]
        if self.interval != 1:
            parts.append(f"INTERVAL={self.interval}")
        if self.weekdays:
            nth = "" if self.nth is None else str(self.nth)
            parts.append("BYDAY=" + ",".join(f"{nth}{day}" for day in self.weekdays))
        if self.month_day is not None:
            parts.append(f"BYMONTHDAY={self.month_day}")
        if self.count is not None:
            parts.append(f"COUNT={self.count}")
        if self.until is not None:
            parts.append(f"UNTIL={self.until:%Y%m%d}")
        return ";".join(parts)

    def days(self, starts_on: date, first: date, last: date) -> Sequence[date]:
        """Returns the days from ``first`` to ``last``, both included, of the rule that starts on ``starts_on``: that
        is its first day if it fits the rule, and what the interval is counted from."""
        expanded = _expanded(self, starts_on)
        found = expanded.between(_at(first), _at(min(last, starts_on + LONGEST)), inc=True)
        return [each.date() for each in found]


@lru_cache(maxsize=256)
def _expanded(rule: Rule, starts_on: date) -> rrule:
    latest = starts_on + LONGEST
    by_day: list[weekday] | None = [
        _WEEKDAY[day](rule.nth) if rule.nth is not None else _WEEKDAY[day] for day in rule.weekdays
    ]
    return rrule(
        _FREQUENCY[rule.frequency],
        dtstart=_at(starts_on),
        interval=rule.interval,
        wkst=MO,
        count=rule.count,
        until=None if rule.count else _at(min(rule.until or latest, latest)),
        bymonthday=rule.month_day,
        byweekday=by_day or None,
    )


def _at(day: date) -> datetime:
    return datetime.combine(day, time())


def _by_day(frequency: str, text: str | None) -> tuple[tuple[str, ...], int | None]:
    if text is None:
        return (), None
    read = [_NTH.fullmatch(each) for each in text.split(",")]
    found = [(each[1], each[2]) for each in read if each is not None]
    days = tuple(day for day in WEEKDAYS if day in {day for _, day in found})
    has_nth = any(nth for nth, _ in found)
    is_weekly = frequency == "WEEKLY" and not has_nth
    is_monthly = frequency == "MONTHLY" and has_nth and len(found) == 1
    if None in read or len(days) != len(read) or not (is_weekly or is_monthly):
        _refuse(f"BYDAY={text}")
    return days, int(found[0][0]) if has_nth else None


def _by_month_day(frequency: str, text: str | None, *, has_weekday: bool) -> int | None:
    if text is None:
        return None
    allowed = {"-1", *map(str, range(1, 32))}
    if frequency != "MONTHLY" or has_weekday or text not in allowed:
        _refuse(f"BYMONTHDAY={text}")
    return int(text)


def _number(said: dict[str, str], name: str, most: int) -> int | None:
    text = said.get(name)
    if text is None:
        return None
    if not _NUMBER.fullmatch(text) or not 1 <= int(text) <= most:
        raise InvalidInput("rule_number_out_of_range", field="rrule", part=name, most=most)
    return int(text)


def _until(text: str | None) -> date | None:
    if text is None:
        return None
    if (said := _UNTIL.fullmatch(text)) is None:
        _refuse(f"UNTIL={text}")
    try:
        return date(*map(int, said.groups()))
    except ValueError:  # no such day
        _refuse(f"UNTIL={text}")


def _refuse(part: str) -> NoReturn:
    raise InvalidInput("rule_not_offered", field="rrule", part=part[:40])
