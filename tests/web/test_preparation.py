"""What a township gets ready, in a browser: its officer ticks it on a phone, and the team sees it."""

from playwright.async_api import expect

from tests.support.browser import Crowd, Person


async def looks_right(person: Person, name: str) -> None:
    await person.picture(name)
    assert await person.serious_findings() == []
    assert await person.overflow() == 0


async def test_an_officer_ticks_what_is_ready_and_the_team_sees_it(crowd: Crowd) -> None:
    officer = await crowd.person("township_officer")
    page = officer.page
    task = page.locator("section").filter(has_text="准备场地")
    await task.get_by_role("link").first.click()
    card = page.get_by_role("region", name="镇街准备")
    await card.get_by_text("还差 4 样").wait_for()
    await looks_right(officer, "-preparation")
    for name in ("桌子", "椅子", "电源"):
        await card.get_by_label(name).check()
    await card.get_by_role("button", name="保存").click()
    await card.get_by_text("已记下").wait_for()
    await card.get_by_text("还差 1 样").wait_for()

    leader = await crowd.person("team_leader")
    await leader.page.goto(page.url)
    theirs = leader.page.get_by_role("region", name="镇街准备")
    await expect(theirs.get_by_role("listitem").filter(has_text="遮阳棚")).to_contain_text("未备")
    await expect(theirs.get_by_role("listitem").filter(has_text="电源")).to_contain_text("备好")
    await looks_right(leader, "-preparation")

    await card.get_by_label("遮阳棚").check()
    await card.get_by_role("button", name="保存").click()
    await card.get_by_text("已备好").wait_for()
    await leader.go("/messages")
    await leader.page.get_by_text("场地备好了").first.wait_for()
