"""Check-in on two phones: the leader shows the code; the volunteer has no connection, opens the page anew, enters the
code, and sends it later; the time is that of the phone then."""

import re

from playwright.async_api import Error, Page, expect

from tests.support.browser import Crowd, Person
from tests.web.test_leader import next_day

KEPT = """async () => {
  await navigator.serviceWorker.ready;
  return navigator.serviceWorker.controller?.state === "activated" && Boolean(await caches.match("/"));
}"""
AWAY = re.compile("ERR_INTERNET_DISCONNECTED|ERR_FAILED")


async def reopened(page: Page) -> None:
    """Once more where Chromium fails a page, which it does seldom, whose service worker the test attaches to as it
    starts."""
    try:
        await page.reload()
    except Error as error:
        if "ERR_FAILED" not in error.message:
            raise
        await page.reload()


async def looks_right(person: Person, name: str) -> None:
    await person.picture(name)
    assert await person.serious_findings() == []
    assert await person.overflow() == 0


async def test_a_volunteer_checks_in_without_a_connection(crowd: Crowd) -> None:
    leader = await crowd.person("team_leader")
    await leader.page.get_by_role("link", name="排班").first.click()
    first = leader.page.locator("article").first
    await first.get_by_role("button", name="自动排满").click()
    await leader.page.get_by_text("已排好。").wait_for()
    await first.get_by_role("heading").get_by_role("link").click()
    await leader.settled()
    await next_day(leader)
    await leader.page.get_by_role("link", name="打开签到").click()
    digits = leader.page.locator("[data-digits]")
    await expect(digits).to_have_text(re.compile(r"\d{3} \d{3}"))
    await leader.page.get_by_text("还没有排班").wait_for(state="detached")
    await looks_right(leader, "-attendance")

    volunteer = await crowd.person("volunteer")
    page = volunteer.page
    await page.get_by_role("link", name="我的班").first.click()
    await page.get_by_role("link", name="签到").first.click()
    await page.get_by_label("队长手机上的六位数").wait_for()
    await page.wait_for_function(KEPT)
    await looks_right(volunteer, "-check-in")

    await volunteer.context.set_offline(True)
    await reopened(page)
    await page.get_by_text("现在没有网络").wait_for()
    await page.get_by_label("队长手机上的六位数").fill("12")
    await page.get_by_role("button", name="签到").click()
    await page.get_by_text("请输入六位数字。").wait_for()
    await page.get_by_label("队长手机上的六位数").fill(await digits.inner_text())
    await page.get_by_role("button", name="签到").click()
    await page.get_by_text("待发送").wait_for()
    await looks_right(volunteer, "-check-in-offline")
    await reopened(page)
    await page.get_by_text("待发送").wait_for()

    await volunteer.context.set_offline(False)
    await page.get_by_text("已记录", exact=True).wait_for()
    await page.get_by_role("button", name="签退").first.wait_for()
    await looks_right(volunteer, "-checked-in")
    await leader.page.get_by_text("在岗").first.wait_for()
    await looks_right(leader, "-attendance-one-there")

    # A code of a stop that this phone knows nothing of.
    await volunteer.context.set_offline(True)
    await page.goto(f"{volunteer.site.url}/check-in/0c9d8d2e-8f4e-4b1e-9df9-0e7a5e6d1b2c#123456")
    await page.get_by_text("请联网后再打开").wait_for()
    await looks_right(volunteer, "-check-in-unknown")
    volunteer.complaints[:] = [each for each in volunteer.complaints if not AWAY.search(each)]


async def test_a_leader_ticks_the_list_without_a_connection(crowd: Crowd) -> None:
    leader = await crowd.person("team_leader")
    page = leader.page
    await page.get_by_role("link", name="排班").first.click()
    first = page.locator("article").first
    await first.get_by_role("button", name="自动排满").click()
    await page.get_by_text("已排好。").wait_for()
    await first.get_by_role("heading").get_by_role("link").click()
    await leader.settled()
    await next_day(leader)
    await page.get_by_role("link", name="打开签到").click()
    person = page.get_by_role("region", name="名单").get_by_role("listitem").first
    await expect(person.locator("strong")).not_to_contain_text("V-")  # names come after numbers
    await page.wait_for_function(KEPT)
    await leader.context.set_offline(True)
    await reopened(page)
    await expect(page.locator("[data-digits]")).to_have_text(re.compile(r"\d{3} \d{3}"))
    await expect(person.locator("strong")).not_to_contain_text("V-")
    await person.get_by_role("button", name="到").first.click()
    await person.get_by_text("待发送").wait_for()
    await looks_right(leader, "-attendance-offline")
    await leader.context.set_offline(False)
    await person.get_by_text("在岗").wait_for()
    leader.complaints[:] = [each for each in leader.complaints if not AWAY.search(each)]
