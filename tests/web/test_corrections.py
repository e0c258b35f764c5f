"""A report was wrong: its leader asks for a correction, the coordinator decides; and an order of the wrong township."""

from typing import Literal

import pytest
from playwright.async_api import expect

from tests.support.browser import PATIENCE_MILLISECONDS, Crowd

expect.set_options(timeout=PATIENCE_MILLISECONDS)
SIZES: list[Literal["phone", "desktop"]] = ["phone", "desktop"]


async def test_a_report_is_corrected_and_both_figures_stay(crowd: Crowd) -> None:
    leader = await crowd.person("team_leader")
    page = leader.page
    await leader.go("/assignments")
    await page.get_by_text("以前的站点").click()
    await page.locator("details .stop-row").first.get_by_role("link").first.click()
    await page.get_by_role("button", name="申请更正").first.click()
    dialog = page.get_by_role("dialog")
    before = await dialog.get_by_label("服务人次").input_value()
    await dialog.get_by_label("服务人次").fill("很多")
    await dialog.get_by_label("当时数错了").check()
    await dialog.get_by_role("button", name="申请更正").click()
    await expect(dialog.get_by_role("alert").first).to_be_visible()
    await dialog.get_by_label("服务人次").fill("37")
    await dialog.get_by_label("补充说明").fill("计数器坏了，按签到表重新数过")
    assert await leader.overflow() == 0
    assert await leader.serious_findings() == []
    await leader.picture("-correct-form")
    await dialog.get_by_role("button", name="申请更正").click()
    await expect(page.get_by_text("更正申请已提交")).to_be_visible()
    asked = page.get_by_label("第 1 次更正")
    await expect(asked.get_by_text("待总队答复")).to_be_visible()
    await expect(asked.get_by_role("cell").filter(has_text=before)).to_be_visible()
    assert await leader.overflow() == 0
    assert await leader.serious_findings() == []
    await leader.picture("-correction-asked")

    # The coordinator has a task for it, sees both figures side by side, and agrees.
    corps = await crowd.person("coordinator", size="desktop")
    desk = corps.page
    task = desk.locator("section").filter(has_text="答复上报更正")
    await task.get_by_role("link").first.click()
    change = desk.get_by_label("第 1 次更正")
    await expect(change.get_by_text("按签到表重新数过")).to_be_visible()
    assert await corps.serious_findings() == []
    await corps.picture("-correction-to-decide")
    await change.get_by_role("button", name="同意更正", exact=True).click()
    await expect(desk.get_by_text("已同意更正")).to_be_visible()
    await expect(change.get_by_text("已更正").first).to_be_visible()
    await expect(desk.locator(".booth-list").get_by_text("服务 37 人次").first).to_be_visible()

    # Another team was there; that it does not offer the item is asked about.
    await desk.get_by_role("button", name="更正上报").first.click()
    form = desk.get_by_role("dialog")
    await form.get_by_label("来的是另一支服务队").check()
    await form.get_by_label("到场的服务队").select_option(label="农业志愿服务队")
    await form.get_by_role("button", name="更正上报").click()
    await desk.get_by_role("button", name="确认无误，继续").click()
    await expect(desk.get_by_text("原来的数字一并保留")).to_be_visible()
    await expect(desk.get_by_label("第 2 次更正").get_by_text("农业志愿服务队")).to_be_visible()
    await corps.picture("-corrected")

    # Both sides are told what was and what is.
    await leader.go("/messages")
    await expect(page.get_by_text("服务人次：原为", exact=False).first).to_be_visible()


async def test_an_order_of_the_wrong_township_is_corrected(crowd: Crowd) -> None:
    corps = await crowd.person("coordinator")
    page = corps.page
    await corps.go("/orders?state=rated&campaign=all&township=330381125000")
    await page.locator(".order-row").first.click()
    await page.get_by_role("button", name="更正镇街").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("填错了镇街").check()
    await dialog.get_by_role("button", name="更正镇街").click()
    await expect(dialog.get_by_text("请选择实际所属的镇街。")).to_be_visible()
    await dialog.get_by_label("实际所属镇街").select_option(label="湖岭镇")
    assert await corps.overflow() == 0
    assert await corps.serious_findings() == []
    await corps.picture("-township-form")
    await dialog.get_by_role("button", name="更正镇街").click()
    await expect(page.get_by_text("镇街已更正")).to_be_visible()
    await expect(page.get_by_label("第 1 次更正").get_by_text("湖岭镇")).to_be_visible()
    await expect(page.get_by_role("heading", level=1)).to_contain_text("湖岭镇")
    assert await corps.overflow() == 0
    assert await corps.serious_findings() == []
    await corps.picture("-township-corrected")

    # The township that it left reads why, and nothing else of it.
    officer = await crowd.person("township_officer")
    left = officer.page
    await officer.go("/orders")
    await left.get_by_text("已更正到其他镇街的点单（1）").click()
    await left.get_by_role("link", name="现属湖岭镇").click()
    await expect(left.get_by_role("heading", level=1)).to_have_text("这份点单已更正到其他镇街")
    await expect(left.get_by_label("第 1 次更正").get_by_text("填错了镇街")).to_be_visible()
    await expect(left.get_by_role("button", name="取消点单")).to_have_count(0)
    assert await officer.overflow() == 0
    assert await officer.serious_findings() == []
    await officer.picture("-departed")
    (noted,) = officer.complaints  # by the browser: the order itself is refused
    assert "404 (Not Found)" in noted
    officer.complaints.clear()
    await officer.go("/messages")
    await expect(left.get_by_text("点单所属镇街已更正").first).to_be_visible()


@pytest.mark.long
@pytest.mark.shared_site
@pytest.mark.parametrize("size", SIZES)
async def test_the_demonstration_shows_a_correction(
    crowd: Crowd, size: Literal["phone", "desktop"]
) -> None:
    officer = await crowd.person("township_officer", language="en", size=size)
    await officer.go("/circuit")
    campaign = officer.page.get_by_label("Campaign")
    await campaign.select_option(label="Red July, Month of Service (2014)")
    done = officer.page.locator(".stop-row").filter(has_text="27 Jun")
    await done.first.get_by_role("link").first.click()
    await expect(officer.page.get_by_label("Correction 1")).to_be_visible()
    assert await officer.overflow() == 0
    assert await officer.serious_findings() == []
    await officer.picture("-correction-shown")
