"""A leader confirms figures that can hardly be; a coordinator finds them among the tasks, looks, and accepts them."""

from playwright.async_api import Locator, expect

from tests.support.browser import PATIENCE_MILLISECONDS, Crowd, Person
from tests.web.test_leader import next_day

expect.set_options(timeout=PATIENCE_MILLISECONDS)

HERE, MARK, SERVED = "高楼镇", "数字存疑", "900"


def booths(person: Person) -> Locator:
    return person.page.locator("section[aria-labelledby=booths-title]")


async def looks_right(person: Person, name: str) -> None:
    await person.picture(name)
    assert await person.serious_findings() == []
    assert await person.overflow() == 0


async def test_odd_figures_wait_for_a_coordinator_who_accepts_them(crowd: Crowd) -> None:
    leader = await crowd.person("team_leader")
    page = leader.page
    await page.locator("section").filter(has_text="答复派单").get_by_role("link").first.click()
    booth = page.locator("section").filter(has_text="待接单").locator("article", has_text=HERE)
    await booth.get_by_role("button", name="接单").click()
    await booth.wait_for(state="detached")
    await page.get_by_role("link", name="高楼镇 · 高楼镇文化礼堂").first.click()
    await page.get_by_text("当天才能开始").wait_for()
    await next_day(leader)
    await page.get_by_role("button", name="开始服务").click()
    await page.get_by_label("服务人次").fill(SERVED)
    await page.get_by_role("button", name="提交填报").click()
    await page.get_by_role("dialog").get_by_role("button", name="确认无误，继续").click()
    await expect(booths(leader)).to_contain_text(MARK)
    await expect(booths(leader)).to_contain_text("服务人次超出志愿者半天的能力")
    await expect(page.get_by_role("button", name="数字无误")).to_have_count(0)
    await looks_right(leader, "-odd-figures")

    corps = await crowd.person("coordinator")
    to_see = corps.page.locator("section").filter(has_text="核对存疑的数字").get_by_role("link")
    await expect(to_see).to_have_count(1)
    await expect(to_see).to_contain_text([HERE])
    for width, height in ((1440, 900), (360, 780)):
        await corps.page.set_viewport_size({"width": width, "height": height})
        await looks_right(corps, "-odd-figures-home")
    await to_see.click()
    await expect(booths(corps)).to_contain_text(MARK)
    await looks_right(corps, "-odd-figures")
    await corps.page.set_viewport_size({"width": 1440, "height": 900})
    await looks_right(corps, "-odd-figures")
    await corps.page.set_viewport_size({"width": 360, "height": 780})
    await booths(corps).get_by_role("button", name="数字无误").click()
    await corps.page.get_by_text("已确认数字无误").wait_for()
    await expect(booths(corps)).to_contain_text("数字已核对")
    await expect(booths(corps)).not_to_contain_text(MARK)
    await expect(booths(corps).get_by_role("button", name="数字无误")).to_have_count(0)
    await looks_right(corps, "-odd-figures-accepted")
    await corps.go("/")
    await corps.page.get_by_role("heading", name="核对存疑的数字").wait_for(state="detached")
    await expect(to_see).to_have_count(0)
