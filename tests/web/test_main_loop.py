"""The whole loop, each act done in a browser by whoever it belongs to: menu, order, plan, service, rating."""

import json
import re
from datetime import date, datetime, timedelta

import pytest
from playwright.async_api import Page, expect

from cli.scenario import ruian_2014
from shared.kernel.clock import CHINA
from tests.support.browser import PATIENCE_MILLISECONDS, Crowd, Person

expect.set_options(timeout=PATIENCE_MILLISECONDS)

MENU = "下半年增补服务目录"
PLACE = "高楼镇中心小学操场"
TOWNSHIP = ruian_2014().first_stop["township"]
RUN_MILLISECONDS = 180_000
MOST_DAYS = 60


async def business_day(page: Page) -> date:
    """What the demonstration's clock says; the real day where there is no such clock."""
    moment = await page.evaluate("async () => (await fetch('/api/demonstration/moment')).text()")
    return date.fromisoformat(json.loads(moment)["on"]) if moment else datetime.now(CHINA).date()


async def publish_menu(corps: Person, today: date) -> None:
    page = corps.page
    await corps.go("/corps/editions/new")
    await page.locator("[name=title]").fill(MENU)
    await page.locator("[name=effective_on]").fill(today.isoformat())
    await page.locator("[name=retires_on]").fill((today + timedelta(days=150)).isoformat())
    await page.get_by_label("医疗义诊").check()
    for box in await page.locator(".choices input[type=checkbox]").all():
        await box.check()
    await page.get_by_role("button", name="保存草稿").click()
    await page.get_by_role("button", name="发布这一版目录").click()
    await expect(page.get_by_text("已发布，镇街可以点单了。")).to_be_visible()


async def order(officer: Person) -> str:
    page = officer.page
    await officer.go("/menu")
    await expect(page.locator("#edition option", has_text=MENU)).to_have_count(1)
    label = await page.locator("#edition option", has_text=MENU).inner_text()
    await page.locator("#edition").select_option(label=label)
    await page.get_by_role("button", name="我要点单").click()
    await page.locator("label.dish", has_text="医疗义诊").click()
    await page.get_by_role("button", name="下一步（已选 1 项）").click()
    await page.get_by_label("服务地点").fill(PLACE)
    await page.get_by_role("button", name="下一步").click()
    await page.get_by_role("button", name="提交点单").click()
    await expect(page.get_by_text("已提交，总队受理后会通知您。")).to_be_visible()
    found = re.search(r"20\d\d-\d{4}", await page.locator(".order-number").inner_text())
    assert found
    return found.group()


async def accept(corps: Person, number: str) -> None:
    await corps.go("/orders/board")
    await corps.page.get_by_role("button", name=f"受理点单 {number}").click()
    await expect(corps.page.get_by_text("已受理 1 个点单。")).to_be_visible()


async def plan_and_publish(corps: Person, only_on: date | None) -> None:
    """``only_on``: the one day to plan for, where no clock can be moved to another."""
    page = corps.page
    await corps.go("/planning")
    if only_on is not None:
        for end in ("第一天", "最后一天"):
            await page.get_by_label(end).fill(only_on.isoformat())
        await page.get_by_label("周末也安排").check()
    await page.get_by_role("button", name="开始计算").click()
    await page.get_by_text("计算结束").wait_for(timeout=RUN_MILLISECONDS)
    await corps.picture("planning-run-over")
    await page.get_by_role("link", name="打开排班表").first.click()
    await page.get_by_role("link", name="查看改动并发布").click()
    await corps.picture("planning-publication")
    await page.get_by_role("button", name="发布", exact=True).click()
    await page.get_by_text("已发布。有关镇街和服务队会收到通知").wait_for()


async def take_booth(leader: Person) -> None:
    page = leader.page
    await leader.go("/assignments")
    card = page.locator("article", has_text=PLACE)
    await leader.picture("assignments")
    await card.get_by_role("button", name="接单").click()
    await page.get_by_text("已接单。").wait_for()
    await page.get_by_role("link", name=PLACE).first.click()
    await page.get_by_role("heading", name="摊位").wait_for()


async def live_until_the_day(leader: Person) -> None:
    """Moves the demonstration's clock on until the stop can be started."""
    page = leader.page
    await expect(page.get_by_text("当天才能开始")).to_be_visible()
    start = page.get_by_role("button", name="开始服务")
    for _ in range(MOST_DAYS):
        if await start.count():
            return
        async with page.expect_response(lambda answer: "/api/dispatch/stops/" in answer.url):
            await page.get_by_role("button", name="下一个半天").click()
        await leader.settled()
    raise AssertionError("the stop's day never came")


async def serve(leader: Person) -> None:
    page = leader.page
    await page.get_by_role("button", name="开始服务").click()
    await page.get_by_text("服务已开始").wait_for()
    await page.get_by_label("服务人次").fill("92")
    await page.get_by_label("发放资料").fill("150")
    await page.get_by_role("button", name="提交填报").click()
    await page.get_by_text("服务 92 人次").first.wait_for()


async def look_up(resident: Person) -> None:
    """Without an account, on the pages for residents."""
    await resident.page.goto(f"{resident.site.residents}/townships/{TOWNSHIP}")
    await expect(resident.page.get_by_text(PLACE).first).to_be_visible()
    assert await resident.serious_findings() == []
    assert await resident.overflow() == 0


async def find_own_team_there(volunteer: Person) -> None:
    await volunteer.go("/assignments")
    await volunteer.page.get_by_role("link", name=PLACE).first.click()
    await volunteer.page.get_by_role("heading", name="摊位").wait_for()
    assert await volunteer.page.get_by_role("button", name="开始服务").count() == 0


async def rate(clerk: Person, number: str) -> None:
    page = clerk.page
    await clerk.go("/")
    task = page.get_by_role("link", name=PLACE)
    await task.first.click()
    await expect(page.locator(".order-number")).to_contain_text(number)
    await page.get_by_label("很满意").check()
    await page.get_by_label("想说的话").fill("队伍不长，希望常来")
    await page.get_by_role("button", name="提交评价").click()
    await expect(page.locator(".page-head .state")).to_have_text("已评单")
    await clerk.go("/")
    await expect(page.get_by_role("link", name=PLACE)).to_have_count(0)


@pytest.mark.long
@pytest.mark.deployed
async def test_from_the_menu_to_the_rating(crowd: Crowd) -> None:
    corps = await crowd.person("coordinator", size="desktop")
    officer = await crowd.person("township_officer")
    leader = await crowd.person("team_leader")
    today = await business_day(corps.page)
    has_clock = corps.site.accounts is not None
    await publish_menu(corps, today)
    number = await order(officer)
    await accept(corps, number)
    await plan_and_publish(corps, None if has_clock else today)
    await take_booth(leader)
    await look_up(await crowd.person())
    await find_own_team_there(await crowd.person("volunteer"))
    if has_clock:
        await live_until_the_day(leader)
    await serve(leader)
    await rate(await crowd.person("clerk"), number)
