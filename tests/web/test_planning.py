"""A coordinator plans what waits: from a run to a published plan, with a move and a pin by hand."""

from playwright.async_api import expect

from tests.support.browser import PATIENCE_MILLISECONDS, Crowd, Person

expect.set_options(timeout=PATIENCE_MILLISECONDS)

RUN_MILLISECONDS = 180_000
WAITING = "陶山镇"
"""The township whose accepted order the demonstration leaves without a place."""


async def test_a_coordinator_plans_moves_pins_and_publishes(crowd: Crowd) -> None:
    person = await crowd.person("coordinator", size="desktop")
    page = person.page
    await person.go("/planning")
    before = await _figures(person)
    assert before["待安排（项）"] > 0
    await page.get_by_role("button", name="开始计算").click()
    await page.get_by_text("计算结束").wait_for(timeout=RUN_MILLISECONDS)
    assert await person.serious_findings() == []

    await page.get_by_role("link", name="打开排班表").first.click()
    booth = page.locator(".chip", has_text=WAITING).first
    await booth.click()
    drawer = page.get_by_role("dialog")
    best = drawer.locator("label.place").first
    await best.locator("input").check()
    to = await best.locator("strong").inner_text()
    assert await person.serious_findings() == []
    await drawer.get_by_role("button", name="移到这里").click()
    moved = page.get_by_text("已移动")
    await moved.wait_for()
    assert to in await moved.inner_text()
    assert "第 2 稿" in await page.locator("main").inner_text()

    await booth.click()
    await drawer.get_by_role("button", name="固定在这里").click()
    await page.locator(".chip.pinned", has_text=WAITING).wait_for()
    await booth.click()
    await drawer.get_by_text("要移动它，请先取消固定").wait_for()
    assert await drawer.get_by_role("button", name="移到这里").count() == 0
    await page.keyboard.press("Escape")

    await page.get_by_role("link", name="查看改动并发布").click()
    await page.get_by_text("会通知 1 个镇街").wait_for()
    await expect(page.get_by_text(f"镇街：{WAITING}")).to_have_count(1)
    assert await person.serious_findings() == []
    await page.get_by_role("button", name="发布", exact=True).click()
    await page.get_by_text("已发布。有关镇街和服务队会收到通知").wait_for()

    await page.locator(".note").get_by_role("link", name="排班").click()
    await page.locator(".figures dd").first.wait_for()
    after = await _figures(person)
    assert (after["待安排（项）"], sum(after.values())) == (0, sum(before.values()))
    assert await person.overflow() == 0


async def _figures(person: Person) -> dict[str, int]:
    """How many lines wait, have a place, and were served, by their headings."""
    cards = person.page.locator(".figures > div")
    await cards.first.wait_for()
    texts = [(await card.inner_text()).split("\n") for card in await cards.all()]
    return {name: int(value.replace(",", "")) for name, value, *_ in texts if value.isdigit()}
