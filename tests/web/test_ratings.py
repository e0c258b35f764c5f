"""A resident rates from the code on a booth's sign, without script; the team replies, the corps follows up what was
poor, and the township reads the answer."""

import re

import pytest

from cli import open_work, scenario
from tests.support.browser import Crowd, Person, Size

ITEM, _, WORDS = open_work.RATINGS[0]
AT_FIRST_STOP = scenario.FIRST_STOP_RATINGS[0][2]
SAID = "下次早点来，排队太久了。"
REPLY = "谢谢您，下次我们多派一名医生。"
ANSWER = "已与卫生局商定，下次增加两名医生。"


async def looks_right(person: Person, name: str) -> None:
    await person.picture(name)
    assert await person.serious_findings() == []
    assert await person.overflow() == 0


async def leader_shows_the_code(leader: Person) -> str:
    """Gives where the code of the own booth at the circuit's last stop leads."""
    page = leader.page
    await leader.go("/ratings")
    await page.get_by_text(WORDS).wait_for()
    await looks_right(leader, "-ratings")
    await leader.go("/assignments")
    async with page.expect_response(lambda answer: "/api/requests/signs" in answer.url):
        await page.get_by_text("以前的站点").click()
        await page.locator("details").get_by_role("link").first.click()
    await page.get_by_role("heading", name="居民评价码").wait_for()
    await page.get_by_role("img", name=re.compile("评价二维码")).wait_for()
    await looks_right(leader, "-stop-code")
    link = await page.get_by_role("link", name="打开评价页").get_attribute("href")
    assert link
    await page.get_by_role("link", name="打印评价牌").click()
    await page.get_by_text("请扫码评价本次服务").first.wait_for()
    await looks_right(leader, "-signs")
    return link


async def resident_rates(resident: Person, link: str) -> None:
    page = resident.page
    await page.goto(link)
    await page.get_by_role("heading", name="请评价").wait_for()
    await resident.picture("resident-rating")
    await page.get_by_label("很不满意").check()
    await page.get_by_label(re.compile("还想说点什么")).fill(f"{SAID}电话 13800138000")
    await page.get_by_role("button", name="提交评价").click()
    await page.get_by_role("alert").wait_for()
    await page.get_by_label(re.compile("还想说点什么")).fill(SAID)
    await page.get_by_role("button", name="提交评价").click()
    await page.get_by_role("heading", name="谢谢您的评价").wait_for()
    await resident.picture("resident-rated")
    await page.goto(link)
    await page.get_by_role("heading", name="谢谢您的评价").wait_for()


@pytest.mark.parametrize("size", ["phone", pytest.param("desktop", marks=pytest.mark.long)])
async def test_a_poor_rating_is_replied_to_and_followed_up(crowd: Crowd, size: Size) -> None:
    leader = await crowd.person("team_leader", size=size)
    link = await leader_shows_the_code(leader)
    await resident_rates(await crowd.person(size=size, scripts=False), link)

    await leader.go("/ratings")
    own = leader.page.get_by_role("listitem").filter(has_text=SAID)
    await own.get_by_role("button", name="回复").click()
    await own.get_by_label("回复").fill(REPLY)
    await own.get_by_role("button", name="提交回复").click()
    await own.get_by_text("服务队回复").wait_for()
    assert await own.get_by_role("button", name="回复").count() == 0

    coordinator = await crowd.person("coordinator", size=size)
    page = coordinator.page
    await page.get_by_role("heading", name=re.compile("回访差评")).wait_for()
    await coordinator.go("/ratings")
    said = page.get_by_role("listitem").filter(has_text=WORDS)
    await said.get_by_role("button", name="隐藏").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("与服务无关").check()
    await dialog.get_by_role("button", name="隐藏").click()
    await said.get_by_text("已隐藏：与服务无关").wait_for()
    await looks_right(coordinator, "-ratings")
    await said.get_by_role("button", name="恢复显示").click()
    await said.get_by_role("button", name="隐藏").wait_for()
    await coordinator.go("/")
    await page.get_by_role("link", name=re.compile("1 分")).click()
    await page.get_by_text(SAID).wait_for()
    await page.get_by_role("button", name="办结").click()
    await page.get_by_text("请填写此项").wait_for()
    await page.get_by_label("回访结果和答复").fill(ANSWER)
    await looks_right(coordinator, "-follow-up")
    await page.get_by_role("button", name="办结").click()
    await page.get_by_text("已办结").wait_for()
    await coordinator.go("/")
    assert await page.get_by_role("link", name=re.compile("1 分")).count() == 0

    await leader.go("/messages")
    await leader.page.get_by_text("差评已回访").first.wait_for()
    await leader.page.get_by_role("link", name="去看看").first.click()
    await leader.page.get_by_text(ANSWER).wait_for()
    await looks_right(leader, "-follow-up")


@pytest.mark.shared_site
@pytest.mark.parametrize("size", ["phone", pytest.param("desktop", marks=pytest.mark.long)])
async def test_an_officer_reads_what_residents_said(crowd: Crowd, size: Size) -> None:
    """On the page of ratings, and on the order that was served; it moderates nothing and replies to nothing."""
    officer = await crowd.person("township_officer", size=size)
    page = officer.page
    await officer.go("/ratings")
    said = page.get_by_role("listitem").filter(has_text=AT_FIRST_STOP)
    await said.wait_for()
    await looks_right(officer, "-ratings")
    assert await page.get_by_role("button", name="隐藏").count() == 0
    assert await page.get_by_role("button", name="回复").count() == 0
    await officer.go("/orders")
    await page.get_by_role("link", name=re.compile("西村桥头路口")).first.click()
    await page.get_by_role("heading", name="居民评价").wait_for()
    await page.get_by_role("listitem").filter(has_text=AT_FIRST_STOP).wait_for()
    await looks_right(officer, "-order-ratings")


async def test_the_rating_page_is_accessible(crowd: Crowd) -> None:
    """With script, for axe needs it."""
    leader = await crowd.person("team_leader")
    link = await leader_shows_the_code(leader)
    resident = await crowd.person(language="en")
    await resident.page.goto(link)
    await resident.page.get_by_role("heading", name="Please rate").wait_for()
    assert await resident.serious_findings() == []
    assert await resident.overflow() == 0
    assert await resident.page.locator("script").count() == 0
