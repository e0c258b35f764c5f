"""Two coordinators share one list: who works on what, taken, handed over, delegated until a day, given back."""

import pytest
from playwright.async_api import Locator, Page, expect

from tests.support.browser import PATIENCE_MILLISECONDS, Crowd, Person

expect.set_options(timeout=PATIENCE_MILLISECONDS)

DELEGATED, FREE = "湖岭镇中心小学门口", "仙降街道文化广场"
COLLEAGUE, CORPS = "王科长", "李主任"


def row(page: Page, place: str) -> Locator:
    return page.locator(".tasks li", has_text=place)


async def expect_holder(person: Person, place: str, words: str) -> None:
    await expect(row(person.page, place).locator(".state")).to_have_text(words)


async def press(person: Person, place: str, name: str) -> None:
    await row(person.page, place).get_by_role("button", name=name).click()


async def look(person: Person, name: str) -> None:
    await person.picture(name)
    assert await person.serious_findings() == []
    assert await person.overflow() == 0


async def test_two_coordinators_share_their_tasks(crowd: Crowd) -> None:
    corps = await crowd.person("coordinator", size="desktop")
    colleague = await crowd.person("colleague")

    # The demonstration left one order with the colleague.
    await expect_holder(corps, DELEGATED, f"{COLLEAGUE}在办，至7月22日 周二")
    await expect(row(corps.page, DELEGATED)).to_contain_text("到期退回给我")
    await expect_holder(colleague, DELEGATED, "我在办，至7月22日 周二")
    await look(colleague, "-home-shared")

    # Both see that nobody works on another. One takes it; the other is told so, and sees it.
    await expect_holder(colleague, FREE, "无人在办")
    await press(corps, FREE, "我来办")
    await expect_holder(corps, FREE, "我在办")
    await press(colleague, FREE, "我来办")
    await expect(row(colleague.page, FREE)).to_contain_text(f"{CORPS}已经在办了，没有改动。")
    await expect_holder(colleague, FREE, f"{CORPS}在办")
    await look(colleague, "-home-held")

    # It is delegated for today, and returns by itself tomorrow.
    await press(corps, FREE, "交给同事")
    dialog = corps.page.get_by_role("dialog")
    await dialog.get_by_label("同事").select_option(label=COLLEAGUE)
    await dialog.get_by_label("最后一天").fill("2014-07-16")
    await dialog.get_by_role("button", name="交给同事").click()
    await expect(dialog).to_contain_text("请填写今天或以后的日期")
    await dialog.get_by_label("最后一天").fill("2014-07-17")
    await look(corps, "-hand-over")
    await dialog.get_by_role("button", name="交给同事").click()
    await expect_holder(corps, FREE, f"{COLLEAGUE}在办，至7月17日 周四")
    await look(corps, "-home-delegated")

    # The colleague is told by name of both, in messages of her own, and goes from there to the order.
    await colleague.go("/messages")
    messages = colleague.page.locator(".message")
    await expect(messages).to_have_count(2)
    newest = messages.first
    await expect(newest).to_contain_text("同事委托您办一件事：受理点单，至7月17日 周四")
    await expect(newest).to_contain_text(f"来自{CORPS}")
    await look(colleague, "-messages-own")
    await newest.get_by_role("link", name="去看看").click()
    await expect(colleague.page.get_by_text(FREE).first).to_be_visible()
    await corps.page.get_by_role("button", name="我在办的").click()
    await expect(corps.page.get_by_text("您手上没有在办的事项。")).to_be_visible()
    await corps.page.get_by_role("button", name="下一天").click()
    await expect_holder(corps, FREE, "我在办")

    # The colleague gives back what was delegated, before its time.
    await colleague.go("/")
    await press(colleague, DELEGATED, "退回")
    await expect_holder(colleague, DELEGATED, f"{CORPS}在办")
    await corps.go("/messages")
    await expect(corps.page.locator(".message").first).to_contain_text(
        "同事退回您委托的一件事：受理点单"
    )
    await expect(corps.page.locator(".message").first).to_contain_text(f"来自{COLLEAGUE}")
    await colleague.page.get_by_role("button", name="无人在办的").click()
    await expect(row(colleague.page, DELEGATED)).to_have_count(0)
    await look(colleague, "-home-nobodys")


async def test_who_works_on_it_in_english_on_a_phone(crowd: Crowd) -> None:
    corps = await crowd.person("coordinator", language="en")
    await expect_holder(corps, DELEGATED, f"with {COLLEAGUE} until Tue 22 Jul")
    await press(corps, DELEGATED, "Take over")
    await expect_holder(corps, DELEGATED, "mine")
    await press(corps, FREE, "Hand over")
    await look(corps, "-hand-over")
    await corps.page.get_by_role("dialog").get_by_role("button", name="Hand over").click()
    await expect_holder(corps, FREE, f"with {COLLEAGUE}")
    await look(corps, "-home-shared")


async def test_a_coordinator_says_what_colleagues_call_her(crowd: Crowd) -> None:
    corps = await crowd.person("coordinator", size="desktop")
    colleague = await crowd.person("colleague")
    await colleague.go("/account")
    field = colleague.page.locator("[name=name]")
    await expect(field).to_have_value(COLLEAGUE)
    await field.fill("13800000000")
    await colleague.page.get_by_role("button", name="保存称呼").click()
    await expect(field).to_have_attribute("aria-invalid", "true")
    await look(colleague, "-own-name-refused")
    await field.fill("王处长")
    await colleague.page.get_by_role("button", name="保存称呼").click()
    await expect(colleague.page.get_by_text("同事从现在起看到这个称呼")).to_be_visible()
    await look(colleague, "-own-name")
    await corps.go("/")
    await expect_holder(corps, DELEGATED, "王处长在办，至7月22日 周二")

    # Whoever administers accounts enters it with an account, and corrects it.
    await corps.go("/corps/accounts")
    await corps.page.get_by_role("button", name="查看和办理 王科长").click()
    dialog = corps.page.get_by_role("dialog")
    await dialog.locator("[name=name]").fill("王副处长")
    await dialog.get_by_role("button", name="保存称呼").click()
    await look(corps, "-account-name")
    await dialog.get_by_role("button", name="关闭").click()
    await expect(corps.page.get_by_role("row", name="王副处长")).to_be_visible()
    await look(corps, "-accounts")


@pytest.mark.shared_site
async def test_others_have_no_list_to_share(crowd: Crowd) -> None:
    leader = await crowd.person("team_leader")
    await expect(leader.page.locator(".tasks li").first).to_be_visible()
    await expect(leader.page.locator(".holder")).to_have_count(0)
    await expect(leader.page.get_by_role("button", name="我在办的")).to_have_count(0)
