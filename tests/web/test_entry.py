"""Getting in: the page to sign in on, and the demonstration's roles by one click."""

from cli.accounts import OFFERED
from tests.support.browser import Crowd, Site


async def test_whoever_just_started_the_demonstration_is_in_after_two_clicks(
    crowd: Crowd, site: Site
) -> None:
    guest = await crowd.person()
    await guest.page.goto(site.url)
    await guest.page.locator("main button.primary").click()
    roles = guest.page.locator("button[name=role]")
    await roles.first.wait_for()
    assert await roles.count() == len(OFFERED)
    assert await guest.overflow() == 0
    assert await guest.serious_findings() == []
    await guest.page.locator("button[name=role][value=township_officer]").click()
    await guest.page.locator('main a[href^="/orders/"]').first.wait_for()


async def test_the_password_still_signs_in(crowd: Crowd) -> None:
    person = await crowd.person(language="en", size="desktop")
    await person.sign_in_by_password("coordinator")
    assert await person.page.get_by_text("Coordinator").first.is_visible()
