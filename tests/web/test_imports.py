"""A coordinator brings in a table: sees its faults, corrects them, and imports it; by phone and at a desk."""

from pathlib import Path

import pytest

from tests.support.browser import Crowd, Person, Size
from tests.support.workbooks import Cell, xlsx

TABLE: list[list[Cell]] = [
    ["瑞安市志愿服务队一览表"],
    ["服务队名称", "所属单位", "人数（人）", "备注"],
    ["文化志愿服务队", "文广新局", 12, "周末可出队"],
    ["法律援助志愿服务队", "没有这个单位", "若干", ""],
]
AGENCIES: list[list[Cell]] = [["单位名称", "英文名称"], ["文广新局", "Culture Office"]]


async def send(person: Person, folder: Path, about: str, rows: list[list[Cell]]) -> None:
    file = folder / "表格.xlsx"
    file.write_bytes(xlsx(rows))
    await person.go(f"/corps/import?about={about}")
    await person.page.locator("[name=file]").set_input_files(file)
    await person.page.get_by_role("button", name="上传并预览").click()


async def bring_in(person: Person, folder: Path, about: str, rows: list[list[Cell]]) -> None:
    await send(person, folder, about, rows)
    await person.page.get_by_role("button", name="全部导入").click()
    await person.page.get_by_text("已导入，共").wait_for()


@pytest.mark.parametrize("size", ["phone", "desktop"])
async def test_a_table_is_corrected_and_imported(crowd: Crowd, tmp_path: Path, size: Size) -> None:
    person = await crowd.person("coordinator", size=size)
    page = person.page
    await bring_in(person, tmp_path, "agencies", AGENCIES)
    await send(person, tmp_path, "teams", TABLE)
    await page.get_by_text("这里应填数字。").wait_for()
    await page.get_by_text("有 1 行有问题。").wait_for()
    assert await page.get_by_role("button", name="全部导入").count() == 0
    assert await person.serious_findings() == []
    assert await person.overflow() == 0
    await person.picture(f"-faults-{size}")
    async with page.expect_download() as waiting:
        await page.get_by_role("button", name="下载有问题的行").click()
    assert (await waiting.value).suggested_filename == "待改正的行.xlsx"

    mended: list[list[Cell]] = [*TABLE[:3], ["法律援助志愿服务队", "文广新局", 8, ""]]
    await send(person, tmp_path, "teams", mended)
    await page.get_by_role("button", name="全部导入").wait_for()
    await page.get_by_text("falvyuanzhuzhiyuanfuwudui").wait_for()
    await person.picture(f"-preview-{size}")
    await page.get_by_text("各列对应的内容").click()
    await page.locator("#column-members").wait_for()
    await person.picture(f"-columns-{size}")
    assert await person.serious_findings() == []
    await page.get_by_role("button", name="全部导入").click()
    await page.get_by_text("已导入，共 2 条新增或更改。").wait_for()
    await page.get_by_role("link", name="去查看").click()
    await page.get_by_role("link", name="法律援助志愿服务队").wait_for()
    await page.get_by_role("link", name="用表格导入").last.click()
    await page.get_by_text("最近的导入").wait_for()
    assert await person.serious_findings() == []
    assert await person.overflow() == 0
    await person.picture(f"-start-{size}")
