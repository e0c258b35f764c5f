"""A coordinator words a message in a browser: sees it with real facts, tries it, saves it, and goes back."""

import pytest
from playwright.async_api import expect

from tests.support.browser import Crowd, Person, Size

LIST = "/corps/templates"


async def looks_right(person: Person, name: str) -> None:
    await person.picture(name)
    assert await person.serious_findings() == []
    assert await person.overflow() == 0


@pytest.mark.parametrize("size", ["phone", "desktop"])
async def test_a_coordinator_words_a_message_and_goes_back(crowd: Crowd, size: Size) -> None:
    corps = await crowd.person("coordinator", size=size)
    page = corps.page
    await corps.go("/corps")
    await page.locator(".section-cards").get_by_role("link", name="消息模板").click()
    await page.get_by_role("heading", name="消息模板").wait_for()
    await page.get_by_role("link", name="点单已受理", exact=True).wait_for()
    await looks_right(corps, "-templates")
    await page.get_by_label("查找").fill("已受理")
    await page.get_by_role("link", name="点单已受理", exact=True).click()
    chinese = page.get_by_role("group", name="中文")
    english = page.get_by_role("group", name="英文")
    await expect(chinese.get_by_label("标题")).to_have_value("点单已受理")
    look = page.get_by_role("region", name="实际效果")
    await look.get_by_text("已受理，地点：").wait_for()
    await looks_right(corps, "-template")

    await chinese.get_by_label("标题").fill("点单收到了：{服务队}")
    await page.get_by_role("button", name="保存").click()
    await chinese.get_by_text("这条消息里没有“服务队”").wait_for()
    await chinese.get_by_text("可以用：").wait_for()
    await looks_right(corps, "-template-wrong")
    await chinese.get_by_label("标题").fill("点单收到了：")
    await chinese.get_by_label("标题").press("End")
    await chinese.get_by_role("button", name="插入“地点”").click()
    await expect(chinese.get_by_label("标题")).to_have_value("点单收到了：{地点}")
    await look.get_by_role("button", name="看效果").click()
    await look.get_by_role("heading", name="点单收到了：").first.wait_for()
    await look.get_by_label("渠道").select_option("robot")
    await look.get_by_role("button", name="试发").click()
    await look.get_by_text("已发出。").wait_for()
    await page.get_by_role("button", name="保存").click()
    await page.get_by_text("从现在起的新消息用这个说法").wait_for()
    await english.get_by_label("标题").fill("Your order is with us")
    await page.get_by_role("button", name="保存").click()
    versions = page.get_by_role("region", name="历次说法")
    await versions.get_by_text("第 2 版").wait_for()
    row = versions.get_by_role("listitem").filter(has_text="系统自带的说法")
    await row.get_by_role("button", name="对照").click()
    await row.get_by_role("cell", name="点单已受理").wait_for()
    await looks_right(corps, "-template-versions")
    await row.get_by_role("button", name="恢复这个说法").click()
    await page.get_by_text("已恢复").wait_for()
    await expect(chinese.get_by_label("标题")).to_have_value("点单已受理")
    await versions.get_by_text("恢复为系统自带的说法").wait_for()

    await corps.go("/outbox")
    arrival = page.locator(".arrival", has_text="【试发】点单收到了：").first
    await arrival.get_by_text("企业微信", exact=True).wait_for()


async def test_what_a_coordinator_worded_is_what_the_township_reads(crowd: Crowd) -> None:
    corps = await crowd.person("coordinator", size="desktop")
    page = corps.page
    await corps.go(f"{LIST}/order_cancelled")
    chinese = page.get_by_role("group", name="中文")
    await chinese.get_by_label("标题").fill("这份点单不办了")
    await page.get_by_role("button", name="保存").click()
    await page.get_by_text("从现在起的新消息用这个说法").wait_for()
    await corps.go(LIST)
    await page.get_by_label("只看改写过的").check()
    await expect(page.get_by_role("link", name="这份点单不办了")).to_have_count(1)
    await expect(page.locator("ul.tasks li")).to_have_count(1)

    other = await crowd.person("coordinator", size="desktop")
    await other.go(f"{LIST}/order_cancelled")
    theirs = other.page.get_by_role("group", name="中文")
    await theirs.get_by_label("标题").fill("这份点单取消了")
    await chinese_saved(corps, "这份点单撤了")
    await other.page.get_by_role("button", name="保存").click()
    await other.page.get_by_role("alert").get_by_text("这份点单撤了").wait_for()
    await looks_right(other, "-template-conflict")


async def chinese_saved(person: Person, subject: str) -> None:
    await person.go(f"{LIST}/order_cancelled")
    chinese = person.page.get_by_role("group", name="中文")
    await chinese.get_by_label("标题").fill(subject)
    await person.page.get_by_role("button", name="保存").click()
    await person.page.get_by_text("从现在起的新消息用这个说法").wait_for()


@pytest.mark.shared_site
async def test_an_auditor_reads_them_in_english(crowd: Crowd) -> None:
    auditor = await crowd.person("auditor", language="en")
    await auditor.go(f"{LIST}/stop_cancelled")
    await auditor.page.get_by_role("heading", name="How it reads").wait_for()
    await expect(auditor.page.get_by_role("button", name="Save")).to_have_count(0)
    await expect(auditor.page.get_by_role("button", name="Send a trial")).to_have_count(0)
    await expect(auditor.page.get_by_text("[Urgent]")).to_have_count(0)
    await auditor.page.get_by_text("It was never reworded").wait_for()
    await looks_right(auditor, "-template")
