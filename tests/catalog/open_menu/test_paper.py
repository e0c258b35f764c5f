"""The menu and the order form on paper."""

import io
import zipfile
from pathlib import Path

import pytest
from pypdf import PdfReader

from tests.catalog.corps import EDITION, ITEM, post, put
from tests.support.house import House

RARE = "𠮷祥·㛃社义诊"
"""Beyond the BMP, rare, and with the dot that names have."""


@pytest.fixture
async def printed(corps: House) -> House:
    asks = {"notice_days": 7, "weekly_capacity": 3, "township_provides": ["tables", "shade"]}
    await put(corps, "items/clinic", ITEM | asks | {"name": RARE})
    await put(corps, "items/markup", ITEM | {"name": "#panic() [*粗体*] $x$ @标签"})
    await put(corps, "editions/summer-2014", EDITION | {"item_codes": ["clinic", "markup"]})
    await post(corps, "editions/summer-2014/publish")
    return corps


async def _pdf(house: House, name: str, language: str = "zh-CN") -> tuple[bytes, str]:
    answer = await house.client.get(
        f"/api/catalog/editions/summer-2014/{name}", headers={"Accept-Language": language}
    )
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/pdf"
    pages = PdfReader(io.BytesIO(answer.content)).pages
    assert [round(float(side)) for side in pages[0].mediabox[2:]] == [595, 842], "A4"
    return answer.content, "".join(page.extract_text() for page in pages).replace("\n", "")


async def test_the_menu_is_printed_with_rare_characters_and_without_markup(printed: House) -> None:
    _, text = await _pdf(printed, "menu.pdf")
    for said in (
        "2014年夏季菜单",
        RARE,
        "提前 7 天点单",
        "镇街准备：桌子、遮阳棚",
        "第 1 页，共 1 页",
    ):
        assert said.replace(" ", "") in text.replace(" ", ""), said
    assert "#panic()[*粗体*]$x$@标签" in text.replace(" ", "")


async def test_the_order_form_has_a_line_for_each_item(printed: House) -> None:
    _, text = await _pdf(printed, "order-form.pdf")
    for said in ("志愿服务点单表", RARE, "预计人数", "联系电话"):
        assert said in text.replace(" ", ""), said


async def test_it_is_printed_in_english_too(printed: House) -> None:
    _, text = await _pdf(printed, "menu.pdf", "en")
    assert "Page 1 of 1" in text


async def test_a_draft_is_printed_as_it_would_be(corps: House) -> None:
    _, text = await _pdf(corps, "menu.pdf")
    assert ITEM["name"] in text


async def test_the_menu_is_an_excel_file_too(printed: House, tmp_path: Path) -> None:
    answer = await printed.client.get("/api/catalog/editions/summer-2014/menu.xlsx")
    assert "spreadsheetml" in answer.headers["content-type"]
    with zipfile.ZipFile(io.BytesIO(answer.content)) as book:
        strings = (
            book.read("xl/sharedStrings.xml") if "xl/sharedStrings.xml" in book.namelist() else b""
        )
        sheet = book.read("xl/worksheets/sheet1.xml") + strings
    assert RARE.encode() in sheet
    assert b"<f>" not in sheet, "no cell is a formula"


async def test_an_edition_that_does_not_exist_is_not_printed(corps: House) -> None:
    for name in ("menu.pdf", "menu.xlsx", "order-form.pdf"):
        answer = await corps.client.get(f"/api/catalog/editions/none/{name}")
        assert (answer.status_code, answer.json()["code"]) == (404, "edition.not_found")
