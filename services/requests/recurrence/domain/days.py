"""On which days a recurring order is due: its rule, public holidays, and what people changed of single days."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Literal

from shared.kernel.errors import InvalidInput
from shared.kernel.holidays import HOLIDAYS, KNOWN_YEARS, next_working_day
from shared.kernel.recurrence import LONGEST, Rule

OnHoliday = Literal["skip", "next_workday", "keep"]
"""What becomes of a day of the rule that is a public holiday."""

Why = Literal["rule", "after_holiday", "moved", "extra", "holiday", "left_out", "falls_together"]
"""Why a day is as it is: a day of the rule; the working day after a holiday; moved or added by hand; left out for a
holiday, by hand, or because the service is on the day that it would be moved to anyway."""

FARTHEST_MOVE = timedelta(days=31)
"""So far a single day is moved by hand at most."""
_REACH = timedelta(days=31)
"""No holiday with what follows it is longer, nor is a day moved farther."""
AT_A_GLANCE = 12
"""So many of the next days are shown."""
MOST_CHANGED = 200
"""Single days that are changed by hand, and as many that are added."""


@dataclass(frozen=True, slots=True)
class DueDay:
    """The service that the rule wants on ``on``. It is wanted on ``day``, None where it is left out.

    ``is_certain``: the public holidays of that year are known, or make no difference.
    """

    on: date
    day: date | None
    why: Why
    is_certain: bool = True

    @property
    def first(self) -> date:
        """The day by which it must have been seen to."""
        return self.on if self.day is None else min(self.on, self.day)

    @property
    def is_by_hand(self) -> bool:
        return self.why in ("moved", "extra")


@dataclass(frozen=True, kw_only=True)
class Calendar:
    """``changed`` says for single days of the rule where they went by hand: to another day, or to None, left out.
    ``extra_on`` are days that were added. Both overrule holidays."""

    rule: Rule
    starts_on: date
    on_holiday: OnHoliday = "next_workday"
    changed: Mapping[date, date | None] = field(default_factory=dict)
    extra_on: frozenset[date] = frozenset()

    def between(self, first: date, last: date) -> list[DueDay]:
        """Returns what is due from ``first`` to ``last`` by the rule, in order. No two are wanted on one day.

        A span gives the same, whatever spans were asked for before: what is moved to a day that is the rule's own, or
        to one to which an earlier one was moved, is left out.
        """
        first = max(first, self.starts_on)
        if last < first:
            return []
        taken: set[date] = set(self.extra_on)
        taken |= {to for to in self.changed.values() if to is not None}
        by_rule = self.rule.days(self.starts_on, first - _REACH, last + _REACH)
        taken |= {on for on in by_rule if on not in self.changed and on not in HOLIDAYS}
        added = (DueDay(on, on, "extra") for on in self.extra_on.difference(by_rule))
        found = [*self._by_rule(by_rule, taken), *added]
        return sorted(
            (each for each in found if first <= each.on <= last), key=lambda each: each.on
        )

    @classmethod
    def preview(
        cls, rrule: str, starts_on: date, on_holiday: OnHoliday
    ) -> tuple[Rule, list[DueDay]]:
        """Returns a rule as it was read, and the first days by it. :raises InvalidInput: it is none, or has no day."""
        rule = Rule.parse(rrule)
        calendar = cls(rule=rule, starts_on=starts_on, on_holiday=on_holiday)
        found = calendar.between(starts_on, starts_on + LONGEST)
        if not found:
            raise InvalidInput("rule_without_days", field="rrule")
        return rule, found[:AT_A_GLANCE]

    def due_on(self, on: date) -> DueDay | None:
        """Returns what is due on one day by the rule or by hand; None where nothing ever was."""
        return next(iter(self.between(on, on)), None)

    def _by_rule(self, days: Sequence[date], taken: set[date]) -> Iterator[DueDay]:
        for on in days:
            if on in self.changed:
                to = self.changed[on]
                yield DueDay(on, to, "left_out" if to is None else "moved")
            elif on not in HOLIDAYS or self.on_holiday == "keep":
                yield DueDay(on, on, "rule", self._is_certain(on))
            elif self.on_holiday == "skip":
                yield DueDay(on, None, "holiday")
            elif (to := next_working_day(on)) in taken:
                yield DueDay(on, None, "falls_together")
            else:
                taken.add(to)
                yield DueDay(on, to, "after_holiday", self._is_certain(to))

    def _is_certain(self, day: date) -> bool:
        return self.on_holiday == "keep" or day.year in KNOWN_YEARS
