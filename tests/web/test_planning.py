"""A coordinator plans what waits: from a run to a published plan, with a move and a pin by hand."""

import re
from datetime import date

import pytest
from playwright.async_api import Locator, Page, expect

from cli import open_work
from cli import scenario as s
from tests.support.browser import (
    PATIENCE_MILLISECONDS,
    Crowd,
    Person,
    Site,
    Size,
    client_at,
)

expect.set_options(timeout=PATIENCE_MILLISECONDS)

RUN_MILLISECONDS = 180_000
WAITING = "陶山镇"
"""The township whose accepted order the demonstration leaves without a place."""


async def test_a_coordinator_plans_moves_pins_and_publishes(crowd: Crowd) -> None:
    person = await crowd.person("coordinator", size="desktop")
    page = person.page
    await person.go("/planning")
    before = await _figures(person)
    assert before["待安排（项）"] > 0
    booth = await _plan(page)
    assert await person.serious_findings() == []
    await booth.click()
    drawer = page.get_by_role("dialog")
    await expect(drawer.locator("dl")).to_contain_text("上次服务")
    best = drawer.locator("label.place").first
    await best.locator("input").check()
    to = await best.locator("strong").inner_text()
    assert await person.serious_findings() == []
    await drawer.get_by_role("button", name="移到这里").click()
    moved = page.get_by_text("已移动")
    await moved.wait_for()
    assert to in await moved.inner_text()
    assert "第 2 稿" in await page.locator("main").inner_text()

    await booth.click()
    await drawer.get_by_role("button", name="固定在这里").click()
    await page.locator(".chip.pinned", has_text=WAITING).wait_for()
    await booth.click()
    await drawer.get_by_text("要移动它，请先取消固定").wait_for()
    assert await drawer.get_by_role("button", name="移到这里").count() == 0
    await page.keyboard.press("Escape")

    await page.get_by_role("link", name="查看改动并发布").click()
    await page.get_by_text("会通知 3 个镇街").wait_for()  # two of them get more volunteers
    await expect(page.get_by_text("镇街：马屿镇、陶山镇、高楼镇")).to_have_count(1)
    assert await person.serious_findings() == []
    await page.get_by_role("button", name="发布", exact=True).click()
    await page.get_by_text("已发布。有关镇街和服务队会收到通知").wait_for()

    await page.locator(".note").get_by_role("link", name="排班").click()
    await page.locator(".figures dd").first.wait_for()
    after = await _figures(person)
    assert (after["待安排（项）"], sum(after.values())) == (0, sum(before.values()))
    assert await person.overflow() == 0


@pytest.mark.long
async def test_a_coordinator_forbids_a_day_and_takes_that_back(crowd: Crowd) -> None:
    person = await crowd.person("coordinator", size="desktop")
    page = person.page
    await person.go("/planning")
    booth = await _plan(page)
    await booth.click()
    drawer = page.get_by_role("dialog")
    await drawer.get_by_text("禁止这样安排").first.click()
    ban = drawer.locator("label", has_text="这一项不在")
    await ban.locator("input").check()
    assert await person.serious_findings() == []
    await drawer.get_by_role("button", name="禁止", exact=True).click()
    await page.get_by_text("已禁止，以后的计算和改动都会避开").wait_for()
    broken = page.get_by_role("alert")
    await broken.wait_for()

    await booth.click()
    await drawer.locator("label.place").first.locator("input").check()
    await drawer.get_by_role("button", name="移到这里").click()
    await page.get_by_text("已移动").wait_for()
    await broken.wait_for(state="detached")
    await page.get_by_role("button", name="取消").click()
    await page.get_by_text("已取消这条规定").wait_for()
    assert await page.get_by_role("button", name="取消").count() == 0


@pytest.mark.parametrize("size", ["phone", pytest.param("desktop", marks=pytest.mark.long)])
async def test_a_run_is_stopped_and_leaves_what_it_found(crowd: Crowd, size: Size) -> None:
    person = await crowd.person("coordinator", size=size)
    page = person.page
    await person.go("/planning")
    await page.locator("#run-seconds").select_option("1200")
    await page.get_by_role("button", name="开始计算").click()
    run = page.locator(".run").first
    await expect(run.locator(".state")).to_have_text("计算中")
    await page.get_by_role("link", name="打开排班表").first.wait_for()  # it has found a plan
    await person.picture("-run-under-way")
    assert await person.serious_findings() == []
    await run.get_by_role("button", name="停止计算（保留已有的方案）").click()
    await expect(run.locator(".state")).to_have_text("已停止")
    await expect(run.get_by_role("button")).to_have_count(0)
    await page.get_by_role("button", name="弃用").first.wait_for()
    await person.picture("-run-stopped")
    assert await person.serious_findings() == []
    assert await person.overflow() == 0
    await page.reload()
    await expect(page.locator(".run").first.locator(".state")).to_have_text("已停止")


