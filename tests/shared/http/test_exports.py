"""Files of lists: every list has one, their columns have words, and none is longer than Excel and people bear."""

from collections.abc import Iterator
from importlib import import_module
from typing import Any

import pytest

from shared.db.paging import Listed
from shared.http.audit_log import AUDIT
from shared.http.exports import Sheet, pages
from shared.http.spreadsheet import LINE_POINTS, MOST_LINES, MOST_ROWS, Heading, Spreadsheet
from shared.http.texts import LANGUAGES, Texts
from shared.kernel.errors import InvalidInput
from tests.support.excel import MAIN, sheet_of
from tests.support.tree import SERVICES, capabilities_of, folder_of


def sheets() -> Iterator[tuple[str, Sheet]]:
    yield "catalog", AUDIT
    for service in SERVICES:
        for capability in capabilities_of(service):
            if (capability / "sheets.py").is_file():
                module = import_module(f"services.{service}.{capability.name}.sheets")
                found = (each for each in vars(module).values() if isinstance(each, Sheet))
                yield from ((service, sheet) for sheet in found)


@pytest.mark.parametrize(
    ("service", "sheet"), [pytest.param(*each, id=each[1].name) for each in sheets()]
)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_column_has_a_word_of_its_own(service: str, sheet: Sheet, language: str) -> None:
    texts = Texts(folder_of(service) / "locales")
    said = [heading.text for heading in sheet.headings(texts, language)]
    assert len(set(said)) == len(said) == len(sheet.columns)
    named = texts.render(language, f"export.{sheet.name}")
    assert set(named) == {"sheet", *sheet.columns}, "no word is left over"


async def endless(after: str | None = None, limit: int = 100) -> Listed[int]:
    begin = int(after or 0)
    return Listed(list(range(begin, begin + limit)), str(begin + limit), 0)


async def counted(after: str | None = None, limit: int = 100) -> Listed[int]:
    assert after is None, "what is too long is refused before it is read"
    return Listed([], "1", MOST_ROWS + 1)


@pytest.mark.parametrize("read", [endless, counted])
async def test_what_is_too_long_is_refused(read: Any) -> None:
    read_so_far: list[int] = []

    async def read_all() -> None:
        async for page in pages(read, {}):
            read_so_far.append(len(page))

    with pytest.raises(InvalidInput) as refused:
        await read_all()
    assert refused.value.code == "too_many_to_export"
    assert sum(read_so_far) <= MOST_ROWS


@pytest.mark.parametrize(("columns", "fits"), [(5, True), (12, False)])
def test_a_list_is_read_and_printed_with_its_headings(columns: int, fits: bool) -> None:
    """They stay in view; on paper a list is no narrower than can be read."""
    headings = [Heading(f"第 {number} 列", 30) for number in range(columns)]
    with Spreadsheet(headings, title="点单") as sheet:
        sheet.append([["2014-0001", "=1+1"]])
        with sheet.finish() as file:
            found = sheet_of(file.read())
    (pane,) = found.iter(f"{MAIN}pane")
    assert (pane.get("state"), pane.get("ySplit")) == ("frozen", "1")
    (page,) = found.iter(f"{MAIN}pageSetup")
    assert (page.get("orientation"), page.get("paperSize")) == ("landscape", "9")
    assert page.get("fitToHeight") == ("0" if fits else None)
    assert not list(found.iter(f"{MAIN}f")), "no cell is a formula"


def test_a_row_is_as_high_as_its_longest_text() -> None:
    """LibreOffice writes what has no room over the next row."""
    headings = [Heading("单号", 12), Heading("服务项目", 20)]
    with Spreadsheet(headings, title="点单") as sheet:
        sheet.append(
            [
                ["2014-0001", "法律咨询"],
                ["2014-0002", "医疗义诊（测血糖、量血压）、法律咨询、惠农政策宣传"],
                ["2014-0003", "health-clinic, legal-advice, farm-policy"],
                ["2014-0004", "第一行\n第二行"],
                ["2014-0005", "很" * 500],
                ["2014-0006", None],
            ]
        )
        with sheet.finish() as file:
            found = sheet_of(file.read())
    heights = [row.get("ht") for row in found.iter(f"{MAIN}row")]
    assert heights == [None, None, "45", "30", "30", str(MOST_LINES * LINE_POINTS), None]
