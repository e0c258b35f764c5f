"""The corps limits what townships order in a campaign, and sets its own priority: both sides see it."""

from playwright.async_api import expect

from tests.support.browser import PATIENCE_MILLISECONDS, Crowd

expect.set_options(timeout=PATIENCE_MILLISECONDS)


async def test_a_limit_is_set_read_and_kept_to_and_priorities_stand_side_by_side(
    crowd: Crowd,
) -> None:
    corps = await crowd.person("coordinator", size="desktop")
    officer = await crowd.person("township_officer")
    desk, page = corps.page, officer.page

    # An order that is there already shows what the township wished for, and what the corps set.
    await officer.go("/orders/new")
    await page.locator("label.dish").first.click()
    await page.get_by_role("button", name="下一步（已选 1 项）").click()
    campaign = await page.get_by_label("活动").input_value()
    await page.get_by_label("服务地点").fill("高楼小学操场")
    await page.get_by_role("button", name="下一步").click()
    await page.get_by_role("button", name="提交点单").click()
    await expect(page.get_by_text("已提交，总队受理后会通知您。")).to_be_visible()
    await corps.go(page.url.partition("//")[2].partition("/")[2].partition("?")[0].join(("/", "")))
    await desk.get_by_label("总队定的优先级").select_option("5")
    await desk.reload()
    await expect(desk.get_by_label("总队定的优先级")).to_have_value("5")
    await page.reload()
    facts = page.locator("dl.facts")
    await expect(facts.get_by_text("紧急")).to_be_visible()
    await expect(facts.get_by_text("一般")).to_be_visible()

    # The corps sets how many items a township may order.
    await corps.go(f"/corps/campaigns/{campaign}")
    card = desk.locator("form").filter(has_text="点单期限和名额")
    await card.get_by_label("每个镇街最多几项").first.fill("1")
    await card.get_by_role("button", name="保存").click()
    await expect(card.get_by_text("已保存。")).to_be_visible()
    assert await corps.serious_findings() == []
    assert await corps.overflow() == 0
    await corps.picture("limits")

    # The township reads it before it runs into it, and is told in words when it does.
    await officer.go("/orders/new")
    await page.locator("label.dish").first.click()
    await page.get_by_role("button", name="下一步（已选 1 项）").click()
    await expect(page.get_by_text("还可点 0 项").first).to_be_visible()
    await page.get_by_label("服务地点").fill("老年活动中心")
    assert await officer.serious_findings() == []
    assert await officer.overflow() == 0
    await officer.picture("limits")
    await page.get_by_role("button", name="下一步").click()
    await page.get_by_role("button", name="提交点单").click()
    await expect(page.get_by_role("alert").get_by_text("超出本镇街的点单名额")).to_be_visible()
