"""What cells mean."""

from datetime import date, datetime

import pytest

from shared.kernel.clock import CHINA
from shared.sheets.values import Unreadable, code_of, day_of, is_error, moment_of, number_of


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("330381125000", "330381125000"),
        ("330381125000.0", "330381125000"),
        ("３３０３８１１２５０００", "330381125000"),
        ("\ufeff330381125000\u200b ", "330381125000"),
        ("health－bureau", "health-bureau"),
    ],
)
def test_a_code_is_what_was_meant(typed: str, code: str) -> None:
    assert code_of(typed) == code


@pytest.mark.parametrize("typed", ["3.30381E+11", "3.30381e11", "9.13303811234568E+16"])
def test_a_code_that_excel_rounded_is_lost_and_not_guessed(typed: str) -> None:
    with pytest.raises(Unreadable, match="cell_digits_lost"):
        code_of(typed)


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("12", 12),
        ("１２", 12),
        ("12.0", 12),
        ("1,200", 1200),
        ("15人", 15),
        ("27.8136", 27.8136),
        ("3 天", 3),
        ("-1", -1),
        ("20 分钟", 20),
    ],
)
def test_a_number_may_have_its_unit(typed: str, number: float) -> None:
    assert number_of(typed) == number


@pytest.mark.parametrize(
    "typed", ["约20", "十五人", "1,2", "", "∞", "nan", "1e5", "=1+1", "9" * 40]
)
def test_what_is_no_number_is_not_read_as_one(typed: str) -> None:
    with pytest.raises(Unreadable):
        number_of(typed)


@pytest.mark.parametrize(
    "typed",
    [
        "2014-06-27",
        "2014-6-27",
        "2014/6/27",
        "2014.6.27",
        "2014年6月27日",
        "20140627",
        "41817",
        "２０１４年６月２７日",
        "41817.0",
        "2014-06-27 00:00:00",
    ],
)
def test_a_day_is_read_in_every_usual_spelling(typed: str) -> None:
    assert day_of(typed) == date(2014, 6, 27)


@pytest.mark.parametrize(
    "typed", ["2014年2月30日", "27/6/2014", "6月27日", "2014", "明天", "41817.5"]
)
def test_what_is_no_day_or_may_be_two_is_not_guessed(typed: str) -> None:
    with pytest.raises(Unreadable, match="cell_not_a_day"):
        day_of(typed)


@pytest.mark.parametrize(
    ("typed", "hour", "minute", "second"),
    [
        ("2014-06-27", 0, 0, 0),
        ("41817", 0, 0, 0),
        ("2014-06-27 09:30:00", 9, 30, 0),
        ("2014-06-27T09:30:15.250000", 9, 30, 15),
        ("２０１４／６／２７　９：３０", 9, 30, 0),
        ("2014年6月27日 9时30分", 9, 30, 0),
        ("20140627 9:30", 9, 30, 0),
    ],
)
def test_a_moment_is_a_day_with_or_without_a_time(
    typed: str, hour: int, minute: int, second: int
) -> None:
    assert moment_of(typed) == datetime(2014, 6, 27, hour, minute, second, tzinfo=CHINA)


@pytest.mark.parametrize("typed", ["9:30", "2014-06-27 25:00", "2014-06-27 9:60", "明天 9:30"])
def test_what_is_no_moment_is_not_guessed(typed: str) -> None:
    with pytest.raises(Unreadable, match="cell_not_a_day"):
        moment_of(typed)


def test_failed_formulas_are_known() -> None:
    assert is_error("#REF!")
    assert is_error(" #n/a")
    assert not is_error("#1")
