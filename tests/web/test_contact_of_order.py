"""A township names another contact for an order for which a team is booked; the team is told, and reads who it is."""

from playwright.async_api import expect

from tests.support.browser import PATIENCE_MILLISECONDS, Crowd

expect.set_options(timeout=PATIENCE_MILLISECONDS)
PLACE = "高楼镇文化礼堂"


async def test_another_contact_reaches_the_team(crowd: Crowd) -> None:
    officer = await crowd.person("township_officer")
    page = officer.page
    await officer.go("/orders?state=scheduled&campaign=all")
    await page.locator(".order-row").filter(has_text=PLACE).click()
    await page.get_by_role("button", name="更换联系人").click()
    await page.get_by_label("联系人").fill("林主任")
    await page.get_by_label("联系电话").fill("98765")
    await page.get_by_role("button", name="保存联系人").click()
    await expect(page.locator("[aria-invalid=true]")).to_have_count(1)
    assert await officer.overflow() == 0
    assert await officer.serious_findings() == []
    await officer.picture("-contact-form")
    # Without a new number that of the former contact stays, so this is asked about.
    await page.get_by_label("联系电话").fill("")
    await page.get_by_role("button", name="保存联系人").click()
    dialog = page.get_by_role("dialog")
    await expect(dialog.get_by_text("没有填写新的电话")).to_be_visible()
    await dialog.get_by_role("button", name="返回").click()
    await page.get_by_label("联系电话").fill("138 0013 8000")
    await page.get_by_role("button", name="保存联系人").click()
    await expect(page.get_by_text("联系人已更换")).to_be_visible()
    await expect(page.get_by_text("林主任 138****8000")).to_be_visible()
    assert await officer.serious_findings() == []
    await officer.picture("-contact-changed")

    leader = await crowd.person("team_leader")
    await leader.go("/messages")
    await expect(leader.page.get_by_text(f"“{PLACE}”这份点单的联系人或电话已更换")).to_be_visible()
    await leader.go("/assignments")
    await leader.page.get_by_role("link", name="高楼镇").first.click()
    await expect(leader.page.get_by_text("林主任").first).to_be_visible()
    await leader.picture("-contact-seen")
