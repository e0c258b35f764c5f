"""The whole loop, each act done in a browser by whoever it belongs to: menu, order, plan, service, rating."""

import re

import pytest
from playwright.async_api import expect

from tests.support.browser import PATIENCE_MILLISECONDS, Crowd, Person

expect.set_options(timeout=PATIENCE_MILLISECONDS)

MENU = "2014年下半年增补服务目录"
PLACE = "高楼镇中心小学操场"
RUN_MILLISECONDS = 180_000
MOST_DAYS = 60


async def publish_menu(corps: Person) -> None:
    page = corps.page
    await corps.go("/corps/editions/new")
    await page.locator("[name=title]").fill(MENU)
    await page.locator("[name=effective_on]").fill("2014-07-17")
    await page.locator("[name=retires_on]").fill("2014-12-31")
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


async def plan_and_publish(corps: Person) -> None:
    page = corps.page
    await corps.go("/planning")
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
    await expect(page.get_by_text("当天才能开始")).to_be_visible()


async def live_until_the_day(leader: Person) -> None:
    """Moves the demonstration's clock on until the stop can be started."""
    page = leader.page
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


async def rate(officer: Person, number: str) -> None:
    page = officer.page
    await officer.go("/")
    task = page.get_by_role("link", name=PLACE)
    await task.first.click()
    await expect(page.locator(".order-number")).to_contain_text(number)
    await page.get_by_label("很满意").check()
    await page.get_by_label("想说的话").fill("队伍不长，希望常来")
    await page.get_by_role("button", name="提交评价").click()
    await expect(page.locator(".page-head .state")).to_have_text("已评单")
    await officer.go("/")
    await expect(page.get_by_role("link", name=PLACE)).to_have_count(0)


@pytest.mark.long
async def test_from_the_menu_to_the_rating(crowd: Crowd) -> None:
    corps = await crowd.person("coordinator", size="desktop")
    officer = await crowd.person("township_officer")
    leader = await crowd.person("team_leader")
    await publish_menu(corps)
    number = await order(officer)
    await accept(corps, number)
    await plan_and_publish(corps)
    await take_booth(leader)
    await live_until_the_day(leader)
    await serve(leader)
    await rate(officer, number)
