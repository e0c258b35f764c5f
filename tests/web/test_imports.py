"""A coordinator brings in a table: sees its faults, corrects them, and imports it; by phone and at a desk."""

from pathlib import Path

import pytest

from cli import scenario as s
from cli.volunteers import LICENCE
from tests.support.browser import Crowd, Person, Site, Size, client_at
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


async def test_a_row_that_is_likely_there_already_is_left_out(crowd: Crowd, tmp_path: Path) -> None:
    person = await crowd.person("coordinator")
    page = person.page
    await bring_in(person, tmp_path, "agencies", AGENCIES)
    likely: list[list[Cell]] = [*AGENCIES, ["文广辛局", "Other"], ["法院", "Court"]]
    await send(person, tmp_path, "agencies", likely)
    await page.get_by_text("有 1 行与已有的登记相像。").wait_for()
    row = page.locator(".import-row", has_text="文广辛局")
    await row.get_by_role("link", name="文广新局").wait_for()
    await row.get_by_text("读音相同").wait_for()
    assert await person.serious_findings() == []
    assert await person.overflow() == 0
    await person.picture("-alike")
    await row.get_by_role("button", name="不导入这一行").click()
    await page.get_by_role("button", name="不导入 1").wait_for()
    await page.get_by_role("button", name="全部导入").click()
    await page.get_by_text("已导入，共 1 条新增或更改。").wait_for()
    await page.get_by_role("button", name="不导入 1").click()
    await page.locator(".import-row", has_text="文广辛局").wait_for()
    await person.picture("-left-out")


async def test_qualifications_are_brought_in(crowd: Crowd, site: Site, tmp_path: Path) -> None:
    """The corps keeps a list of licences; one number in it is wrong."""
    async with client_at(site, "coordinator") as client:
        team = next(iter(s.ruian_2014().teams))["code"]
        people = await client.all("/api/catalog/volunteers", team_code=team)
    minor = next(each["no"] for each in people if each["consent_version"] == "synthetic-5")
    person = await crowd.person("coordinator")
    page = person.page
    await person.go("/corps/volunteers")
    await page.get_by_role("link", name="用表格导入资格").click()
    await page.wait_for_url("**/corps/import?about=qualifications")
    rows: list[list[Cell]] = [
        ["编号", "证书名称", "发证日期", "有效期至"],
        [minor, LICENCE, "2014-06-20", "2019-06-19"],
        ["V-999999", LICENCE, "2014-06-20", "长期"],
    ]
    await send(person, tmp_path, "qualifications", rows)
    await page.get_by_text("没有登记过这样的志愿者：V-999999。").wait_for()
    assert await person.serious_findings() == []
    assert await person.overflow() == 0
    await person.picture("-qualifications-faults")
    await page.get_by_role("button", name="不导入这一行").click()
    await page.get_by_role("button", name="全部导入").wait_for()
    await person.picture("-qualifications-preview")
    await page.get_by_role("button", name="全部导入").click()
    await page.get_by_text("已导入，共 1 条新增或更改。").wait_for()
    await person.go(f"/corps/volunteers/{minor}")
    await page.get_by_text("有效期到2019年6月19日").wait_for()


VOLUNTEERS: list[list[Cell]] = [
    ["卫生队志愿者名单"],
    ["序号", "姓名", "手机号", "身份证号", "同意日期", "同意书版本", "出生日期"],
    [1, "𠮷田晓·买买提", "１３７ ００１３ ７００１", "", "2014-6-2", "v1", ""],
    [2, "周敏", "1370013700", 330381198001011234.0, "2014-6-2", "v1", ""],
    [3, "吴小燕", "13700137003", "", "2014-6-2", "v1", "2007-01-01"],
]


@pytest.mark.parametrize("size", ["phone", "desktop"])
async def test_volunteers_are_brought_in(
    crowd: Crowd, site: Site, tmp_path: Path, size: Size
) -> None:
    """A leader imports the own team's list, and a coordinator looks on without seeing whose numbers stand in it."""
    leader = await crowd.person("team_leader", size=size)
    page = leader.page
    await leader.go("/corps/volunteers")
    await page.get_by_role("link", name="用表格导入").first.click()
    await page.get_by_text("都登记到：").wait_for()
    assert await page.locator("[name=about] option").all_text_contents() == ["志愿者"]
    assert await leader.serious_findings() == []
    assert await leader.overflow() == 0
    await leader.picture(f"-volunteers-start-{size}")
    await send(leader, tmp_path, "volunteers", VOLUNTEERS)
    await page.get_by_text("有 2 行有问题。").wait_for()
    await page.get_by_text("请把这一列设为文本格式").wait_for()
    await page.get_by_text("未满 14 周岁").wait_for()
    assert await leader.serious_findings() == []
    assert await leader.overflow() == 0
    await leader.picture(f"-volunteers-faults-{size}")

    coordinator = await crowd.person("coordinator", size=size)
    await coordinator.go("/corps/import?about=volunteers")
    await coordinator.page.locator("[name=team_code]").wait_for()
    await coordinator.picture(f"-volunteers-coordinator-{size}")
    await coordinator.page.get_by_role("link", name="导入志愿者：3 行").click()
    await coordinator.page.get_by_text("这张表是别人上传的").wait_for()
    await coordinator.page.get_by_text("周*").wait_for()
    assert await coordinator.page.get_by_text("周敏").count() == 0
    assert await coordinator.page.get_by_text("1370013700").count() == 0
    await coordinator.picture(f"-volunteers-veiled-{size}")

    for _ in range(2):
        await page.get_by_role("button", name="不导入这一行").first.click()
        await page.wait_for_timeout(200)
    await page.get_by_role("button", name="全部导入").wait_for()
    await page.get_by_role("button", name="新增 1").click()
    await page.get_by_text("137****7001").wait_for()
    assert await page.get_by_text("health", exact=True).count() == 0
    await leader.picture(f"-volunteers-preview-{size}")
    await page.get_by_role("button", name="全部导入").click()
    await page.get_by_text("已导入，共 1 条新增或更改。").wait_for()
    await page.get_by_text("个人信息已经删除").wait_for()
    assert await leader.serious_findings() == []
    assert await leader.overflow() == 0
    await leader.picture(f"-volunteers-done-{size}")
    await page.get_by_role("link", name="去查看").click()
    await page.get_by_role("link", name="𠮷田晓·买买提").wait_for()
