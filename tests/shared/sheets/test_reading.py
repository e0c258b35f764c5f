"""Tables as offices send them: every format, encoding and habit gives the same cells."""

from pathlib import Path

import pytest

from shared.kernel.errors import InvalidInput
from shared.sheets.reading import read_table
from tests.support.workbooks import ods, part_of, with_part, xlsx

FILES = Path(__file__).parent / "files"
ROWS = [["区划代码", "镇街名称"], ["330381125000", "高楼镇"], ["330381001000", "安阳街道，市中心"]]
CSV = '区划代码,镇街名称\r\n330381125000,高楼镇\r\n330381001000,"安阳街道，市中心"\r\n'


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "gb18030", "gbk"]
)
async def test_a_csv_reads_the_same_in_every_encoding_that_is_met(encoding: str) -> None:
    assert (await read_table(CSV.encode(encoding))).rows == ROWS


async def test_characters_beyond_gbk_come_through_gb18030() -> None:
    text = "名称,代码\n㙍头村,𠮷-1\n䶮山,ü\n"
    assert (await read_table(text.encode("gb18030"))).rows[1:] == [
        ["㙍头村", "𠮷-1"],
        ["䶮山", "ü"],
    ]


@pytest.mark.parametrize("delimiter", ["\t", ";", ",", "|"])
async def test_the_delimiter_is_found(delimiter: str) -> None:
    text = f"代码{delimiter}名称\na1{delimiter}高楼镇\n"
    assert (await read_table(text.encode())).rows == [["代码", "名称"], ["a1", "高楼镇"]]


async def test_a_quoted_cell_may_hold_lines_and_delimiters() -> None:
    rows = (await read_table('代码,名称\na1,"高楼镇\n（原名），""高楼"""\n'.encode())).rows
    assert rows[1] == ["a1", '高楼镇\n（原名），"高楼"']


async def test_xlsx_xls_and_ods_hold_the_same() -> None:
    assert (await read_table(xlsx(ROWS))).rows == ROWS
    assert (await read_table(ods(ROWS))).rows == ROWS
    old = await read_table((FILES / "townships.xls").read_bytes())
    assert (old.sheets, old.sheet) == (["镇街"], "镇街")
    assert old.rows[0][0] == "瑞安市镇街一览表（2014年）"
    assert old.rows[2] == ["330381125000", "高楼镇", "61000", "2011-05-01"]
    assert old.rows[3] == ["330381001000", "安阳街道", "98000", "2011年5月1日"]


async def test_codes_that_became_numbers_are_codes_again_unless_digits_are_lost() -> None:
    table = await read_table(xlsx([["代码"], [330381125000.0], [91330381123456789.0], [12.5]]))
    assert [row[0] for row in table.rows] == [
        "代码",
        "330381125000",
        "9.13303811234568E+16",
        "12.5",
    ]


async def test_rows_keep_their_numbers_above_and_between_blank_ones() -> None:
    table = await read_table(
        xlsx([[], [], ["标题"], [], ["代码", "名称"], [], ["a", "甲"], [None]])
    )
    assert [row for row in table.rows if any(row)] == [["标题", ""], ["代码", "名称"], ["a", "甲"]]
    assert table.rows[6] == ["a", "甲"]


async def test_a_cell_merged_downwards_counts_for_each_of_its_rows() -> None:
    rows = [["单位", "服务队"], ["", "一队"], ["", "二队"], ["教育局", "三队"]]
    table = await read_table(xlsx(rows, merged=[(1, 0, 2, 0, "卫生局")]))
    assert [row[0] for row in table.rows] == ["单位", "卫生局", "卫生局", "教育局"]


async def test_the_first_sheet_with_anything_is_read_unless_another_is_named() -> None:
    book = xlsx(ROWS, sheet="服务队", first_empty=True)
    table = await read_table(book)
    assert (table.sheets, table.sheet) == (["说明", "服务队"], "服务队")
    with pytest.raises(InvalidInput) as refusal:
        await read_table(book, sheet=3)
    assert (refusal.value.code, refusal.value.facts["sheets"]) == ("sheet_absent", "说明, 服务队")


async def test_a_formula_is_its_last_result_and_no_link_is_followed() -> None:
    book = xlsx([["代码", "名称"], ["a1", "占位"]])
    sheet = part_of(book, "xl/worksheets/sheet1.xml")
    begin = sheet.index('<c r="B2"')
    end = sheet.index("</c>", begin) + 4
    cell = '<c r="B2" t="str"><f>[1]Sheet1!$A$1</f><v>高楼镇</v></c>'
    book = with_part(book, "xl/worksheets/sheet1.xml", sheet[:begin] + cell + sheet[end:])
    book = with_part(book, "xl/externalLinks/externalLink1.xml", "<not-even-xml")
    book = with_part(book, "xl/vbaProject.bin", b"\xd0\xcf\x11\xe0 macros")
    assert (await read_table(book)).rows[1] == ["a1", "高楼镇"]
