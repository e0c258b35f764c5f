"""Lists of orders as Excel files: what the list shows, in the reader's language, text as text."""

import io
import tracemalloc
import zipfile
from typing import Any
from xml.etree import ElementTree

import httpx
import pytest

from shared.http.spreadsheet import Heading, Spreadsheet
from shared.kernel.access import Role
from tests.requests.township import GAOLOU, order, step
from tests.support.excel import EXCEL, MAIN, rows_of, sheet_of
from tests.support.house import House
from tests.support.tokens import bearer


async def export(house: House, who: dict[str, str] | None = None, **query: Any) -> httpx.Response:
    return await house.client.get("/api/requests/orders.xlsx", params=query, headers=who)


async def test_a_list_is_exported_as_it_is_filtered_and_sorted(requests: House) -> None:
    for place in ("文化广场", "文化礼堂", "小学操场"):
        made = await order(requests, place=place)
    await step(requests, made["id"], "submit")
    chinese = {"Accept-Language": "zh-CN"}
    answer = await export(requests, chinese, q="文化", sort="-created")
    assert (answer.status_code, answer.headers["content-type"]) == (200, EXCEL)
    assert (
        "filename*=UTF-8''%E7%82%B9%E5%8D%95%202014-06-27.xlsx"
        in answer.headers["content-disposition"]
    )
    heads, first, second = rows_of(answer.content)
    assert heads[:5] == ["单号", "状态", "镇街", "镇街代码", "服务地点"]
    assert first[:5] == ["2014-0002", "草稿", "高楼镇", GAOLOU, "文化礼堂"]
    assert first[7:10] == ["健康义诊、法律咨询", "clinic, law-advice", "160"]
    assert second[0] == "2014-0001"


async def test_it_speaks_the_readers_language(requests: House) -> None:
    await order(requests)
    answer = await export(requests, {"Accept-Language": "en"})
    heads, row = rows_of(answer.content)
    assert heads[:3] == ["Number", "State", "Township"]
    assert row[1:3] == ["a draft", "Gaolou Town"]
    assert row[7] == "Health check, Legal advice"


async def test_a_township_exports_its_own(requests: House) -> None:
    await order(requests)
    for township, rows in ((GAOLOU, 2), ("330381102000", 1)):
        answer = await export(requests, bearer(Role.OFFICER, township_code=township))
        assert len(rows_of(answer.content)) == rows


async def test_headings_are_bold_and_stay_and_days_are_dates(requests: House) -> None:
    await order(requests)
    content = (await export(requests)).content
    sheet = sheet_of(content)
    pane = next(sheet.iter(f"{MAIN}pane"))
    assert (pane.get("state"), pane.get("ySplit")) == ("frozen", "1")
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        styles = ElementTree.fromstring(file.read("xl/styles.xml"))
    fonts = list(styles.iter(f"{MAIN}font"))
    formats = next(styles.iter(f"{MAIN}cellXfs"))
    written = {one.get("numFmtId"): one.get("formatCode") for one in styles.iter(f"{MAIN}numFmt")}
    heading, row = sheet.iter(f"{MAIN}row")
    of_heading = formats[int(heading[0].get("s", "0"))]
    assert fonts[int(of_heading.get("fontId", "0"))].find(f"{MAIN}b") is not None
    created = next(cell for cell in row if cell.get("r") == "R2")
    assert written[formats[int(created.get("s", "0"))].get("numFmtId")] == "yyyy-mm-dd hh:mm"
    assert 40_000 < float("".join(created.itertext())) < 60_000


@pytest.mark.parametrize("begin", ["=", "+", "-", "@", "\t", "\r"])
def test_text_that_begins_like_a_formula_is_text(begin: str) -> None:
    text = f'{begin}HYPERLINK("http://example.org","文化广场")'
    sheet = Spreadsheet([Heading("=1+1")], title="点单")
    sheet.append([[text], ["http://example.org"], ["007"]])
    with sheet.finish() as file:
        content = file.read()
    cells = [cell for row in sheet_of(content).iter(f"{MAIN}row") for cell in row]
    assert [cell.get("t") for cell in cells] == ["inlineStr"] * 4
    assert not list(sheet_of(content).iter(f"{MAIN}f"))
    assert not list(sheet_of(content).iter(f"{MAIN}hyperlink"))
    assert [" ".join("".join(cell.itertext()).split()) for cell in cells][3] == "007"


def test_memory_does_not_grow_with_the_list() -> None:
    def peak_of(rows: int) -> int:
        tracemalloc.start()
        sheet = Spreadsheet([Heading(str(number)) for number in range(18)], title="点单")
        for _ in range(rows // 100):
            sheet.append([["浙江省瑞安市高楼镇文化广场"] * 18] * 100)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        sheet.finish().close()
        return peak

    peak_of(100)  # what is imported on the way is none of the list's
    assert peak_of(4000) < peak_of(400) + 200_000
