"""The last day for an answer, by business days."""

from datetime import date

import pytest

from services.dispatch.stops.domain.confirmation import Deadlines


@pytest.mark.parametrize(
    ("asked_on", "on", "by"),
    [
        # A Thursday: Friday, Monday, Tuesday.
        ("2014-06-26", "2014-07-16", "2014-07-01"),
        # Work is made up for on a Sunday after the National Day, which ends on 7 October.
        ("2014-09-30", "2014-10-20", "2014-10-10"),
        ("2014-10-09", "2014-10-24", "2014-10-13"),
        # Two business days before a stop on a Monday.
        ("2014-07-02", "2014-07-07", "2014-07-03"),
        # Asked the day before: on that day.
        ("2014-07-03", "2014-07-04", "2014-07-03"),
        # Entered afterwards, of a past stop.
        ("2014-07-10", "2014-07-04", "2014-07-10"),
        # Of a year whose holidays are not known, the weekends are.
        ("2099-12-31", "2100-02-01", "2100-01-05"),
    ],
)
def test_the_last_day_for_an_answer(asked_on: str, on: str, by: str) -> None:
    found = Deadlines().answer_by(date.fromisoformat(asked_on), date.fromisoformat(on))
    assert found == date.fromisoformat(by)


@pytest.mark.parametrize(
    ("today", "said"),
    [
        ("2014-06-29", None),
        # The business day before Tuesday, and Tuesday itself.
        ("2014-06-30", "reminder"),
        ("2014-07-01", "reminder"),
        ("2014-07-02", "overdue"),
    ],
)
def test_silence_is_reminded_and_then_late(today: str, said: str | None) -> None:
    until, day = date(2014, 7, 1), date.fromisoformat(today)
    notice_of = Deadlines().notice_of
    assert notice_of(until, None, None, day) == said
    assert notice_of(until, until, until, day) is None
    assert notice_of(None, None, None, day) is None
    # For an earlier last day it was reminded; this one is another.
    assert notice_of(until, date(2014, 6, 25), date(2014, 6, 25), day) == said


def test_a_city_sets_its_own_deadlines() -> None:
    patient = Deadlines(within=10, before_stop=5, reminder=2, escalation=3)
    thursday, far, near = date(2014, 6, 26), date(2014, 9, 1), date(2014, 7, 11)
    assert patient.answer_by(thursday, far) == date(2014, 7, 10)
    assert patient.answer_by(thursday, near) == date(2014, 7, 4)
    until = date(2014, 7, 4)  # a Friday
    said = {
        day: patient.notice_of(until, None, None, date(2014, 7, day)) for day in (1, 2, 4, 5, 9, 10)
    }
    # The corps waits for Monday, Tuesday and Wednesday too.
    assert said == {1: None, 2: "reminder", 4: "reminder", 5: None, 9: None, 10: "overdue"}
    hasty = Deadlines(within=1, before_stop=1, reminder=0)
    assert hasty.answer_by(thursday, far) == date(2014, 6, 27)
    assert hasty.notice_of(date(2014, 6, 27), None, None, thursday) is None
    assert hasty.notice_of(date(2014, 6, 27), None, None, date(2014, 6, 27)) == "reminder"
