"""What the text of a cell means: codes, numbers and days in the spellings that are met in real tables."""

import re
from datetime import date, datetime, time, timedelta

from shared.kernel.clock import CHINA
from shared.kernel.text import typed_code

Number = int | float

ERRORS = ("#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!", "#GETTING_DATA")
"""What Excel shows where a formula failed."""

_LOST = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?[eE]\+?[0-9]+")
_WHOLE = re.compile(r"([0-9]+)\.0+")
_GROUPED = re.compile(r"[+-]?[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?")
_PLAIN = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?")
_UNIT = re.compile(r"(?:人|名|个|次|天|日|分钟|分|人次|平方公里|平方千米|km²)$")
_DAY = re.compile(r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?(?:[ T]00:00(?::00)?)?")
_MOMENT = re.compile(
    r"(.{8,11}?)[ T]+([0-9]{1,2})[:时]([0-9]{1,2})(?:分|[:]([0-9]{1,2})(?:\.[0-9]+)?)?"
)
_DIGITS = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")
_FIRST_SERIAL, _LAST_SERIAL = 10_000, 99_999
"""1927 to 2173 as Excel counts days."""
_EPOCH = date(1899, 12, 30)


class Unreadable(ValueError):
    """A cell is not what its column holds; ``code`` is of the locale files."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def code_of(text: str) -> str:
    """Returns a code as it was meant: half width, without invisible marks, 330381125000.0 as 330381125000.

    :raises Unreadable: Excel has rounded it, as in 3.30381E+11.
    """
    code = typed_code(text)
    if _LOST.fullmatch(code):
        raise Unreadable("cell_digits_lost")
    whole = _WHOLE.fullmatch(code)
    return whole[1] if whole else code


def number_of(text: str) -> Number:
    """Returns a number; it may have a unit behind it, or thousands parted by commas.

    :raises Unreadable: it is none.
    """
    said = _UNIT.sub("", typed_code(text).replace(" ", "")).strip()
    if _GROUPED.fullmatch(said):
        said = said.replace(",", "")
    if _LOST.fullmatch(said):
        raise Unreadable("cell_digits_lost")
    if not _PLAIN.fullmatch(said) or len(said) > 30:
        raise Unreadable("cell_not_a_number")
    number = float(said)
    return int(number) if number.is_integer() else number


def day_of(text: str) -> date:
    """Returns a day: 2014-6-27, 2014/06/27, 2014.6.27, 2014年6月27日, 20140627, or Excel's count of days.

    :raises Unreadable: it is none.
    """
    said = typed_code(text).replace(" ", " ")
    try:
        if parts := _DAY.fullmatch(said) or _DIGITS.fullmatch(said):
            return date(int(parts[1]), int(parts[2]), int(parts[3]))
        serial = number_of(said)
    except ValueError:
        raise Unreadable("cell_not_a_day") from None
    if isinstance(serial, float) or not _FIRST_SERIAL <= serial <= _LAST_SERIAL:
        raise Unreadable("cell_not_a_day")
    return _EPOCH + timedelta(days=serial)


def moment_of(text: str) -> datetime:
    """Returns a moment in China: a day as :func:`day_of` reads it, and perhaps a time, as in 2014-6-2 9:30. A day alone
    is its beginning.

    :raises Unreadable: it is none.
    """
    said = typed_code(text).replace("\u00a0", " ")
    parts = _MOMENT.fullmatch(said)
    if parts is None:
        return datetime.combine(day_of(said), time(), CHINA)
    try:
        at = time(int(parts[2]), int(parts[3]), int(parts[4] or 0))
    except ValueError:
        raise Unreadable("cell_not_a_day") from None
    return datetime.combine(day_of(parts[1]), at, CHINA)


def is_error(text: str) -> bool:
    return text.strip().upper() in ERRORS
