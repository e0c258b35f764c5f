"""Orders from the first choice to the rating: an officer on a phone, in Chinese, and a coordinator at the board."""

import re

from playwright.async_api import Page, expect

from tests.support.browser import PATIENCE_MILLISECONDS, Crowd, Person

expect.set_options(timeout=PATIENCE_MILLISECONDS)

NUMBER = re.compile(r"20\d\d-\d{4}")


async def number_of(page: Page) -> str:
    """The number of the order whose page is open."""
    await expect(page.locator(".order-number")).to_be_visible()
    found = NUMBER.search(await page.locator(".order-number").inner_text())
    assert found
    return found.group()


async def hand_in(officer: Person, place: str, dishes: int) -> str:
    """Puts an order together from the first page of the menu on; gives its number."""
    page = officer.page
    await officer.go("/orders/new")
    for dish in range(dishes):
        await page.locator("label.dish").nth(dish).click()
    await page.get_by_role("button", name=f"下一步（已选 {dishes} 项）").click()
    await page.get_by_label("服务地点").fill(place)
    await page.get_by_role("button", name="下一步").click()
    await page.get_by_role("button", name="提交点单").click()
    await expect(page.get_by_text("已提交，总队受理后会通知您。")).to_be_visible()
    return await number_of(page)


async def expect_state(page: Page, text: str) -> None:
    await expect(page.locator(".page-head .state")).to_have_text(text)


async def choose_reason(page: Page, reason: str, act: str) -> None:
    dialog = page.get_by_role("dialog")
    await dialog.get_by_text(reason).click()
    await dialog.get_by_role("button", name=act).click()


async def test_an_order_goes_its_way_between_officer_and_coordinator(crowd: Crowd) -> None:
    officer = await crowd.person("township_officer")
    corps = await crowd.person("coordinator", size="desktop")
    page, board = officer.page, corps.page
    first = await hand_in(officer, "高楼镇文化礼堂", 2)
    second = await hand_in(officer, "高楼小学操场", 1)
    third = await hand_in(officer, "老年活动中心", 1)

    # Both sides see since when it waits.
    await expect(page.locator(".order-lines li")).to_have_text([re.compile(r"\d日起等待")])
    await corps.go("/orders/board")
    card = board.locator(".board-card", has=board.get_by_role("link", name=first))
    await expect(card).to_contain_text("起等待")

    # The coordinator returns one and accepts two at once, from the board.
    await board.get_by_role("button", name=f"退回点单 {first}").click()
    await choose_reason(board, "内容不完整", "退回点单")
    await expect(board.get_by_role("button", name=f"退回点单 {first}")).to_have_count(0)
    for number in (second, third):
        await board.get_by_label(f"选择点单 {number}").check()
    await board.get_by_role("button", name="受理已选（2）").click()
    await expect(board.get_by_text("已受理 2 个点单。")).to_be_visible()
    accepted = board.locator("section", has=board.get_by_role("heading", name="已受理"))
    await expect(accepted.get_by_role("link", name=second)).to_be_visible()
    await corps.picture("order-board-done")

    # The officer sees why, amends it and hands it in again; the coordinator accepts it by one touch.
    await officer.go(f"/orders/{first}")
    await expect(page.get_by_text("退回原因：内容不完整")).to_be_visible()
    await page.get_by_role("button", name="修改").click()
    await page.get_by_label("服务地点").fill("高楼镇文化礼堂东侧")
    await page.get_by_role("button", name="下一步").click()
    await page.get_by_role("button", name="提交点单").click()
    await expect_state(page, "待受理")
    assert await number_of(page) == first
    await corps.go("/orders/board")
    await board.get_by_role("button", name=f"受理点单 {first}").click()
    await expect(board.get_by_text("已受理 1 个点单。")).to_be_visible()
    await officer.go(f"/orders/{first}")
    await expect(page.locator(".history .state")).to_have_text(
        ["草稿", "待受理", "已退回", "待受理", "已受理"]
    )
    assert "协调员 · 内容不完整" in await page.locator(".history").inner_text()
    assert await officer.serious_findings() == []

    # A copy is another order; it is kept as a draft, and cancelled.
    await page.get_by_role("button", name="再点一单").click()
    await page.get_by_role("button", name="下一步（已选 2 项）").click()
    await expect(page.get_by_label("服务地点")).to_have_value("高楼镇文化礼堂东侧")
    await page.get_by_role("button", name="下一步").click()
    await page.get_by_role("button", name="存为草稿").click()
    await expect_state(page, "草稿")
    assert await number_of(page) not in (first, second, third)
    await page.get_by_role("button", name="取消点单").click()
    await choose_reason(page, "不再需要", "取消点单")
    await expect_state(page, "已取消")

    # The list is searched and filtered by its address, so that back works; it is exported.
    await officer.go("/orders")
    await page.get_by_role("searchbox").fill(second)
    await page.get_by_role("button", name="搜索", exact=True).click()
    await expect(page.locator(".order-row")).to_have_count(1)
    await page.locator(".order-row").click()
    await expect_state(page, "已受理")
    await page.go_back()
    await expect(page.get_by_role("searchbox")).to_have_value(second)
    await page.go_back()
    await page.locator(".tabs a", has_text="已取消").click()
    await expect(page.locator(".order-row .state").first).to_have_text("已取消")
    async with page.expect_download() as download:
        await page.get_by_role("button", name="导出 Excel").click()
    assert re.fullmatch(r"点单 [\d-]+\.xlsx", (await download.value).suggested_filename)
    assert (await officer.overflow(), await corps.overflow()) == (0, 0)
