"""While the demonstration is still being played, every page says so, and is complete afterwards by itself."""

import json

import pytest
from playwright.async_api import Route, expect

from tests.support.browser import PATIENCE_MILLISECONDS, Crowd, Size

expect.set_options(timeout=PATIENCE_MILLISECONDS)


@pytest.mark.shared_site
@pytest.mark.parametrize("size", ["phone", "desktop"])
async def test_pages_say_that_the_demonstration_is_played(crowd: Crowd, size: Size) -> None:
    person = await crowd.person("coordinator", size=size)
    page = person.page
    played = {"state": "playing", "step": "plan", "number": 7, "of": 14, "done": 1, "total": 2}

    async def answer(route: Route) -> None:
        await route.fulfill(content_type="application/json", body=json.dumps(played))

    await page.route("**/api/demonstration/trial", answer)
    await person.go("/orders")
    banner = page.get_by_role("region", name="演示正在播放")
    await banner.wait_for()
    if size == "desktop":
        await expect(banner).to_contain_text("第 7 步，共 14 步：排班")
    assert await person.serious_findings() == []
    assert await person.overflow() == 0
    assert await person.layout_shift() < 0.1
    await person.picture("-playing")
    async with page.expect_request("**/api/requests/orders**"):  # the list is read anew
        played |= {"state": "done"}
    await banner.wait_for(state="detached")
