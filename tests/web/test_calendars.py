"""Calendars in a browser, on a phone: a volunteer gets an address, subscribes by it, and renews it; leaders and
officers find theirs."""

import httpx
from icalendar import Calendar
from playwright.async_api import expect

from tests.support.browser import Crowd, Person


async def looks_right(person: Person, name: str) -> None:
    await person.picture(name)
    assert await person.serious_findings() == []
    assert await person.overflow() == 0


async def get_address(person: Person) -> str:
    """The address that the page shows once."""
    card = person.page.get_by_role("region", name="用手机日历看安排")
    await card.get_by_role("button", name="获取订阅地址").click()
    field = card.get_by_label("订阅地址")
    await field.wait_for()
    await card.get_by_text("谁有这个地址").wait_for()
    return await field.input_value()


async def read(address: str) -> tuple[int, list[str]]:
    """What a telephone gets there: the status, and the summaries."""
    async with httpx.AsyncClient() as phone:
        answer = await phone.get(address)
    if answer.status_code != 200:
        return answer.status_code, []
    return 200, [str(event["SUMMARY"]) for event in Calendar.from_ical(answer.content).events]


async def test_a_volunteer_subscribes_and_renews(crowd: Crowd) -> None:
    leader = await crowd.person("team_leader")
    page = leader.page
    await page.get_by_role("link", name="排班").first.click()
    await page.locator("article").first.get_by_role("button", name="自动排满").click()
    await page.get_by_text("已排好。").wait_for()
    status, stops = await read(await get_address(leader))
    assert status == 200
    assert all("医疗义诊" in each for each in stops)
    assert stops
    await looks_right(leader, "-calendar-team")

    volunteer = await crowd.person("volunteer")
    await volunteer.page.get_by_role("link", name="我的班").first.click()
    await volunteer.page.get_by_role("heading", name="上午").first.wait_for()
    address = await get_address(volunteer)
    await looks_right(volunteer, "-calendar-made")
    status, duties = await read(address)
    assert status == 200
    assert any(each.startswith("志愿服务：医疗义诊") for each in duties)

    await volunteer.page.reload()
    card = volunteer.page.get_by_role("region", name="用手机日历看安排")
    await card.get_by_text("获取过订阅地址").wait_for()
    await expect(card.get_by_label("订阅地址")).to_have_count(0)
    await card.get_by_role("button", name="换新地址").click()
    question = volunteer.page.get_by_role("dialog", name="换新地址？")
    await question.get_by_text("马上失效").wait_for()
    await looks_right(volunteer, "-calendar-question")
    assert (await read(address))[0] == 200  # nothing happens before the answer
    await question.get_by_role("button", name="换新地址").click()
    field = card.get_by_label("订阅地址")
    await field.wait_for()
    renewed = await field.input_value()
    assert renewed != address
    assert (await read(address))[0] == 410
    assert await read(renewed) == (200, duties)


async def test_an_officer_subscribes_to_the_township_s_stops(crowd: Crowd) -> None:
    officer = await crowd.person("township_officer", language="en")
    page = officer.page
    await page.get_by_role("link", name="Circuit").first.click()
    card = page.get_by_role("region", name="Subscribe in your calendar")
    await card.get_by_role("button", name="Get the address").click()
    field = card.get_by_label("Address to subscribe to")
    await field.wait_for()
    status, stops = await read(await field.input_value())
    assert status == 200
    assert stops
    await looks_right(officer, "-calendar-township")
