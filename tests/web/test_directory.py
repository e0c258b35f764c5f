"""The coordinator keeps the directory: what offices know of agencies, townships and teams."""

import pytest
from playwright.async_api import Page, expect

from tests.support.browser import Crowd, Size

CREDIT_CODE = "11330381MB1A00012J"


@pytest.mark.parametrize("size", ["phone", "desktop"])
async def test_what_offices_know_is_entered_and_faults_are_told_in_words(
    crowd: Crowd, size: Size
) -> None:
    person = await crowd.person("coordinator", size=size)
    page = person.page

    async def save() -> None:
        await page.get_by_role("button", name="保存", exact=True).click()

    await person.go("/corps/agencies/health-bureau")
    await page.locator("[name=credit_code]").fill(CREDIT_CODE[:-1] + "K")
    await save()
    await page.get_by_text("这不是有效的统一社会信用代码。").wait_for()
    await person.picture(f"-agency-{size}")
    await page.locator("[name=credit_code]").fill(CREDIT_CODE.lower())
    await save()
    await page.get_by_text(CREDIT_CODE).wait_for()

    await person.go("/corps/townships/330381125000")
    await page.locator("[name=population]").fill("52318")
    await page.locator("[name=valid_from]").first.fill("2014-07-01")
    await page.locator("[name=valid_to]").fill("2014-06-30")
    await save()
    await page.get_by_text("停用日期不能更早").wait_for()
    assert await person.serious_findings() == []
    assert await person.overflow() == 0
    await person.picture(f"-township-{size}")
    await page.locator("[name=valid_from]").first.fill("2011-04-01")
    await page.locator("[name=valid_to]").fill("")
    await save()
    await page.get_by_text("2011年4月1日—").wait_for()
    await person.picture(f"-townships-{size}")
    assert await person.overflow() == 0

    await person.go("/corps/teams/health")
    await page.get_by_label("高楼镇").check()
    await page.get_by_label("湖岭镇").check()
    await person.picture(f"-team-{size}")
    assert await person.serious_findings() == []
    await save()
    await page.get_by_text("2 个镇街", exact=True).wait_for()


@pytest.mark.parametrize("size", ["phone", "desktop"])
async def test_a_township_gets_another_code_and_its_officer_finds_the_orders_under_it(
    crowd: Crowd, size: Size
) -> None:
    officer = await crowd.person("township_officer", size=size)
    await officer.go("/orders")
    orders = officer.page.locator("main a[href^='/orders/']")
    await orders.first.wait_for()
    before = await orders.all_text_contents()

    person = await crowd.person("coordinator", size=size)
    page = person.page
    await person.go("/corps/townships/330381125000")
    section = page.locator("section[aria-labelledby=recoding]")
    await section.locator("[name=new_code]").fill("330381125000")
    await section.locator("[name=valid_from]").fill("2014-07-17")
    await section.get_by_role("button", name="看看会转移什么").click()
    await section.get_by_text("更换后不能撤销").wait_for()
    await person.picture(f"-recoding-{size}")
    assert await person.serious_findings() == []
    assert await person.overflow() == 0
    await section.get_by_role("button", name="确认更换").click()
    await section.get_by_text("代码 330381125000 是高楼镇的。").wait_for()
    await section.locator("[name=new_code]").fill("330381126000")
    await section.get_by_role("button", name="看看会转移什么").click()
    await section.get_by_role("button", name="确认更换").click()
    await section.get_by_text("这个代码已于").wait_for()
    await person.picture(f"-recoded-{size}")

    again = await crowd.person("township_officer", size=size)
    await again.go("/orders")
    await orders_of(again.page, before)


async def orders_of(page: Page, texts: list[str]) -> None:
    """Until the page lists these orders."""
    await expect(page.locator("main a[href^='/orders/']")).to_have_text(texts)
