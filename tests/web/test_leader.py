"""A leader lives a stop through on a phone: answers what is offered, starts on the day, reports, and it is over."""

import re
from typing import Literal

import pytest
from playwright.async_api import Locator, expect

from tests.support.browser import Crowd, Person


def named(within: Person | Locator, role: Literal["button", "link"], name: str) -> Locator:
    place = within.page if isinstance(within, Person) else within
    return place.get_by_role(role, name=name).first


async def next_day(person: Person) -> None:
    """Moves the demonstration's clock; the page then shows what business stands at."""
    moved = person.page.expect_response(lambda answer: answer.url.endswith("/demonstration/clock"))
    async with moved:
        await named(person, "button", "下一天").click()
    await person.settled()


async def test_a_leader_accepts_declines_starts_and_reports(crowd: Crowd) -> None:
    leader = await crowd.person("team_leader")
    page = leader.page
    offered = page.locator("section").filter(has_text="答复派单")
    await offered.get_by_role("link").nth(1).wait_for()
    assert await offered.get_by_role("link").count() == 2
    await offered.get_by_role("link").first.click()

    # Each booth is answered where it is listed; the answer takes it off the list.
    await page.get_by_role("heading", name="待接单").wait_for()
    cards = page.locator("section").filter(has_text="待接单").locator("article")
    first = cards.filter(has_text="高楼镇")
    await named(first, "button", "接单").click()
    await page.get_by_text("已接单。").wait_for()
    await first.wait_for(state="detached")
    await named(cards.filter(has_text="马屿镇"), "button", "来不了").click()
    dialog = page.get_by_role("dialog")
    await named(dialog, "button", "来不了").click()
    await dialog.get_by_text("请选择一个原因。").wait_for()
    await dialog.get_by_label("当天另有任务").check()
    await dialog.get_by_label("补充说明").fill("当天医院有体检任务")
    await named(dialog, "button", "来不了").click()
    await page.get_by_text("已回绝").wait_for()
    await cards.first.wait_for(state="detached")
    assert await leader.overflow() == 0
    assert await leader.serious_findings() == []

    # Before its day a stop can't be started, and its page says why.
    await named(leader, "link", "高楼镇 · 高楼镇文化礼堂").click()
    await page.get_by_text("当天才能开始").wait_for()
    assert await page.get_by_role("button", name="开始服务").count() == 0

    # What the township says to the team, and whom to ask.
    words = page.locator("section").filter(has_text="镇街的嘱咐")
    await words.get_by_text("请留出坐的地方").first.wait_for()
    await named(words, "button", "显示电话").click()
    await words.get_by_text("057765550100").wait_for()
    assert await leader.serious_findings() == []
    assert await leader.overflow() == 0
    await leader.picture("-stop-words")
    await next_day(leader)
    await named(leader, "button", "开始服务").click()
    await page.get_by_text("服务已开始").wait_for()

    # What is missing is said at its field, so is what can't be; figures that can hardly be are asked about.
    await named(leader, "button", "提交填报").click()
    await page.get_by_text("请填写服务人次").wait_for()
    await page.get_by_label("服务人次").fill("100000")
    await page.get_by_label("发放资料").fill("120")
    await named(leader, "button", "提交填报").click()
    await page.get_by_text("名志愿者半天服务不了").first.wait_for()
    await page.get_by_label("服务人次").fill("900")
    await named(leader, "button", "提交填报").click()
    doubts = page.get_by_role("dialog")
    await named(doubts, "button", "返回").click()
    assert await page.get_by_label("服务人次").input_value() == "900"
    await page.get_by_label("服务人次").fill("86")
    await page.get_by_text("排队情况（选填）").click()
    await page.get_by_label("同时排队最多").fill("35")
    await named(leader, "button", "提交填报").click()
    await page.get_by_text("填了排队情况，请把人数和等候时间都填上").wait_for()
    await leader.picture("-report-queue")
    assert await leader.overflow() == 0
    await page.get_by_label("大约等多久").fill("40")
    await named(leader, "button", "提交填报").click()
    await page.get_by_text("服务 86 人次").first.wait_for()
    await page.get_by_text("最多 35 人同时排队，约等 40 分钟").wait_for()
    assert await leader.overflow() == 0
    assert await leader.serious_findings() == []

    # What is left is a regular service to answer for, the survey about one edition, two volunteers whose licence has
    # ended or soon ends, a window without a pledge, and the consultation on another edition.
    await leader.go("/")
    await page.get_by_role("link", name="2015年第一季度").click()
    await named(leader, "button", "没填的都同上次").click()
    await named(leader, "button", "提交").click()
    await page.get_by_text("已提交，谢谢").wait_for()
    await leader.go("/")
    await expect(page.locator(".tasks a")).to_have_text(
        [
            re.compile("高楼镇 · 医疗义诊"),
            re.compile("执业医师或护士资格"),
            re.compile("执业医师或护士资格"),
            re.compile("办事窗口.*作承诺"),
            re.compile("第四季度"),
        ]
    )


@pytest.mark.long
@pytest.mark.shared_site
async def test_a_volunteer_sees_where_the_team_goes_and_changes_nothing(crowd: Crowd) -> None:
    volunteer = await crowd.person("volunteer", language="en", size="desktop")
    await named(volunteer, "link", "My team").click()
    await named(volunteer, "link", "Gaolou").click()
    await volunteer.page.get_by_role("heading", name="booths").wait_for()
    for name in ("Accept", "Start", "Postpone", "Make a link"):
        assert await volunteer.page.get_by_role("button", name=name).count() == 0
    assert await volunteer.serious_findings() == []


async def test_a_coordinator_postpones_a_stop_and_calls_another_off(crowd: Crowd) -> None:
    corps = await crowd.person("coordinator")
    page = corps.page
    await corps.go("/circuit")
    await named(corps, "link", "马屿镇 · 马屿镇中心公园").click()
    await named(corps, "button", "生成链接").click()
    link = await page.get_by_label("链接", exact=True).input_value()
    assert "/public/stops/" in link
    resident = await crowd.person(scripts=False)
    await resident.page.goto(link)
    await resident.page.get_by_text("马屿镇中心公园").first.wait_for()
    await named(corps, "button", "改期").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_text("需要重新接单").wait_for()
    await dialog.get_by_label("天气原因").check()
    await named(dialog, "button", "改期").click()
    await page.get_by_text("各方会收到通知").wait_for()
    await page.get_by_text("改期原因：天气原因").wait_for()
    await resident.page.reload()
    await resident.page.get_by_text(re.compile("原定7月.*，已改期")).wait_for()
    await resident.picture("-stop-moved")
    assert await resident.overflow() == 0
    await named(corps, "button", "取消站点").click()
    await dialog.get_by_text("会解除").wait_for()
    await dialog.get_by_label("场地原因").check()
    await named(dialog, "button", "取消站点").click()
    await page.get_by_text("站点已取消").wait_for()
    await resident.page.reload()
    await resident.page.get_by_text("已取消").wait_for()
    assert await corps.overflow() == 0
    assert await corps.serious_findings() == []
