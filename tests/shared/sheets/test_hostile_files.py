"""Files that were made to do harm, or were damaged on their way: each is refused in words."""

import io
import signal
import zipfile
from contextlib import suppress

import pytest

from shared.http.texts import LANGUAGES, Texts
from shared.kernel.errors import InvalidInput
from shared.sheets.limits import MOST_COLUMNS, MOST_PARTS, MOST_ROWS
from shared.sheets.reading import read_table, require_good_end
from tests.support.workbooks import ods, packed, part_of, with_part, xlsx

SHEET = "xl/worksheets/sheet1.xml"
BOOK = xlsx([["代码", "名称"], ["a1", "高楼镇"]])


def far_cell() -> bytes:
    """A sheet whose second cell is in its very last row and column: 17 thousand million cells."""
    row = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    return with_part(BOOK, SHEET, part_of(BOOK, SHEET).replace("</sheetData>", row))


def many_laughs() -> bytes:
    entities = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    sheet = part_of(BOOK, SHEET)
    head, rest = sheet.split("?>", 1)
    doctype = f'?><!DOCTYPE x [<!ENTITY a0 "ha">{entities}]>'
    cell = '<c r="A1" t="inlineStr"><is><t>&a9;</t></is></c>'
    begin = rest.index('<c r="A1"')
    end = rest.index("</c>", begin) + 4
    return with_part(BOOK, SHEET, head + doctype + rest[:begin] + cell + rest[end:])


def short_by_its_own_account() -> bytes:
    """A part of 100 MB whose headers say that it has 10 bytes."""
    data = bytearray(with_part(BOOK, "xl/styles.xml", b" " * 100_000_000))
    size = (100_000_000).to_bytes(4, "little")
    while (at := data.find(size)) >= 0:
        data[at : at + 4] = (10).to_bytes(4, "little")
    return bytes(data)


def locked_archive() -> bytes:
    data = bytearray(BOOK)
    with zipfile.ZipFile(io.BytesIO(BOOK)) as archive:
        offsets = [part.header_offset for part in archive.infolist()]
    for at in offsets:
        data[at + 6] |= 1
    at = -1
    while (at := data.find(b"PK\x01\x02", at + 1)) >= 0:
        data[at + 8] |= 1
    return bytes(data)


def damaged(method: int) -> bytes:
    """A workbook whose cells are packed in a rare way, and spoilt in the middle."""
    packed_so = io.BytesIO()
    with zipfile.ZipFile(packed_so, "w", method) as archive:
        archive.writestr("xl/workbook.xml", bytes(range(256)) * 40)
    data = bytearray(packed_so.getvalue())
    begins = len("xl/workbook.xml") + 30  # behind the local header (APPNOTE.TXT, 4.3.7)
    data[begins : begins + 60] = bytes(60)
    return bytes(data)


REPEATED = (
    '<table:table-row table:number-rows-repeated="1048576"><table:table-cell'
    ' table:number-columns-repeated="16384" office:value-type="string"><text:p>x</text:p>'
    "</table:table-cell></table:table-row>"
)
HOSTILE = {
    "zip bomb": (with_part(BOOK, "xl/styles.xml", b" " * 100_000_000), {"sheet_bomb"}),
    "zip bomb that lies": (short_by_its_own_account(), {"sheet_damaged"}),
    "too many parts": (
        packed({f"xl/{number}.xml": "" for number in range(MOST_PARTS + 1)}),
        {"sheet_bomb"},
    ),
    "far cell": (far_cell(), {"sheet_bomb", "sheet_too_many_rows", "sheet_damaged"}),
    "repeated cells": (
        ods([["代码"]], after=REPEATED),
        {"sheet_bomb", "sheet_too_many_rows", "sheet_damaged"},
    ),
    "locked archive": (locked_archive(), {"sheet_locked"}),
    "spoilt bzip2": (damaged(zipfile.ZIP_BZIP2), {"sheet_damaged"}),
    "spoilt lzma": (damaged(zipfile.ZIP_LZMA), {"sheet_damaged"}),
    "cut off": (BOOK[: len(BOOK) // 2], {"sheet_damaged"}),
    "cut off xls": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, {"sheet_damaged"}),
    "no workbook in the archive": (packed({"a.xml": "<a/>"}), {"sheet_damaged"}),
    "picture": (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + b"\0" * 40, {"sheet_kind_unknown"}),
    "pdf": (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n\0\0", {"sheet_kind_unknown"}),
    "no encoding": (b"\xff\xfe\x00", {"sheet_encoding_unknown"}),
    "open quotation": ('代码,名称\na1,"高楼镇\n'.encode(), {"sheet_quotes_open"}),
    "nothing": (b"", {"sheet_empty"}),
    "blanks": (b" \n\n  \n", {"sheet_empty"}),
    "too many rows": (b"a,b\n" * (MOST_ROWS + 1), {"sheet_too_many_rows"}),
    "too many columns": (("a," * MOST_COLUMNS + "b\n").encode(), {"sheet_too_many_columns"}),
    "endless cell": (b"a," + b"x" * 5000, {"sheet_cell_too_long"}),
}


@pytest.mark.parametrize("name", HOSTILE)
async def test_a_hostile_file_is_refused_in_words(name: str) -> None:
    data, codes = HOSTILE[name]
    with pytest.raises(InvalidInput) as refusal:
        await read_table(data)
    assert refusal.value.code in codes
    for language in LANGUAGES:
        text = Texts().render(language, refusal.value.code, refusal.value.facts)
        assert text.keys() == {"title", "detail", "remedy"}


async def test_entities_that_grow_are_not_expanded() -> None:
    with suppress(InvalidInput):
        assert len((await read_table(many_laughs())).rows[0][0]) < 100


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (-signal.SIGKILL, "sheet_bomb"),
        (-signal.SIGXCPU, "sheet_bomb"),
        (-signal.SIGABRT, "sheet_bomb"),
        (-signal.SIGSEGV, "sheet_unreadable"),
        (1, "sheet_unreadable"),
    ],
)
def test_a_reader_s_own_fault_is_not_called_the_file_s(status: int, code: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        require_good_end(status)
    assert refusal.value.code == code
    for language in LANGUAGES:
        assert Texts().render(language, code).keys() == {"title", "detail", "remedy"}
