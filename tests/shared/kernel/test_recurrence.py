"""Rules by which a day comes again: which are read, and which days they give."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.kernel.errors import InvalidInput
from shared.kernel.holidays import HOLIDAYS, WORKING_WEEKENDS, is_working_day, next_working_day
from shared.kernel.recurrence import LONGEST, MOST_COUNT, MOST_INTERVAL, WEEKDAYS, Rule

JULY = date(2014, 7, 1)  # a Tuesday


def days(rule: str, *, until: date = date(2014, 12, 31)) -> list[str]:
    return [f"{day:%m-%d}" for day in Rule.parse(rule).days(JULY, JULY, until)]


@pytest.mark.parametrize(
    ("rule", "first"),
    [
        ("FREQ=DAILY;INTERVAL=3;COUNT=3", ["07-01", "07-04", "07-07"]),
        ("FREQ=WEEKLY;COUNT=3", ["07-01", "07-08", "07-15"]),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,SA;COUNT=4", ["07-01", "07-05", "07-15", "07-19"]),
        ("FREQ=MONTHLY;BYDAY=2TU;COUNT=3", ["07-08", "08-12", "09-09"]),
        ("FREQ=MONTHLY;BYDAY=-1FR;COUNT=2", ["07-25", "08-29"]),
        ("FREQ=MONTHLY;BYMONTHDAY=31;UNTIL=20141031", ["07-31", "08-31", "10-31"]),
        ("FREQ=MONTHLY;BYMONTHDAY=-1;COUNT=3", ["07-31", "08-31", "09-30"]),
        ("RRULE:freq=weekly;byday=sa;count=1", ["07-05"]),
    ],
)
def test_days(rule: str, first: list[str]) -> None:
    assert days(rule) == first


@pytest.mark.parametrize(
    "rule",
    [
        "",
        "WEEKLY",
        "FREQ=HOURLY",
        "FREQ=WEEKLY;FREQ=DAILY",
        "FREQ=WEEKLY;BYDAY=2TU",
        "FREQ=WEEKLY;BYDAY=TU,TU",
        "FREQ=WEEKLY;BYDAY=XX",
        "FREQ=MONTHLY;BYDAY=TU",
        "FREQ=MONTHLY;BYDAY=2TU,3TU",
        "FREQ=MONTHLY;BYDAY=5TU",
        "FREQ=MONTHLY;BYDAY=2TU;BYMONTHDAY=3",
        "FREQ=MONTHLY;BYMONTHDAY=0",
        "FREQ=MONTHLY;BYMONTHDAY=32",
        "FREQ=DAILY;BYDAY=TU",
        "FREQ=YEARLY;BYMONTHDAY=3",
        "FREQ=DAILY;BYHOUR=3",
        "FREQ=DAILY;COUNT=3;UNTIL=20141231",
        "FREQ=DAILY;UNTIL=20141331",
        "FREQ=DAILY;UNTIL=tomorrow",
        "FREQ=WEEKLY;WKST=SU",
    ],
)
def test_what_is_not_offered_is_refused(rule: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        Rule.parse(rule)
    assert (refused.value.code, refused.value.field) == ("rule_not_offered", "rrule")


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=DAILY;INTERVAL=0",
        "FREQ=WEEKLY;INTERVAL=27",
        "FREQ=DAILY;COUNT=501",
        "FREQ=DAILY;COUNT=x",
    ],
)
def test_numbers_have_bounds(rule: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        Rule.parse(rule)
    assert refused.value.code == "rule_number_out_of_range"


def test_no_rule_goes_on_for_more_than_five_years() -> None:
    for rule in ("FREQ=DAILY", "FREQ=MONTHLY;COUNT=500", "FREQ=WEEKLY;UNTIL=21000101"):
        found = Rule.parse(rule).days(JULY, JULY, date(2199, 1, 1))
        assert JULY + LONGEST - timedelta(days=31) < found[-1] <= JULY + LONGEST


@st.composite
def rules(draw: st.DrawFn) -> str:
    frequency = draw(st.sampled_from(sorted(MOST_INTERVAL)))
    said = [f"FREQ={frequency}"]
    if draw(st.booleans()):
        said.append(f"INTERVAL={draw(st.integers(1, MOST_INTERVAL[frequency]))}")
    if frequency == "WEEKLY" and draw(st.booleans()):
        chosen = draw(st.lists(st.sampled_from(WEEKDAYS), min_size=1, unique=True))
        said.append(f"BYDAY={','.join(chosen)}")
    if frequency == "MONTHLY":
        by_day = f"BYDAY={draw(st.sampled_from([1, 2, 3, 4, -1]))}{draw(st.sampled_from(WEEKDAYS))}"
        by_month_day = f"BYMONTHDAY={draw(st.sampled_from([*range(1, 32), -1]))}"
        said += draw(st.sampled_from([[], [by_day], [by_month_day]]))
    count = f"COUNT={draw(st.integers(1, MOST_COUNT))}"
    until = f"UNTIL={draw(st.dates(date(2014, 7, 1), date(2016, 12, 31))):%Y%m%d}"
    return ";".join(said + draw(st.sampled_from([[], [count], [until]])))


@given(rules(), st.dates(date(2014, 1, 1), date(2015, 1, 1)), st.integers(0, 900))
def test_a_rule_is_the_same_when_read_again_and_a_span_is_a_part_of_the_whole(
    text: str, starts_on: date, offset: int
) -> None:
    rule = Rule.parse(text)
    assert Rule.parse(str(rule)) == rule
    whole = rule.days(starts_on, starts_on, starts_on + LONGEST)
    assert list(whole) == sorted(set(whole))
    first = starts_on + timedelta(days=offset)
    last = first + timedelta(days=60)
    assert list(rule.days(starts_on, first, last)) == [d for d in whole if first <= d <= last]


def test_work_is_made_up_for_on_some_weekends() -> None:
    national_day = date(2014, 10, 1)
    assert next_working_day(date(2014, 9, 30)) == date(2014, 10, 8)
    assert national_day in HOLIDAYS
    assert date(2014, 10, 11) in WORKING_WEEKENDS  # a Saturday
    assert is_working_day(date(2014, 10, 11))
    assert not is_working_day(date(2014, 10, 12))
