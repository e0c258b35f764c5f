"""A draft is up for consultation: an officer and a resident speak, the corps answers, and both read the answer."""

import re

import pytest

from cli import open_work
from tests.support.browser import Crowd, Person, Site, Size

TITLE = open_work.CONSULTED_DRAFT["title"]
OPINIONS = f"/corps/editions/{open_work.CONSULTED}/opinions"
TEXT = "请把义诊排在赶集日上午。"
CHANGED = "请把义诊排在赶集日上午，并带上血压计。"
ANSWER = "第 {编号} 号意见收悉，已请卫生局调整。"
RESIDENT_SAYS = "希望周末也能办事。"
CALLER_SAYS = "我耳朵背，讲解请慢一点。"


async def looks_right(person: Person, name: str) -> None:
    await person.picture(name)
    assert await person.serious_findings() == []
    assert await person.overflow() == 0


async def officer_speaks(officer: Person) -> None:
    page = officer.page
    await page.get_by_role("link", name=TITLE).click()
    await page.get_by_role("heading", name="提意见").wait_for()
    await looks_right(officer, "-consultation")
    await page.get_by_role("button", name="提交意见").click()
    await page.get_by_text("请填写此项").first.wait_for()
    await page.get_by_label("针对").select_option("health-clinic")
    await page.get_by_label("建议", exact=True).check()
    await page.get_by_label("意见内容").fill(TEXT)
    await page.get_by_role("button", name="提交意见").click()
    await page.get_by_text("意见已提交").wait_for()
    await page.get_by_role("button", name=re.compile("修改第 .* 号意见")).click()
    await page.locator("ol.rows li").get_by_label("意见内容").fill(CHANGED)
    await page.get_by_role("button", name="保存修改").click()
    await page.get_by_text(CHANGED).wait_for()
    await looks_right(officer, "-opinion-given")


async def resident_speaks(resident: Person, site: Site) -> str:
    page = resident.page
    await page.goto(f"{site.residents}/townships")
    await page.get_by_role("link", name="对服务目录草案提意见").click()
    await resident.picture("resident-drafts")
    await page.get_by_role("link", name=f"请您提意见 {TITLE}").click()
    await page.get_by_label("建议").or_(page.get_by_label("提个建议")).check()
    await page.get_by_label("您的意见").fill(f"{RESIDENT_SAYS}电话 13800138000")
    await resident.picture("resident-form")
    await page.get_by_role("button", name="提交").click()
    await page.get_by_role("alert").wait_for()
    await page.get_by_label("您的意见").fill(RESIDENT_SAYS)
    await page.get_by_role("button", name="提交").click()
    receipt = await page.locator(".receipt").inner_text()
    await resident.picture("resident-receipt")
    size = await page.evaluate("() => getComputedStyle(document.body).fontSize")
    assert size == "18px"
    return receipt


async def corps_enters(coordinator: Person, resident: Person) -> None:
    """What a resident said on the telephone; the receipt that is read out opens it."""
    page = coordinator.page
    await page.get_by_role("button", name="代录意见").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_role("button", name="录入", exact=True).click()
    await dialog.get_by_text("请填写此项").first.wait_for()
    await dialog.get_by_label("居民").check()
    await dialog.get_by_label("怎么提的").select_option("telephone")
    await dialog.get_by_label("针对").select_option("legal-advice")
    await dialog.get_by_label("建议", exact=True).check()
    await dialog.get_by_label("意见内容").fill(CALLER_SAYS)
    await coordinator.picture("-entering")
    assert await coordinator.serious_findings() == []
    await dialog.get_by_role("button", name="录入", exact=True).click()
    receipt = await dialog.locator(".receipt").inner_text()
    await coordinator.picture("-entered")
    await dialog.get_by_role("button", name="已告知").click()
    await page.get_by_text("代录：电话").last.wait_for()
    await resident.page.get_by_role("link", name="凭回执查答复").click()
    await resident.page.get_by_label("回执码").fill(receipt)
    await resident.page.get_by_role("button", name="查询").click()
    await resident.page.get_by_text(CALLER_SAYS).wait_for()
    await resident.page.get_by_role("link", name="正在征求意见的草案").click()


