"""Whoever has started an empty system tries it with Rui'an's data, by a button; it is then what ``make run`` shows."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.async_api import expect

from cli.accounts import OFFERED
from cli.trial import is_demonstration
from tests.support.browser import (
    PATIENCE_MILLISECONDS,
    SIZES,
    Crowd,
    Person,
    Site,
    running_site,
)

expect.set_options(timeout=PATIENCE_MILLISECONDS)
PLAY_MILLISECONDS = 600_000
BUTTON = "用瑞安2014年的数据试一试"


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with running_site(tmp_path / "data", demo=False) as empty:
        yield empty


async def looks_right(person: Person, name: str) -> None:
    for width, height in SIZES.values():
        await person.page.set_viewport_size({"width": width, "height": height})
        await person.picture(f"-trial-{name}")
        assert await person.overflow() == 0
    assert await person.serious_findings() == []


@pytest.mark.long
async def test_an_empty_system_becomes_the_demonstration_by_a_button(
    crowd: Crowd, tmp_path: Path
) -> None:
    corps = await crowd.person(size="phone")
    await corps.sign_in_by_password("coordinator")
    page = corps.page
    await corps.go("/start")
    card = page.locator(".trial")
    await looks_right(corps, "offered")
    await card.get_by_role("button", name=BUTTON).click()
    dialog = page.get_by_role("dialog")
    await expect(dialog).to_contain_text("不能改回")
    await looks_right(corps, "asked")
    await dialog.get_by_role("button", name="返回").click()
    assert not is_demonstration(tmp_path / "data")

    await card.get_by_role("button", name=BUTTON).click()
    await dialog.get_by_role("button", name=BUTTON).click()
    await expect(card.locator("#trial-title")).to_have_text("正在播放2014年的巡回服务")
    assert is_demonstration(tmp_path / "data")
    await looks_right(corps, "playing")
    await card.get_by_role("button", name="停止").click()
    await expect(card.locator("#trial-title")).to_have_text("演示已停止")
    await looks_right(corps, "cancelled")
    await page.reload()
    await card.get_by_role("button", name="接着播放").click()
    await card.get_by_text("演示已就绪").wait_for(timeout=PLAY_MILLISECONDS)
    await expect(page.locator(".clock")).to_contain_text("2014年7月17日")
    await looks_right(corps, "done")

    await card.get_by_role("button", name="换一个角色登录").click()
    await page.locator("main button.primary").click()
    await expect(page.locator("button[name=role]")).to_have_count(len(OFFERED) + 1)
    await page.locator("button[name=role][value=township_officer]").click()
    await expect(page.locator(".clock")).to_contain_text("2014年")
    await page.locator('main a[href^="/orders/"]').first.wait_for()
    await (await crowd.person("coordinator", size="desktop")).go("/start")
    await expect(card).to_have_count(0)


async def test_once_something_was_entered_there_is_no_such_button(crowd: Crowd) -> None:
    corps = await crowd.person(size="desktop")
    await corps.sign_in_by_password("coordinator")
    page = corps.page
    await corps.go("/start")
    offered = page.get_by_role("button", name=BUTTON)
    await expect(offered).to_be_visible()
    await looks_right(corps, "offered")
    late = await page.context.new_page()
    await late.goto(f"{corps.site.url}/corps/categories/new")
    await late.locator("[name=name]").fill("医疗卫生")
    await late.locator("[name=name_en]").fill("Health")
    await late.get_by_role("button", name="保存", exact=True).click()
    await late.get_by_role("link", name="医疗卫生").wait_for()
    # Who still has the old page before them is refused in words.
    await offered.click()
    await page.get_by_role("dialog").get_by_role("button", name=BUTTON).click()
    await expect(page.get_by_role("alert")).to_contain_text("什么都没有录入")
    await corps.go("/start")
    await expect(offered).to_have_count(0)
