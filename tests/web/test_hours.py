"""Hours in the console: a volunteer answers the leader, the corps looks at what is doubtful; a certificate says it."""

from playwright.async_api import expect

from tests.support.browser import Crowd, Person


async def looks_right(person: Person, name: str) -> None:
    await person.picture(name)
    assert await person.serious_findings() == []
    assert await person.overflow() == 0


async def test_hours_are_answered_decided_and_certified(crowd: Crowd) -> None:
    volunteer = await crowd.person("volunteer")
    page = volunteer.page
    await page.locator("section").filter(has_text="答复时长说明").get_by_role("link").first.click()
    await page.get_by_role("heading", name="待答复").wait_for()
    await expect(page.get_by_text("总队补录").first).to_be_visible()
    await looks_right(volunteer, "-hours-to-answer")
    await page.get_by_role("button", name="不同意").click()
    await page.get_by_text("请写明原因。").wait_for()
    await page.get_by_role("button", name="同意", exact=True).click()
    await page.get_by_text("已答复。").wait_for()
    await looks_right(volunteer, "-hours")

    corps = await crowd.person("coordinator")
    await corps.page.goto(f"{corps.site.url}/hours")
    await corps.page.get_by_text("半天超过 5 小时").wait_for()
    await looks_right(corps, "-hours-to-decide")
    await corps.page.get_by_role("textbox", name="说明").first.fill("队长在场，收摊晚")
    await corps.page.get_by_role("button", name="照常计入").first.click()
    await corps.page.get_by_text("已决定。").wait_for()

    await page.goto(f"{volunteer.site.url}/own")
    await page.get_by_role("heading", name="服务记录证明").wait_for()
    await page.get_by_role("button", name="开具证明").click()
    await page.get_by_text("已开具").wait_for()
    await looks_right(volunteer, "-certificates")
