"""From sign-in to an order handed in with seven dishes, nothing chosen beforehand: each click and field is counted."""

from playwright.async_api import Locator, expect

from tests.support.browser import PATIENCE_MILLISECONDS, Crowd

expect.set_options(timeout=PATIENCE_MILLISECONDS)

MOST = 12


class Hand:
    """What somebody does, one by one."""

    def __init__(self) -> None:
        self.done: list[str] = []

    async def click(self, what: Locator) -> None:
        self.done.append(f"click {(await what.inner_text()).splitlines()[0]}")
        await what.click()

    async def fill(self, what: Locator, text: str) -> None:
        self.done.append(f"fill in {text}")
        await what.fill(text)


async def test_seven_dishes_are_ordered_with_few_clicks(crowd: Crowd) -> None:
    officer = await crowd.person("township_officer")
    page, hand = officer.page, Hand()
    await hand.click(page.get_by_role("link", name="我要点单"))
    await expect(page.locator("label.dish")).to_have_count(13)
    for dish in range(7):
        await hand.click(page.locator("label.dish").nth(dish))
    await hand.click(page.get_by_role("button", name="下一步（已选 7 项）"))
    # The place is that of the township's last order, which most of its orders are for.
    await expect(page.get_by_label("服务地点")).not_to_have_value("")
    await hand.click(page.get_by_role("button", name="下一步"))
    await hand.click(page.get_by_role("button", name="提交点单"))
    await expect(page.get_by_text("已提交，总队受理后会通知您。")).to_be_visible()
    assert len(hand.done) == 11 < MOST, hand.done

    # All of them at once, at another place.
    await officer.go("/")
    hand = Hand()
    await hand.click(page.get_by_role("link", name="我要点单"))
    await hand.click(page.get_by_text("全选（13 项）"))
    await hand.click(page.get_by_role("button", name="下一步（已选 13 项）"))
    await hand.fill(page.get_by_label("服务地点"), "高楼镇文化广场")
    await hand.click(page.get_by_role("button", name="下一步"))
    await hand.click(page.get_by_role("button", name="提交点单"))
    await expect(page.get_by_text("已提交，总队受理后会通知您。")).to_be_visible()
    assert len(hand.done) == 6, hand.done