async def corps_answers(coordinator: Person, resident: Person) -> None:
    page = coordinator.page
    await page.get_by_role("link", name=f"{TITLE}：").click()
    await page.get_by_text(CHANGED).wait_for()
    await page.get_by_text(RESIDENT_SAYS).wait_for()
    await looks_right(coordinator, "-opinions")
    await corps_enters(coordinator, resident)
    await page.get_by_label("选中本页全部待答复的").check()
    await page.get_by_role("button", name=re.compile("统一答复选中的")).click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("答复", exact=True).fill(ANSWER)
    await dialog.get_by_label("内部备注").fill("已电话核实")
    await coordinator.picture("-answer")
    await dialog.get_by_role("button", name="保存草稿").click()
    await page.get_by_text("已存为草稿").wait_for()
    await page.get_by_role("button", name=re.compile("公布 6 条答复")).click()
    await page.get_by_text("已公布 6 条答复，还有 0 条待答复。").wait_for()
    await looks_right(coordinator, "-opinions-answered")
    await coordinator.go(f"/corps/editions/{open_work.CONSULTED}")
    await page.get_by_text("发布后不再收意见").wait_for()
    await looks_right(coordinator, "-edition-consulted")


@pytest.mark.parametrize("size", ["phone", pytest.param("desktop", marks=pytest.mark.long)])
async def test_an_officer_and_a_resident_speak_and_read_their_answers(
    crowd: Crowd, site: Site, size: Size
) -> None:
    officer = await crowd.person("township_officer", size=size)
    await officer_speaks(officer)
    resident = await crowd.person(size=size, scripts=False)
    receipt = await resident_speaks(resident, site)
    coordinator = await crowd.person("coordinator", size=size)
    await corps_answers(coordinator, resident)

    await officer.go("/messages")
    await officer.page.get_by_text("号意见已答复").first.wait_for()
    await officer.page.get_by_role("link", name="去看看").first.click()
    await officer.page.get_by_text(re.compile("第 [0-9]+ 号意见收悉")).wait_for()
    assert await officer.page.get_by_text("已电话核实").count() == 0
    await looks_right(officer, "-opinion-answered")

    await resident.page.get_by_role("link", name="凭回执查答复").click()
    await resident.page.get_by_label("回执码").fill(receipt.lower())
    await resident.page.get_by_role("button", name="查询").click()
    await resident.page.get_by_text(re.compile("第 [0-9]+ 号意见收悉")).wait_for()
    await resident.picture("resident-answer")


async def test_the_residents_pages_are_accessible(crowd: Crowd, site: Site) -> None:
    """With script, for axe needs it."""
    resident = await crowd.person()
    page = resident.page
    await page.goto(f"{site.residents}/townships")
    await page.get_by_role("link", name="对服务目录草案提意见").click()
    assert await resident.serious_findings() == []
    await page.get_by_role("link", name=f"请您提意见 {TITLE}").click()
    assert await resident.serious_findings() == []
    assert await resident.overflow() == 0
    await page.get_by_role("link", name="其他草案").click()
    await page.get_by_role("link", name="凭回执查答复").click()
    assert await resident.serious_findings() == []
    assert await page.locator("script").count() == 0


