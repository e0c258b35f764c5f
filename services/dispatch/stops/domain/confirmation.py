"""Until when the parties to a stop say whether its half-day suits them, and what they say instead."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from services.dispatch.planning.problem.problem import working_days

MOST_DAYS = 5
"""How many other days a party may name."""

OtherDayReason = Literal["place_taken", "other_event", "too_few_residents", "busy", "other"]
"""Why a township or a team asks for another day."""

StayReason = Literal["no_other_day", "others_confirmed", "other"]
"""Why the corps leaves a stop on its day."""

TownshipAnswer = Literal["confirmed", "another_day"]

TOWNSHIP = "township"
TEAM = "team:"

Kind = Literal["reminder", "overdue"]


@dataclass(frozen=True, slots=True)
class Deadlines:
    """Until when a party answers, and what follows if it does not, in business days: ``within`` so many after it was
    asked, but so many ``before_stop`` even when it was asked late. It is reminded so many ``reminder`` days before its
    last one, and the corps is told when as many as ``escalation`` after it are over too."""

    within: int = 3
    before_stop: int = 2
    reminder: int = 1
    escalation: int = 0

    def answer_by(self, asked_on: date, on: date) -> date:
        """The last day for the answer of a party that is asked on ``asked_on`` about a stop on ``on``; never before it
        was asked."""
        last = min(business_days_after(asked_on, self.within), _earlier(on, self.before_stop))
        return max(asked_on, last)

    def late_before(self, today: date) -> date:
        """Whose last day was before this one is reported to the corps."""
        return _earlier(today, self.escalation)

    def notice_of(
        self,
        asked_until: date | None,
        reminded_for: date | None,
        overdue_for: date | None,
        today: date,
    ) -> Kind | None:
        """What is to be said today, and was not said yet, of a party that was asked until then and has said nothing. A
        reminder that was missed is given until the last day."""
        if asked_until is None:
            return None
        if asked_until < self.late_before(today):
            return "overdue" if overdue_for != asked_until else None
        if _earlier(asked_until, self.reminder) <= today <= asked_until:
            return "reminder" if reminded_for != asked_until else None
        return None


@dataclass(frozen=True, slots=True)
class Silence:
    """What a party that has not answered until ``until`` is to be told; the township where ``team_code`` is None."""

    kind: Kind
    team_code: str | None
    until: date


def party_of(team_code: str | None) -> str:
    """The key of a party in :attr:`Stop.other_days`: the township, or one of the teams."""
    return TOWNSHIP if team_code is None else f"{TEAM}{team_code}"


def team_of(party: str) -> str | None:
    """The team that a key of a party names; None for the township."""
    return None if party == TOWNSHIP else party.removeprefix(TEAM)


def business_days_after(day: date, count: int) -> date:
    """The ``count``-th business day after this one."""
    return _step(day, count, 1)


def _earlier(day: date, count: int) -> date:
    return _step(day, count, -1)


def _step(day: date, count: int, by: Literal[1, -1]) -> date:
    """The ``count``-th business day after or before ``day``; the day itself where none is asked for."""
    if count == 0:
        return day
    for found in _days(day, by):
        if working_days(found, found, weekends=False):
            count -= 1
            if count == 0:
                return found
    raise AssertionError("business days do not end")


def _days(day: date, by: Literal[1, -1]) -> Iterator[date]:
    while True:
        day += timedelta(days=by)
        yield day
