"""An order that repeats: an officer sets it up, the corps accepts it once, a new day brings its orders, and one of them
is changed without the others."""

import re

import pytest
from playwright.async_api import expect

from tests.support.browser import PATIENCE_MILLISECONDS, Crowd, Person, Size
from tests.support.waiting import until

expect.set_options(timeout=PATIENCE_MILLISECONDS)

PLACE = "高楼镇养老服务中心"


async def looks_right(person: Person, name: str) -> None:
    await person.picture(name)
    assert await person.serious_findings() == []
    assert await person.overflow() == 0


async def officer_sets_up(officer: Person) -> None:
    page = officer.page
    await officer.go("/orders/new")
    await page.locator("label.dish").nth(0).click()
    await page.get_by_role("button", name="下一步（已选 1 项）").click()
    await page.get_by_label("服务地点").fill(PLACE)
    await page.get_by_label("怎样重复").select_option("month_weekday")
    await page.get_by_label("第几个").select_option("2")
    await page.get_by_label("周几", exact=True).select_option("MO")
    await page.get_by_label("从哪天开始").fill("2014-09-01")
    # The second Monday of September 2014 is Mid-Autumn Festival.
    await expect(page.get_by_text("每月第二个周一")).to_be_visible()
    await expect(page.get_by_text("因放假顺延")).to_be_visible()
    await looks_right(officer, "-repeat-month")
    await page.get_by_label("怎样重复").select_option("years")
    await expect(page.get_by_text("每年9月1日")).to_be_visible()
    await expect(page.get_by_label("间隔").get_by_role("option")).to_have_count(4)
    await looks_right(officer, "-repeat-year")
    await page.get_by_label("怎样重复").select_option("weeks")
    await page.get_by_label("从哪天开始").fill("2014-08-08")
    await page.get_by_label("周五").check()
    await expect(page.get_by_text("每周五")).to_be_visible()
    await looks_right(officer, "-repeat-week")
    await page.get_by_role("button", name="下一步").click()
    await expect(page.get_by_text("8月8日 周五")).to_be_visible()
    await looks_right(officer, "-repeat-check")
    await page.get_by_role("button", name="提交定期点单").click()
    await expect(page.locator(".page-head .state")).to_have_text("待受理")
    await looks_right(officer, "-series-proposed")


async def corps_accepts(coordinator: Person) -> None:
    page = coordinator.page
    await coordinator.go("/")
    await page.get_by_role("link", name=re.compile(PLACE)).first.click()
    await page.get_by_role("button", name="受理定期点单").click()
    await expect(page.get_by_text("已受理，点单已按规律生成。")).to_be_visible()
    await expect(page.get_by_role("heading", name="已生成的点单")).to_have_count(0)
    # Three weeks ahead is 7 August; a day later its first order is made.
    await page.get_by_role("button", name="下一天").click()
    first = page.get_by_role("link", name="8月8日 周五")

    async def is_made() -> bool:  # every process looks at the day each few seconds
        await page.reload()
        await page.get_by_role("heading", name="接下来的日期").wait_for()
        return await first.count() == 1

    await until(is_made)
    await looks_right(coordinator, "-series-accepted")


async def officer_changes_one(officer: Person) -> None:
    page = officer.page
    await page.reload()
    await page.get_by_role("button", name=re.compile(r"^改期\s*8月15日")).click()
    await page.get_by_label("改到哪天").fill("2014-08-16")
    await page.get_by_role("button", name="改期", exact=True).click()
    await expect(page.get_by_text("这一次已改期。")).to_be_visible()
    await expect(page.get_by_text("原为8月15日 周五，已单独改期")).to_be_visible()
    await page.get_by_role("button", name=re.compile(r"^停这一次\s*8月22日")).click()
    await expect(page.get_by_text("已单独停一次")).to_be_visible()
    await looks_right(officer, "-series-days")
    await page.get_by_role("link", name="8月8日 周五").click()
    await expect(page.get_by_text("这是定期点单的一次，原定8月8日 周五。")).to_be_visible()
    await page.get_by_role("button", name="取消点单").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_text("场地原因").click()
    await dialog.get_by_role("button", name="取消点单").click()
    await expect(page.locator(".page-head .state")).to_have_text("已取消")
    await page.get_by_role("link", name="定期点单", exact=True).click()
    await expect(page.get_by_text("单独更改", exact=False).first).to_be_visible()
    await expect(page.locator(".made-orders .state")).to_have_text("已取消")
    await looks_right(officer, "-series-marked")


@pytest.mark.parametrize("size", ["phone", pytest.param("desktop", marks=pytest.mark.long)])
async def test_an_order_repeats_and_one_time_is_changed(crowd: Crowd, size: Size) -> None:
    officer = await crowd.person("township_officer", size=size)
    await officer_sets_up(officer)
    coordinator = await crowd.person("coordinator", size=size)
    await corps_accepts(coordinator)
    await officer_changes_one(officer)


@pytest.mark.shared_site
async def test_an_auditor_reads_recurring_orders_in_english(crowd: Crowd) -> None:
    auditor = await crowd.person("auditor", size="desktop", language="en")
    await auditor.go("/recurring-orders")
    await expect(auditor.page.get_by_text("every month on the second Monday")).to_be_visible()
    await looks_right(auditor, "-series-list")
    own = auditor.page.get_by_role("row").filter(has_text="every month on the second Monday")
    await own.get_by_role("link", name=re.compile("^Recurring order no")).click()
    await expect(auditor.page.get_by_text("instead of")).to_be_visible()
    assert await auditor.page.get_by_role("button", name=re.compile("Pause|Move|End")).count() == 0
    await looks_right(auditor, "-series")
