"""From an empty system to the first accepted order, without the demonstration: the way that /start leads."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from shared.kernel.clock import CHINA
from tests.support.browser import PATIENCE_MILLISECONDS, Crowd, Person, Site, running_site

expect.set_options(timeout=PATIENCE_MILLISECONDS)
PASSWORD = "马屿镇的夏天真的很长很长"


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with running_site(tmp_path / "data", demo=False) as empty:
        yield empty


async def do_next(corps: Person, step: str) -> Page:
    """Opens the screen of the step that /start names as the next one."""
    await corps.go("/start")
    card = corps.page.locator(".start-steps .card[aria-current]")
    await expect(card.locator("h2")).to_have_text(step)
    await card.locator("a.button").click()
    await corps.settled()
    return corps.page


async def save(page: Page, name: str, listed: str) -> None:
    await page.get_by_role("button", name=name, exact=True).click()
    await expect(page.get_by_text(listed).first).to_be_visible()


async def enter(page: Page, name: str, name_en: str) -> None:
    await page.locator("[name=name]").fill(name)
    await page.locator("[name=name_en]").fill(name_en)


async def invite_officer(crowd: Crowd, corps: Person) -> Person:
    """The coordinator invites; the officer chooses a password by the link, and signs in with it."""
    page = await do_next(corps, "邀请镇街")
    await page.locator("[name=login]").fill("马屿办公室")
    await page.get_by_label("镇街干部", exact=True).check()
    await page.locator("[name=township_code]").select_option(label="马屿镇")
    await page.get_by_role("button", name="建立账号，取得链接").click()
    link = await page.get_by_label("邀请链接").input_value()
    officer = await crowd.person()
    await officer.page.goto(link)
    await officer.page.locator("[name=password]").fill(PASSWORD)
    await officer.page.locator("[name=password_again]").fill(PASSWORD)
    await officer.page.locator("form button").click()
    await officer.page.goto(officer.site.url)
    await officer.page.locator("main button.primary").click()
    await officer.page.locator("[name=login]").fill("马屿办公室")
    await officer.page.locator("[name=password]").fill(PASSWORD)
    await officer.page.locator("form button:not([name])").first.click()
    await officer.settled()
    return officer


@pytest.mark.long
async def test_a_new_city_reaches_its_first_accepted_order(crowd: Crowd) -> None:
    corps = await crowd.person(size="desktop")
    await corps.sign_in_by_password("coordinator")
    page = await do_next(corps, "登记镇街")
    await enter(page, "马屿镇", "Mayu")
    await page.locator("[name=code]").fill("330381116000")
    await page.locator("[name=lat]").fill("27.77")
    await page.locator("[name=lon]").fill("120.43")
    await save(page, "保存", "马屿镇")
    page = await do_next(corps, "登记单位")
    await enter(page, "市卫生局", "Health Bureau")
    await save(page, "保存", "市卫生局")
    page = await do_next(corps, "登记服务队")
    await enter(page, "医疗志愿服务队", "Medical team")
    await page.locator("[name=agency_code]").select_option(label="市卫生局")
    await page.locator("[name=members]").fill("8")
    await save(page, "保存", "医疗志愿服务队")
    page = await do_next(corps, "登记类别")
    await enter(page, "医疗卫生", "Health")
    await save(page, "保存", "医疗卫生")
    page = await do_next(corps, "登记服务项目")
    await enter(page, "医疗义诊", "Health clinic")
    await page.locator("[name=category_code]").select_option(label="医疗卫生")
    await page.get_by_label("医疗志愿服务队").check()
    await save(page, "保存", "医疗义诊")
    page = await do_next(corps, "发布目录")
    today = datetime.now(CHINA).date()
    await page.locator("[name=title]").fill("第一版服务目录")
    await page.locator("[name=effective_on]").fill(today.isoformat())
    await page.locator("[name=retires_on]").fill((today + timedelta(days=90)).isoformat())
    await page.locator(".choices input[type=checkbox]").first.check()
    await page.get_by_role("button", name="保存草稿").click()
    await save(page, "发布这一版目录", "已发布，镇街可以点单了。")
    officer = await invite_officer(crowd, corps)
    await officer.page.get_by_role("link", name="我要点单").first.click()
    await officer.page.locator("label.dish", has_text="医疗义诊").click()
    await officer.page.get_by_role("button", name="下一步（已选 1 项）").click()
    await officer.page.get_by_label("服务地点").fill("马屿镇文化广场")
    await officer.page.get_by_role("button", name="下一步").click()
    await save(officer.page, "提交点单", "已提交，总队受理后会通知您。")
    await corps.go("/")
    await page.get_by_role("link", name="马屿镇文化广场").click()
    await page.get_by_role("button", name="受理").click()
    await expect(page.locator(".page-head .state")).to_have_text("已受理")
    await corps.go("/start")
    await expect(page.locator(".start-steps .card[aria-current]")).to_have_count(0)