@pytest.mark.parametrize("size", ["phone", pytest.param("desktop", marks=pytest.mark.long)])
async def test_a_proposed_plan_is_withdrawn(crowd: Crowd, site: Site, size: Size) -> None:
    """Another system, or the command line, has proposed one by list scheduling."""
    async with client_at(site, "coordinator") as corps:
        start = s.ruian_2014().township(WAITING)["code"]
        days = {"starts_on": "2014-07-24", "ends_on": "2014-08-08"}
        asked = {"campaign_id": open_work.CAMPAIGN, "start_township_code": start} | days
        plan = await corps.post("/api/dispatch/plans", asked, key="proposed-to-be-withdrawn")
    person = await crowd.person("coordinator", size=size)
    page = person.page
    await person.go("/planning")
    proposals = page.get_by_role("region", name="待发布的简易方案")
    await proposals.get_by_role("button", name="撤回").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_text("点单仍等待安排").wait_for()
    await person.picture("-withdraw-proposal")
    assert await person.serious_findings() == []
    await dialog.get_by_role("button", name="撤回").click()
    await page.get_by_text("已撤回。").wait_for()
    await expect(proposals).to_have_count(0)
    assert await person.overflow() == 0
    async with client_at(site, "coordinator") as corps:
        assert (await corps.get(f"/api/dispatch/plans/{plan['id']}"))["state"] == "withdrawn"


CLINIC = "health-clinic"


async def test_a_move_into_a_week_that_is_full_is_refused_in_words(
    crowd: Crowd, site: Site
) -> None:
    async with client_at(site, "coordinator") as corps:
        path = f"/api/catalog/items/{CLINIC}"
        item = await corps.get(path)
        unsaid = ("code", "picture", "state", "merged_into")
        limited = {name: value for name, value in item.items() if name not in unsaid}
        await corps.put(path, limited | {"weekly_capacity": 1})
        await corps.until("dispatch knows", lambda: corps.has_heard("dispatch", "catalog"))
        orders = await corps.all("/api/requests/orders", state="scheduled", item_code=CLINIC)
    lines = [line for order in orders for line in order["lines"] if line["item_code"] == CLINIC]
    full = {week_of(line["on"]) for line in lines}
    assert full, "the demonstration has clinics to come"

    person = await crowd.person("coordinator", size="desktop")
    page = person.page
    await person.go("/planning")
    await _plan(page)
    await page.locator(".chip", has_text=WAITING).filter(has_text=item["name"]).click()
    drawer = page.get_by_role("dialog")
    choice = drawer.locator("#move-day")
    await choice.wait_for()
    days = [str(await each.get_attribute("value")) for each in await choice.locator("option").all()]
    move = drawer.get_by_role("button", name="移到这里")
    in_full = next(day for day in days if week_of(day) in full)
    await choice.select_option(in_full)
    verdict = drawer.get_by_role("group", name="或指定位置").get_by_role("status")
    await expect(verdict).to_contain_text(f"{WAITING}“{item['name']}” 超出每周场次")
    await expect(verdict).to_contain_text(
        re.compile(r"2014年\d+月\d+日到2014年\d+月\d+日最多 1 场")
    )
    await expect(verdict).to_contain_text("请换到另一周，或先把这一周的另一场移走")
    await expect(move).to_be_disabled()
    await move.scroll_into_view_if_needed()
    await person.picture("-week-full")
    assert await person.serious_findings() == []
    elsewhere = next(day for day in days if week_of(day) not in full)
    await choice.select_option(elsewhere)
    await expect(verdict).not_to_contain_text("超出每周场次")


def week_of(day: str) -> tuple[int, int]:
    return date.fromisoformat(day).isocalendar()[:2]


async def _plan(page: Page) -> Locator:
    """Plans what waits, and opens the board. Returns the booth of the order that waited."""
    await page.get_by_role("button", name="开始计算").click()
    await page.get_by_text("计算结束").wait_for(timeout=RUN_MILLISECONDS)
    await page.get_by_role("link", name="打开排班表").first.click()
    # What ended may be the repair that the play left behind; then this run's candidate still grows.
    await page.get_by_role("button", name="弃用").first.wait_for()
    return page.locator(".chip", has_text=WAITING).first


async def _figures(person: Person) -> dict[str, int]:
    """How many lines wait, have a place, and were served, by their headings."""
    cards = person.page.locator(".figures > div")
    await cards.first.wait_for()
    texts = [(await card.inner_text()).split("\n") for card in await cards.all()]
    return {name: int(value.replace(",", "")) for name, value, *_ in texts if value.isdigit()}
