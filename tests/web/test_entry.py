"""Getting in: the page to sign in on, and the demonstration's roles by one click."""

import pyotp
import pytest

from cli.accounts import OFFERED
from tests.support.browser import Crowd, Site


@pytest.mark.shared_site
async def test_whoever_just_started_the_demonstration_is_in_after_two_clicks(
    crowd: Crowd, site: Site
) -> None:
    guest = await crowd.person()
    await guest.page.goto(site.url)
    await guest.page.locator("main button.primary").click()
    roles = guest.page.locator("button[name=role]")
    await roles.first.wait_for()
    assert await roles.count() == len(OFFERED) + 1, "two of them coordinators"
    assert await guest.overflow() == 0
    assert await guest.serious_findings() == []
    await guest.page.locator("button[name=role][value=township_officer]").click()
    await guest.page.locator('main a[href^="/orders/"]').first.wait_for()


@pytest.mark.shared_site
async def test_the_password_still_signs_in(crowd: Crowd) -> None:
    person = await crowd.person(language="en", size="desktop")
    await person.sign_in_by_password("coordinator")
    await person.page.get_by_text("Coordinator").first.wait_for()


@pytest.mark.shared_site
async def test_residents_find_their_page_without_an_account(crowd: Crowd, site: Site) -> None:
    guest = await crowd.person()
    await guest.page.goto(site.url)
    await guest.page.locator("main button.primary").click()
    await guest.page.locator(".below a").click()
    await guest.page.get_by_text("高楼镇").first.wait_for()
    assert await guest.serious_findings() == []


async def test_one_sets_up_one_time_codes_and_gets_in_by_a_recovery_code(
    crowd: Crowd, site: Site
) -> None:
    person = await crowd.person("volunteer")
    page, account = person.page, site.account("volunteer")
    await page.locator("a.who").click()
    factor = page.locator("section[aria-labelledby=own-factor]")
    await factor.locator("button").click()
    secret = await factor.locator("code").inner_text()
    await factor.locator("input[name=new_code]").fill(pyotp.TOTP(secret.replace(" ", "")).now())
    await factor.locator("input[name=password]").fill(account["password"])
    assert await person.overflow() == 0
    assert await person.serious_findings() == []
    await factor.locator("form button.primary").click()
    codes = factor.locator(".recovery li")
    await codes.first.wait_for()
    assert await codes.count() == 10
    code = await codes.first.inner_text()
    await factor.locator("button.primary").click()
    await factor.get_by_text("10").wait_for()
    await page.locator("header").get_by_role("button", name="退出").click()
    await page.locator(".sign-in button.primary").click()
    await page.locator("input[name=login]").fill(account["login"])
    await page.locator("input[name=password]").fill(account["password"])
    await page.locator("input[name=code]").fill(code)
    await page.locator("form button:not([name])").click()
    await page.locator("a.who").wait_for()
