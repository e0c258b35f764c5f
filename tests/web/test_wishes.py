"""A township wishes for what the menu lacks; the corps gathers and answers; a team says whether it could; who wished
reads what came of it."""

import re

import pytest

from cli import open_work
from tests.support.browser import Crowd, Person, Size

WISH = "想要夜间义诊，村里老人多"
ITEM = "夜间义诊"


async def looks_right(person: Person, name: str) -> None:
    await person.picture(name)
    assert await person.serious_findings() == []
    assert await person.overflow() == 0


async def officer_wishes(officer: Person) -> str:
    page = officer.page
    await page.get_by_role("navigation").get_by_role("link", name="心愿").click()
    await page.get_by_text("给行动不便的老人上门理发").wait_for()
    await page.get_by_role("button", name="提交心愿").click()
    await page.get_by_text("请填写此项").first.wait_for()
    await looks_right(officer, "-wishes-empty")
    await page.get_by_label("想要什么服务").fill(WISH)
    await page.get_by_label("大约多少人需要").fill("90")
    await page.get_by_label("什么时候需要").fill("每月一次")
    await page.get_by_label("为什么需要").fill("白天都在地里，电话 13800138000")
    await page.get_by_role("button", name="提交心愿").click()
    await page.get_by_role("dialog").get_by_role("button", name="返回").click()
    await page.get_by_label("为什么需要").fill("白天都在地里")
    await page.get_by_role("button", name="提交心愿").click()
    said = await page.get_by_text(re.compile("第 [0-9]+ 号心愿已提交")).inner_text()
    mine = page.get_by_role("listitem").filter(has_text=WISH)
    await mine.get_by_role("button", name=re.compile("^修改第")).click()
    form = page.get_by_role("form", name=re.compile("^修改第"))
    await form.get_by_label("大约多少人需要").fill("0")
    await form.get_by_role("button", name="保存修改").click()
    await form.locator("[aria-invalid=true]").wait_for()
    await looks_right(officer, "-wish-edit")
    await form.get_by_label("大约多少人需要").fill("95")
    await form.get_by_role("button", name="保存修改").click()
    await mine.get_by_text("95 人").wait_for()
    await looks_right(officer, "-wishes")
    found = re.search("[0-9]+", said)
    assert found
    return found[0]


async def corps_adopts(coordinator: Person) -> None:
    page = coordinator.page
    await page.get_by_role("heading", name=re.compile("答复心愿")).wait_for()
    await page.get_by_role("navigation").get_by_role("link", name="心愿").click()
    await page.get_by_text("待核对").first.wait_for()
    await looks_right(coordinator, "-wish-groups")
    await page.get_by_role("link", name=re.compile("^夜间义诊")).click()
    await page.get_by_text(WISH).wait_for()
    await looks_right(coordinator, "-wish-group")
    await page.get_by_label(re.compile("陶山镇")).check()
    await page.get_by_role("button", name="把选中的 1 条移出").click()
    await page.get_by_role("heading", name="1 条心愿").wait_for()
    await page.go_back()
    await page.get_by_role("heading", name="2 条心愿").wait_for()
    await page.get_by_role("button", name=re.compile("并入本组")).first.click()
    await page.get_by_role("heading", name="3 条心愿").wait_for()
    await page.get_by_role("button", name="确属同一件事").click()
    await page.get_by_text("已确认是同一件事").wait_for()
    await page.get_by_role("button", name="答复这组心愿").click()
    await page.get_by_role("button", name="答复", exact=True).click()
    await page.get_by_text("请填写此项").first.wait_for()
    await page.get_by_label("列入下一版目录的摸底").check()
    await page.get_by_label("列入哪一版目录的摸底").select_option(open_work.NEXT_EDITION)
    await page.get_by_label("项目名称").fill(ITEM)
    await page.get_by_label("英文名称").fill("Evening clinic")
    await page.get_by_label("写给镇街的话").fill("正在问卫生局的医生晚上能否来。")
    await looks_right(coordinator, "-wish-answer")
    await page.get_by_role("button", name="答复", exact=True).click()
    await page.get_by_text("已列入摸底。").wait_for()
    await looks_right(coordinator, "-wish-answered")


async def team_says_it_could(leader: Person) -> None:
    page = leader.page
    await page.get_by_role("link", name=open_work.NEXT_TITLE).first.click()
    await page.get_by_role("heading", name="镇街的心愿").wait_for()
    group = page.get_by_role("group", name=f"能否承接“{ITEM}”")
    await group.get_by_label("能承接").check()
    await page.get_by_role("status").get_by_text("已保存").first.wait_for()
    await page.get_by_role("heading", name="镇街的心愿").scroll_into_view_if_needed()
    await looks_right(leader, "-wished")


@pytest.mark.parametrize("size", ["phone", pytest.param("desktop", marks=pytest.mark.long)])
async def test_a_wish_is_gathered_asked_about_and_answered(crowd: Crowd, size: Size) -> None:
    officer = await crowd.person("township_officer", size=size)
    number = await officer_wishes(officer)
    coordinator = await crowd.person("coordinator", size=size)
    await corps_adopts(coordinator)
    leader = await crowd.person("team_leader", size=size)
    await team_says_it_could(leader)

    await coordinator.go(f"/surveys/{open_work.NEXT_EDITION}")
    item = coordinator.page.get_by_role("listitem").filter(has_text="上门理发")
    await item.get_by_label("已登记为本版目录中的哪个项目").select_option("health-clinic")
    await item.get_by_role("status").wait_for()
    await coordinator.page.get_by_text("能承接：", exact=False).first.wait_for()
    await looks_right(coordinator, "-survey-wished")

    await officer.go("/messages")
    await officer.page.get_by_text(f"第 {number} 号心愿已列入摸底").wait_for()
    await officer.page.get_by_role("link", name="去看看").first.click()
    await officer.page.get_by_text("正在问卫生局的医生晚上能否来。").wait_for()
    await looks_right(officer, "-wish")


async def test_an_auditor_reads_wishes_and_acts_on_none(crowd: Crowd) -> None:
    auditor = await crowd.person("auditor", size="phone", language="en")
    await auditor.go("/wish-groups")
    await auditor.page.get_by_text("to be checked").first.wait_for()
    await looks_right(auditor, "-wish-groups")
    await auditor.page.get_by_role("button", name=re.compile("^declined")).click()
    await auditor.page.get_by_role("link", name=re.compile("水泥路")).click()
    await auditor.page.get_by_text("it is not what volunteers are for").wait_for()
    assert await auditor.page.get_by_role("button", name=re.compile("Answer|Put here")).count() == 0
    await looks_right(auditor, "-wish-group")
