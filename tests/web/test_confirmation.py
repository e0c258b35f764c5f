"""Both sides confirm: an officer's one touch, a wish for another day, and what the coordinator does about it."""

from typing import Literal

import pytest
from playwright.async_api import Locator, Page, expect

from tests.support.browser import Crowd

SIZES: list[Literal["phone", "desktop"]] = ["phone", "desktop"]


def party(page: Page, name: str) -> Locator:
    return page.locator(".parties li").filter(has_text=name)


async def test_a_township_confirms_and_a_coordinator_moves_another_stop(crowd: Crowd) -> None:
    officer = await crowd.person("township_officer")
    page = officer.page
    await page.get_by_role("heading", name="确认来本镇街的服务").wait_for()
    await expect(page.get_by_text("前答复")).to_be_visible()
    await page.locator("section").filter(has_text="确认来本镇街的服务").get_by_role("link").click()
    await expect(party(page, "高楼镇")).to_contain_text("待答复")
    assert await officer.overflow() == 0
    assert await officer.serious_findings() == []
    await officer.picture("-to-confirm")

    # First it asks for another day, then that is settled by telephone and it confirms after all.
    await page.get_by_role("button", name="希望改期").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("场地另有安排").check()
    await dialog.get_by_label("希望的日子（1）").fill("2014-07-25")
    await dialog.get_by_role("button", name="再加一天").click()
    await dialog.get_by_label("希望的日子（2）").fill("2014-07-01")
    await dialog.get_by_role("button", name="希望改期").click()
    await dialog.get_by_text("这一天已经过去").wait_for()
    await dialog.get_by_label("希望的日子（2）").fill("2014-07-24")
    await officer.picture("-another-day")
    await dialog.get_by_role("button", name="希望改期").click()
    await page.get_by_text("已提出改期，请等总队答复。").wait_for()
    await expect(party(page, "高楼镇")).to_contain_text("7月24日 周四、7月25日 周五")
    await page.get_by_role("button", name="这个时间可以").click()
    await page.get_by_text("已确认，服务队会收到通知。").wait_for()
    await expect(party(page, "高楼镇")).to_contain_text("已确认")
    assert await officer.serious_findings() == []
    await officer.go("/")
    await expect(page.get_by_text("确认来本镇街的服务")).to_have_count(0)

    # The coordinator finds who asks, and the circuit by how it stands.
    corps = await crowd.person("coordinator", size="desktop")
    board = corps.page
    await board.get_by_role("heading", name="答复改期要求").wait_for()
    await corps.go("/circuit")
    rows = board.locator(".stop-row")
    await expect(rows).to_have_count(4)
    await corps.picture("-confirmation-board")
    assert await corps.serious_findings() == []
    await board.get_by_label("双方确认").select_option(label="希望改期")
    await expect(rows).to_have_count(1)
    await rows.get_by_role("link").first.click()
    await expect(party(board, "塘下镇")).to_contain_text("农产品展销会")
    await corps.picture("-another-day-asked")
    await (
        board.locator("section")
        .filter(has_text="双方确认")
        .get_by_role("button", name="改期")
        .click()
    )
    form = board.get_by_role("dialog")
    await expect(form.get_by_label("不早于")).to_have_value("2014-07-25")
    await form.get_by_label("应镇街要求").check()
    await form.get_by_role("button", name="改期").click()
    await board.get_by_text("各方会收到通知").wait_for()
    # At the new time everybody at this stop is asked anew.
    await expect(party(board, "塘下镇")).to_contain_text("待答复")
    await corps.go("/")
    await expect(board.get_by_text("答复改期要求")).to_have_count(0)


async def test_a_leader_asks_for_another_day_and_it_is_kept(crowd: Crowd) -> None:
    leader = await crowd.person("team_leader")
    page = leader.page
    await leader.go("/assignments")
    card = page.locator("section").filter(has_text="待接单").locator("article")
    await card.filter(has_text="马屿镇").get_by_role("button", name="希望改期").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("当天另有任务").check()
    await dialog.get_by_role("button", name="希望改期").click()
    await page.get_by_text("已提出改期").wait_for()
    assert await leader.overflow() == 0
    await leader.picture("-leader-asked")

    corps = await crowd.person("coordinator", language="en", size="desktop")
    await corps.page.get_by_role("link", name="Mayu").filter(has_text="Mayu").first.click()
    await corps.page.get_by_role("button", name="Keep the time").click()
    form = corps.page.get_by_role("dialog")
    await form.get_by_label("no other day is possible").check()
    await form.get_by_role("button", name="Keep the time").click()
    await corps.page.get_by_text("the time stays. The other side is told").wait_for()
    assert await corps.serious_findings() == []

    # The leader is told why, and answers again.
    await card.filter(has_text="马屿镇").get_by_role("link").first.click()
    await page.get_by_text("仍按原时间").wait_for()
    await page.get_by_role("button", name="接单").first.click()
    await page.get_by_text("已接单。").wait_for()
    await leader.picture("-leader-kept")


@pytest.mark.long
@pytest.mark.shared_site
@pytest.mark.parametrize("size", SIZES)
async def test_an_order_shows_what_both_sides_say(
    crowd: Crowd, size: Literal["phone", "desktop"]
) -> None:
    officer = await crowd.person("township_officer", size=size)
    await officer.go("/orders")
    await officer.page.get_by_role("link", name="高楼镇文化礼堂").first.click()
    await officer.page.get_by_role("heading", name="双方确认").wait_for()
    await expect(party(officer.page, "高楼镇").first).to_be_visible()
    assert await officer.overflow() == 0
    assert await officer.serious_findings() == []
    await officer.picture("-order-confirmation")