@pytest.mark.shared_site
async def test_a_published_edition_tells_how_it_came_about(crowd: Crowd) -> None:
    """The days are those of the demonstration's clock."""
    coordinator = await crowd.person("coordinator", size="desktop")
    page = coordinator.page
    await coordinator.go("/corps/editions/2014-summer")
    history = page.locator("section", has=page.get_by_role("heading", name="怎么定下来的"))
    await history.get_by_text("13 支服务队中 13 支已提交").wait_for()
    for days in (
        "2014年6月9日 至 2014年6月13日",
        "2014年6月16日 至 2014年6月20日",
        "2014年6月23日",
    ):
        await history.get_by_text(days).first.wait_for()
    await looks_right(coordinator, "-history")
    await history.get_by_role("link", name="查看意见与答复").click()
    await page.get_by_text("已采纳：演出不安排在中午。").wait_for()
    await page.get_by_text("2014年6月16日").first.wait_for()
    await looks_right(coordinator, "-history-opinions")
    await page.go_back()
    await page.get_by_role("link", name="查看填报与采纳").click()
    await page.get_by_role("heading", name="河水水质检测与治水宣传").wait_for()
    await looks_right(coordinator, "-history-survey")
    officer = await crowd.person("township_officer")
    await officer.go("/consultations/2014-summer")
    await officer.page.get_by_text("巡回第一站安排在高楼镇").wait_for()
    await looks_right(officer, "-history-own")


async def test_a_leader_finds_the_consultation_too(crowd: Crowd) -> None:
    leader = await crowd.person("team_leader", size="desktop", language="en")
    await leader.page.get_by_role("link", name=TITLE).click()
    await leader.page.get_by_label("On", exact=True).select_option("-")
    await leader.page.get_by_label("In favour").check()
    await leader.page.get_by_label("Opinion", exact=True).fill("Fine with us.")
    await leader.page.get_by_role("button", name="Send the opinion").click()
    await leader.page.get_by_text("Your opinion was sent").wait_for()
    await looks_right(leader, "-consultation")
    await leader.page.get_by_role("button", name=re.compile("Withdraw opinion no")).click()
    await leader.page.get_by_text("Our opinions").wait_for(state="detached")


@pytest.mark.shared_site
async def test_of_two_who_answer_the_second_reads_what_the_first_wrote(crowd: Crowd) -> None:
    """And decides: keeps the own words, or takes what stands there now."""
    first, second = await crowd.person("coordinator"), await crowd.person("colleague")
    dialogs = []
    for person in (first, second):
        await person.go(OPINIONS)
        await person.page.get_by_role(
            "button", name=re.compile("^答复第 [0-9]+ 号意见$")
        ).first.click()
        dialogs.append(person.page.get_by_role("dialog"))
    await dialogs[0].get_by_label("答复", exact=True).fill("已请卫生局安排。")
    await dialogs[0].get_by_label("内部备注").fill("打过电话")
    await dialogs[0].get_by_role("button", name="保存草稿").click()
    await first.page.get_by_text("已存为草稿").wait_for()
    await dialogs[1].get_by_label("答复", exact=True).fill("正在研究。")
    await dialogs[1].get_by_role("button", name="保存草稿").click()
    alert = dialogs[1].get_by_role("alert")
    await alert.get_by_text("您填写期间，别人已经改过").wait_for()
    await alert.get_by_text("已请卫生局安排。").wait_for()
    await alert.get_by_text("打过电话").wait_for()
    assert await dialogs[1].get_by_label("答复", exact=True).input_value() == "正在研究。", (
        "it stays"
    )
    await looks_right(second, "-answer-changed")
    await dialogs[1].get_by_role("button", name="保留我填写的，再次保存").click()
    await second.page.get_by_text("正在研究。").first.wait_for()

    await first.page.get_by_role("button", name=re.compile("^答复第 [0-9]+ 号意见$")).first.click()
    await dialogs[0].get_by_label("答复", exact=True).fill("第三种说法。")
    await dialogs[0].get_by_role("button", name="保存草稿").click()
    await dialogs[0].get_by_role("button", name="改用现在保存的").click()
    await first.page.get_by_text("正在研究。").first.wait_for()
    assert await first.page.get_by_text("第三种说法。").count() == 0
