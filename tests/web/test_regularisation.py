"""The clinic with the long queue of 2014 is proposed to its team with the reasons; the leader confirms, the township
has it regularly; or declines, and the corps asks another."""

import re

import pytest

from tests.support.browser import Crowd, Person, Size
from tests.support.waiting import until

ITEM = re.compile("医疗义诊")


async def looks_right(person: Person, name: str) -> None:
    await person.picture(name)
    assert await person.serious_findings() == []
    assert await person.overflow() == 0


async def open_task(leader: Person) -> None:
    """From what waits to the proposal, whose evidence says why."""
    page = leader.page
    task = page.locator("section").filter(has_text="答复常态化建议")
    await task.get_by_role("link", name=ITEM).click()
    await page.get_by_role("heading", name=re.compile("高楼镇 · 医疗义诊")).wait_for()
    evidence = page.get_by_role("region", name="为什么这样建议")
    await evidence.get_by_text("最多 63 人同时排队").wait_for()
    await evidence.get_by_role("heading", name="镇街提过心愿").wait_for()
    await evidence.get_by_role("link", name="2014年6月27日").first.wait_for()


@pytest.mark.parametrize("size", ["phone", pytest.param("desktop", marks=pytest.mark.long)])
async def test_a_leader_confirms_and_the_township_has_it_regularly(
    crowd: Crowd, size: Size
) -> None:
    officer = await crowd.person("township_officer", size=size)
    await officer.go("/regular")
    await officer.page.get_by_text("还没有定期来本镇街的服务").wait_for()
    await looks_right(officer, "-regular-none")

    leader = await crowd.person("team_leader", size=size)
    page = leader.page
    await open_task(leader)
    await looks_right(leader, "-proposal")
    await page.get_by_label("每次人数").fill("")
    await page.get_by_role("button", name="确认", exact=True).click()
    await page.get_by_text("请填写此项").wait_for()
    await page.get_by_label("每次人数").fill("120")
    await page.get_by_label("多久一次").select_option("fortnightly")
    await page.get_by_text(re.compile("每两周一次，周")).wait_for()
    await page.get_by_role("button", name="确认", exact=True).click()
    await page.get_by_text("已确认，镇街会收到通知。").wait_for()
    await page.get_by_text("每两周一次，每次约 120 人").wait_for()
    await looks_right(leader, "-proposal-confirmed")
    await leader.go("/")
    await page.get_by_role("heading", name="待办").wait_for()
    assert await page.get_by_text("答复常态化建议").count() == 0

    await officer.page.reload()
    await officer.page.get_by_role("link", name=ITEM).wait_for()
    await looks_right(officer, "-regular")
    await officer.go("/messages")
    told = officer.page.get_by_role("listitem").filter(has_text="在本镇街成为常态化服务")
    await told.first.get_by_role("link", name="去看看").click()
    await officer.page.get_by_text("每两周一次，每次约 120 人").wait_for()
    await officer.page.get_by_role("link", name="查看定期点单").click()
    await officer.page.get_by_text("每2周的周五").wait_for()
    await officer.page.get_by_text("约 120 人").first.wait_for()
    # Three weeks ahead of the first of its days, the order for it is there.
    made = officer.page.get_by_role("heading", name="已生成的点单")

    async def is_made() -> bool:
        await officer.page.get_by_role("button", name="下一天").click()
        await officer.page.reload()
        await officer.page.get_by_role("heading", name="接下来的日期").wait_for()
        return await made.count() == 1

    await until(is_made, seconds=120)
    await looks_right(officer, "-regular-ordered")


@pytest.mark.long
async def test_a_leader_declines_and_the_corps_asks_another_team(crowd: Crowd) -> None:
    leader = await crowd.person("team_leader")
    page = leader.page
    await open_task(leader)
    await page.get_by_role("button", name="不能承接").click()
    await page.get_by_role("button", name="提交").click()
    await page.get_by_text("请填写此项").first.wait_for()
    await page.get_by_label("次数太多，承担不了").check()
    await page.get_by_label("补充说明").fill("最多一季度去一次")
    await looks_right(leader, "-proposal-decline")
    await page.get_by_role("button", name="提交").click()
    await page.get_by_text("已提交，总队会收到通知。").wait_for()

    corps = await crowd.person("coordinator", size="desktop")
    await corps.go("/regular")
    await corps.page.get_by_label("状态").select_option("declined")
    await corps.page.get_by_role("link", name=ITEM).wait_for()
    await looks_right(corps, "-regular-list")
    await corps.page.get_by_role("button", name="现在汇总一次").click()
    await corps.page.get_by_text("没有新的建议。").wait_for()
    await corps.page.get_by_role("link", name=ITEM).click()
    await corps.page.get_by_text("最多一季度去一次").wait_for()
    await corps.page.get_by_label("服务队", exact=True).select_option("family-planning")
    await corps.page.get_by_role("button", name="转交").click()
    doubt = corps.page.get_by_role("dialog")
    await doubt.get_by_text(re.compile("的记录")).wait_for()
    await doubt.get_by_role("button", name="确认无误，继续").click()
    await corps.page.get_by_text(re.compile("已转给")).wait_for()
    await looks_right(corps, "-proposal-handed-on")


async def test_an_auditor_reads_why_and_answers_nothing(crowd: Crowd) -> None:
    auditor = await crowd.person("auditor", size="desktop", language="en")
    await auditor.go("/regular")
    await auditor.page.get_by_role("link", name=re.compile("Free clinic")).click()
    await auditor.page.get_by_text("up to 63 queued").wait_for()
    for name in ("Confirm", "Decline", "Put it to that team"):
        assert await auditor.page.get_by_role("button", name=name).count() == 0
    await looks_right(auditor, "-proposal")
