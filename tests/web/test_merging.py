"""A coordinator finds a team that was entered twice, compares both, and merges them; its leader goes on working."""

import pytest
from playwright.async_api import expect

from cli import open_work
from tests.support.browser import Crowd, Size

GONE, KEPT = open_work.DOUBLED, open_work.DOUBLE


@pytest.mark.parametrize("size", ["phone", pytest.param("desktop", marks=pytest.mark.long)])
async def test_a_double_is_found_compared_and_merged(crowd: Crowd, size: Size) -> None:
    leader = await crowd.person("team_leader", size=size)
    await leader.go("/assignments")
    booths = leader.page.locator("main a[href^='/stops/']")
    await booths.first.wait_for()
    before = await booths.all_text_contents()

    person = await crowd.person("coordinator", size=size)
    page = person.page
    await person.go("/corps")
    await page.get_by_role("link", name="可能重复的登记").first.click()
    pair = page.locator("article.double-pair").filter(has_text=KEPT)
    await pair.get_by_text("名称相同").wait_for()
    await person.picture(f"-doubles-{size}")
    assert await person.serious_findings() == []
    assert await person.overflow() == 0
    await pair.get_by_role("link").click()

    # The double is proposed to go; here the entry of the team that works goes, so that all of it has to follow.
    await page.get_by_role("button", name="对调：保留另一个").click()
    await page.wait_for_url(f"**/corps/merge/teams/{GONE}?into={KEPT}")
    follows = page.locator("section[aria-labelledby=follows]")
    await follows.get_by_text("不用重新答复").wait_for()
    await follows.get_by_text("个账号转过来").wait_for()
    members = page.locator("fieldset").filter(has_text="一次可派人数")
    await members.get_by_role("radio").nth(1).check()
    await person.picture(f"-merge-{size}")
    assert await person.serious_findings() == []
    assert await person.overflow() == 0
    await page.get_by_role("button", name="确认合并").click()
    await page.wait_for_url(f"**/corps/teams/{KEPT}")
    history = page.locator("section[aria-labelledby=mergers]")
    await history.get_by_text("并入：").wait_for()
    await person.picture(f"-merged-{size}")
    assert await person.serious_findings() == []
    await history.get_by_role("link", name="查看").click()
    await page.get_by_text("这个条目是重复登记，已并入").wait_for()
    await expect(page.get_by_role("button", name="保存", exact=True)).to_have_count(0)
    assert await person.overflow() == 0

    again = await crowd.person("team_leader", size=size)
    await again.go("/assignments")
    await expect(again.page.locator("main a[href^='/stops/']")).to_have_text(before)
    await again.go("/messages")
    await again.page.get_by_text("重复登记的服务队已合并").first.wait_for()
    await again.picture(f"-told-{size}")
