"""On which days a recurring order is due: holidays, days changed by hand, and what can't be known yet."""

from collections.abc import Mapping
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.requests.recurrence.domain.days import Calendar, DueDay, OnHoliday
from shared.kernel.holidays import HOLIDAYS, KNOWN_YEARS, is_working_day
from shared.kernel.recurrence import Rule
from tests.shared.kernel.test_recurrence import rules

AUTUMN = date(2014, 9, 1)
MID_AUTUMN = date(2014, 9, 8)  # a Monday, and a public holiday


def due(
    rule: str,
    on_holiday: OnHoliday,
    first: date,
    last: date,
    *,
    changed: Mapping[date, date | None] | None = None,
    extra_on: frozenset[date] = frozenset(),
) -> list[DueDay]:
    calendar = Calendar(
        rule=Rule.parse(rule),
        starts_on=AUTUMN,
        on_holiday=on_holiday,
        changed=changed or {},
        extra_on=extra_on,
    )
    return calendar.between(first, last)


@pytest.mark.parametrize(
    ("on_holiday", "day", "why"),
    [
        ("skip", None, "holiday"),
        ("next_workday", date(2014, 9, 9), "after_holiday"),
        ("keep", MID_AUTUMN, "rule"),
    ],
)
def test_a_holiday_is_left_out_moved_or_kept(
    on_holiday: OnHoliday, day: date | None, why: str
) -> None:
    found = due("FREQ=MONTHLY;BYDAY=2MO", on_holiday, AUTUMN, date(2014, 9, 30))
    assert [(each.on, each.day, each.why) for each in found] == [(MID_AUTUMN, day, why)]


def test_what_is_moved_to_a_day_with_a_service_is_left_out() -> None:
    """National Day: seven days off, and work from 8 October on."""
    found = due("FREQ=DAILY", "next_workday", date(2014, 9, 30), date(2014, 10, 9))
    assert [each.day for each in found if each.day] == [
        date(2014, 9, 30),
        date(2014, 10, 8),
        date(2014, 10, 9),
    ]
    assert {each.why for each in found if each.day is None} == {"falls_together"}


def test_by_hand_overrules_holidays() -> None:
    changed = {
        MID_AUTUMN: MID_AUTUMN,
        date(2014, 9, 15): None,
        date(2014, 9, 22): date(2014, 9, 23),
    }
    extra_on = frozenset({date(2014, 9, 25)})
    found = due(
        "FREQ=WEEKLY;BYDAY=MO",
        "skip",
        AUTUMN,
        date(2014, 9, 28),
        changed=changed,
        extra_on=extra_on,
    )
    assert [(each.on.day, each.day and each.day.day, each.why) for each in found] == [
        (1, 1, "rule"),
        (8, 8, "moved"),
        (15, None, "left_out"),
        (22, 23, "moved"),
        (25, 25, "extra"),
    ]


@pytest.mark.parametrize(
    ("on_holiday", "is_certain"), [("next_workday", False), ("skip", False), ("keep", True)]
)
def test_of_a_year_without_a_notice_nobody_is_sure(on_holiday: OnHoliday, is_certain: bool) -> None:
    unknown = max(KNOWN_YEARS) + 1
    calendar = Calendar(
        rule=Rule.parse("FREQ=WEEKLY"), starts_on=date(unknown, 1, 4), on_holiday=on_holiday
    )
    found = calendar.between(date(unknown, 1, 4), date(unknown, 2, 4))
    assert {each.is_certain for each in found} == {is_certain}


@given(
    rules(),
    st.sampled_from(["skip", "next_workday", "keep"]),
    st.dates(date(2014, 1, 1), date(2016, 1, 1)),
    st.integers(0, 500),
    st.integers(0, 90),
)
def test_no_day_twice_none_on_a_holiday_and_the_same_whatever_was_asked(
    rule: str, on_holiday: OnHoliday, starts_on: date, offset: int, length: int
) -> None:
    calendar = Calendar(rule=Rule.parse(rule), starts_on=starts_on, on_holiday=on_holiday)
    whole = calendar.between(starts_on, starts_on + timedelta(days=700))
    wanted = [each.day for each in whole if each.day is not None]
    assert len(wanted) == len(set(wanted))
    if on_holiday != "keep":
        assert not HOLIDAYS.intersection(wanted)
    assert all(
        is_working_day(each.day) for each in whole if each.why == "after_holiday" and each.day
    )
    first = starts_on + timedelta(days=offset)
    last = first + timedelta(days=length)
    assert calendar.between(first, last) == [each for each in whole if first <= each.on <= last]
