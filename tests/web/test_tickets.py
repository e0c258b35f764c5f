"""A resident without script draws a ticket and sees the call, a leader calls on a phone, and the wall shows it."""

import re

import pytest
from playwright.async_api import expect

from tests.support.browser import Crowd, Person, Size
from tests.web.test_attendance import AWAY, KEPT, reopened
from tests.web.test_leader import named, next_day


async def looks_right(person: Person, name: str) -> None:
    await person.picture(name)
    assert await person.serious_findings() == []
    assert await person.overflow() == 0


async def opened_queue(leader: Person) -> str:
    """The leader's stop of the next day has begun, and its booth gives tickets; returns where its code leads."""
    page = leader.page
    offered = page.locator("section").filter(has_text="答复派单")
    await offered.get_by_role("link").first.click()
    first = page.locator("section").filter(has_text="待接单").locator("article")
    first = first.filter(has_text="高楼镇")
    await named(first, "button", "接单").click()
    await page.get_by_text("已接单。").wait_for()
    await named(leader, "link", "高楼镇 · 高楼镇文化礼堂").click()
    await page.get_by_text("当天才能开始").wait_for()
    await next_day(leader)
    await named(leader, "button", "开始服务").click()
    await page.get_by_text("服务已开始").wait_for()
    stop = page.url
    await named(leader, "link", "打开叫号页面").click()
    await page.get_by_label("服务位").fill("0")
    await named(leader, "button", "开始取号").click()
    await page.get_by_text("请填 1 到 50 的整数").wait_for()
    await page.get_by_label("服务位").fill("2")
    await looks_right(leader, "-queue-before")
    await named(leader, "button", "开始取号").click()
    await page.get_by_text("现在没有人等").wait_for()
    queue = page.url
    await page.goto(stop)
    await page.get_by_text("取号二维码").first.click()
    link = await named(leader, "link", "打开取号页").get_attribute("href")
    await looks_right(leader, "-stop-queue")
    await page.goto(queue)
    assert link
    return link


async def rates_with_ticket(resident: Person) -> None:
    """Whoever was served goes on from the ticket, and is thanked when the page is opened again."""
    page = resident.page
    await page.get_by_role("link", name="评价这次服务").wait_for()
    await resident.picture("resident-served")
    served = page.url
    await page.get_by_role("link", name="评价这次服务").click()
    await page.get_by_label("满意", exact=True).check()
    await page.get_by_role("button", name="提交评价").click()
    await page.get_by_text("谢谢您的评价").wait_for()
    assert await resident.overflow() == 0
    await page.goto(served)
    await page.get_by_role("link", name="评价这次服务").click()
    await page.get_by_text("谢谢您的评价").wait_for()


@pytest.mark.parametrize("size", ["phone", pytest.param("desktop", marks=pytest.mark.long)])
async def test_residents_draw_and_a_leader_calls(crowd: Crowd, size: Size) -> None:
    leader = await crowd.person("team_leader", size=size)
    link = await opened_queue(leader)
    page = leader.page
    residents = [await crowd.person(size=size, scripts=False) for _ in range(2)]
    for no, resident in enumerate(residents, 1):
        await resident.page.goto(link)
        await resident.page.get_by_text("人在等").wait_for()
        if no == 1:
            await resident.picture("resident-queue")
            await resident.page.get_by_label(re.compile("优先")).check()
        await resident.page.get_by_role("button", name="取号").click()
        await resident.page.get_by_text(f"A00{no}").wait_for()
        assert await resident.overflow() == 0
    await residents[1].picture("resident-ticket")

    await page.get_by_text("A002").wait_for()
    await page.get_by_label("老年人、残疾人优先").check()
    await named(leader, "button", "取一个号").click()
    await page.locator(".paper-ticket").get_by_text("A003").wait_for()
    await page.locator(".queue-list").get_by_text("A003").wait_for()
    await looks_right(leader, "-queue-waiting")
    await named(leader, "button", "叫下一位").click()
    await page.locator(".queue-now").get_by_text("A001").wait_for()
    await looks_right(leader, "-queue-called")

    # Without script the page is read anew by itself.
    await residents[0].page.get_by_text("请到 1 号位").wait_for()
    await residents[0].picture("resident-called")
    watcher = await crowd.person(size=size)
    await watcher.page.goto(residents[1].page.url)
    await watcher.page.get_by_text(re.compile("前面还有 1 位")).wait_for()

    await named(leader, "button", "重叫").click()
    await page.get_by_text("不到五分钟").wait_for()
    await named(leader, "button", "人来了").click()
    await page.get_by_text("正在办理").wait_for()
    await named(leader, "button", "办完了，叫下一位").click()
    await page.locator(".queue-now").get_by_text("A003").wait_for()
    await rates_with_ticket(residents[0])
    await named(leader, "button", "没来，跳过").click()
    await named(leader, "button", "回来了").click()
    await page.locator(".queue-list").get_by_text("A003").wait_for()
    await named(leader, "button", "叫下一位").click()
    await page.locator(".queue-now").get_by_text(re.compile("A00")).wait_for()
    await named(leader, "button", "2 号位").click()
    await named(leader, "button", "叫下一位").click()
    await page.locator(".queue-now").get_by_text(re.compile("A00")).wait_for()
    # With script the page changes while it is looked at.
    await watcher.page.get_by_text(re.compile("请到 . 号位")).wait_for()
    assert await watcher.serious_findings() == []

    stop = page.url
    await named(leader, "link", "返回站点").click()
    wall = await crowd.person(size="desktop")
    await wall.page.set_viewport_size({"width": 1920, "height": 1080})
    display = await named(leader, "link", "打开大屏叫号页").get_attribute("href")
    assert display
    await wall.page.goto(display)
    await wall.page.get_by_text("1 号位").wait_for()
    await wall.page.get_by_role("button", name="声音：关").click()
    await wall.page.get_by_role("button", name="声音：开").wait_for()
    await wall.picture("wall")
    assert await wall.serious_findings() == []
    assert await wall.overflow() == 0
    await page.goto(stop)
    await named(leader, "button", "停止取号").click()
    await page.get_by_text("已停止取号").wait_for()
    await named(leader, "button", "收摊").click()
    await page.get_by_role("dialog").get_by_role("button", name="继续").click()
    await page.get_by_text("已收摊：办完").wait_for()
    await looks_right(leader, "-queue-ended")
    await named(leader, "link", "去上报").click()
    await page.get_by_label("服务人次").wait_for()


