"""Tables as text: CSV as Excel, WPS and others write it, in the encodings that are met in China."""

import codecs
import csv
import io
from collections.abc import Iterator

from shared.sheets.limits import LONGEST_CELL, Refused

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_DELIMITERS = (",", "\t", ";", "，", "|")
SAMPLE_LINES = 20


def decoded(data: bytes) -> str:
    """Returns the text of a file in UTF-8 or UTF-16, with or without a mark, or GB18030 (and so GBK, GB2312).

    :raises Refused: it is in none of them.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _decode(data, encoding)
    if (unmarked := _utf16_by_zeros(data)) is not None:
        return _decode(data, unmarked)
    if b"\0" in data:
        raise Refused("sheet_kind_unknown")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return _decode(data, "gb18030")


def rows_of(text: str) -> Iterator[list[str]]:
    """Yields the rows of a table whose delimiter is guessed by its first lines.

    :raises Refused: a quotation never ends.
    """
    csv.field_size_limit(LONGEST_CELL * 10)
    try:
        yield from csv.reader(
            io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True
        )
    except csv.Error as error:
        raise Refused("sheet_quotes_open") from error


def _decode(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise Refused("sheet_encoding_unknown") from error


def _utf16_by_zeros(data: bytes) -> str | None:
    """UTF-16 without a mark: in a table every delimiter and line break has a zero byte on the same side."""
    sample = data[:4096]
    if len(data) % 2 or b"\0" not in sample:
        return None
    for encoding, breaks in (("utf-16-le", b"\n\0"), ("utf-16-be", b"\0\n")):
        place = 0 if encoding == "utf-16-le" else 1
        if breaks in sample and 0 not in sample[place::2]:
            return encoding
    return None


def _delimiter(text: str) -> str:
    """The delimiter that most of the first lines have, as often as possible."""
    lines = [line for line in text[:20_000].splitlines() if line.strip()][:SAMPLE_LINES]
    return max(_DELIMITERS, key=lambda mark: sum(min(line.count(mark), 50) for line in lines))