async def test_a_leader_calls_without_a_connection_until_another_takes_over(crowd: Crowd) -> None:
    leader = await crowd.person("team_leader")
    link = await opened_queue(leader)
    page, now = leader.page, leader.page.locator(".queue-now")
    resident = await crowd.person(scripts=False)

    async def draws(number: str) -> None:
        await resident.context.clear_cookies()
        await resident.page.goto(link)
        await resident.page.get_by_role("button", name="取号").click()
        await resident.page.get_by_text(number).wait_for()

    await draws("A001")
    await draws("A002")
    await named(leader, "button", "由这台手机单独叫号").click()
    await page.get_by_text("由这台手机单独叫号，断网也能继续").wait_for()
    await page.wait_for_function(KEPT)
    await looks_right(leader, "-queue-alone")
    other = await crowd.person("team_leader")
    await other.go(page.url.removeprefix(other.site.url))
    await other.page.get_by_text("由另一台手机单独叫号").wait_for()
    await expect(named(other, "button", "叫下一位")).to_be_disabled()
    await looks_right(other, "-queue-elsewhere")

    await leader.context.set_offline(True)
    await reopened(page)
    await page.get_by_text("没有网络。本机继续取号、叫号").wait_for()
    await named(leader, "button", "叫下一位").click()
    await now.get_by_text("A001").wait_for()
    await named(leader, "button", "重叫").click()
    await page.get_by_text("这个号刚叫过").wait_for()
    await named(leader, "button", "取一个号").click()
    await page.locator(".paper-ticket").get_by_text("A003").wait_for()
    await page.get_by_text("断网时还能发 29 个号").wait_for()
    await named(leader, "button", "办完了，叫下一位").click()
    await now.get_by_text("A002").wait_for()
    await looks_right(leader, "-queue-offline")
    await draws("A033")
    await leader.context.set_offline(False)
    await page.get_by_text("没有网络").wait_for(state="detached")
    await page.locator(".queue-list").get_by_text("A033").wait_for()
    await now.get_by_text("A002").wait_for()
    await other.page.locator(".queue-list").get_by_text("A003").wait_for()

    await leader.context.set_offline(True)
    await page.get_by_text("没有网络。本机继续取号、叫号").wait_for()
    await named(other, "button", "由这台手机接管").click()
    await other.page.get_by_role("dialog").get_by_text("它再叫的号不算数").wait_for()
    await other.page.get_by_role("dialog").get_by_role("button", name="继续").click()
    await other.page.get_by_text("由这台手机单独叫号，断网也能继续").wait_for()
    await named(leader, "button", "办完了，叫下一位").click()
    await now.get_by_text("A003").wait_for()
    await leader.context.set_offline(False)
    await page.get_by_text("之后本机的 1 步没有算数").wait_for()
    await looks_right(leader, "-queue-taken-over")
    await other.page.locator(".queue-now").get_by_text("请叫下一位").wait_for()
    await named(other, "button", "叫下一位").click()
    await other.page.locator(".queue-now").get_by_text("A003").wait_for()
    await named(other, "button", "不再单独叫号").click()
    await named(other, "button", "由这台手机单独叫号").wait_for()
    await page.get_by_text("由另一台手机单独叫号").wait_for(state="detached")
    leader.complaints[:] = [each for each in leader.complaints if not AWAY.search(each)]


async def test_a_measured_queue_gives_the_next_booth_more_volunteers(crowd: Crowd) -> None:
    """The clinic's queue at the first stop was kept on paper; what it measured sizes the clinics to come."""
    corps = await crowd.person("coordinator")
    page = corps.page
    await page.get_by_role("heading", name=re.compile("给摊位加人")).wait_for()
    await corps.picture("-home-staffing")
    await page.get_by_role("link", name=re.compile("医疗义诊.*3 → 5 人，预计等候")).first.click()
    await page.get_by_role("heading", name="建议加人：3 → 5 名志愿者").wait_for()
    await page.get_by_text("平均等了").wait_for()
    diff = page.get_by_role("link", name="看方案改了什么")
    await diff.wait_for(timeout=150_000)  # the plan is repaired a minute after the last change
    await looks_right(corps, "-staffing")
    await diff.click()
    await page.wait_for_url("**/publication")
    await corps.settled()
    await page.get_by_text("医疗义诊").first.wait_for()
    await looks_right(corps, "-staffing-diff")
