"""Rosters in a browser: a leader fills a stop at a touch and replaces one; the volunteer sees the duty."""

from playwright.async_api import expect

from tests.support.browser import Crowd, Person

OWN = "演示志愿者"
"""The demonstration's volunteer."""


async def looks_right(person: Person, name: str) -> None:
    await person.picture(name)
    assert await person.serious_findings() == []
    assert await person.overflow() == 0


async def test_a_leader_fills_a_stop_and_replaces_one(crowd: Crowd) -> None:
    leader = await crowd.person("team_leader")
    page = leader.page
    await page.get_by_role("link", name="排班").first.click()
    first = page.locator("article").first
    await first.get_by_text("缺").first.wait_for()
    await looks_right(leader, "-rosters")
    await first.get_by_role("button", name="自动排满").click()
    await page.get_by_text("已排好。").wait_for()
    await first.get_by_text("已排满").first.wait_for()
    await first.get_by_role("link", name="医疗义诊").click()
    duty = page.get_by_role("region", name="在岗")
    first_named = duty.get_by_role("listitem").first.locator("strong")
    await expect(first_named).not_to_contain_text("V-")  # names come after numbers
    gone = await first_named.inner_text()
    await duty.get_by_role("listitem").first.get_by_role("button", name="换人").click()
    await page.get_by_text("不能上岗（").click()
    await page.get_by_text("过期").first.wait_for()  # whose licence has ended, and why
    await page.get_by_text("没有“执业医师或护士资格”").first.wait_for()
    await looks_right(leader, "-roster")
    choice = page.get_by_role("region", name="换下").get_by_role("button").first
    come = (await choice.inner_text()).removeprefix("选")
    await choice.click()
    await duty.get_by_text(come).first.wait_for()
    await expect(duty.get_by_text(gone)).to_have_count(0)
    their = duty.get_by_role("listitem").filter(has_text=come)
    await their.get_by_role("button", name="撤下").click()
    await duty.get_by_text("缺 1 人").wait_for()
    await duty.get_by_role("button", name="自动排满").click()
    await duty.get_by_text("已排满").wait_for()

    volunteer = await crowd.person("volunteer")
    await volunteer.page.get_by_role("link", name="我的班").first.click()
    await volunteer.page.get_by_role("heading", name="上午").first.wait_for()
    await looks_right(volunteer, "-duties")
    await volunteer.go("/messages")
    await volunteer.page.get_by_text("您有新的班").first.wait_for()


async def test_somebody_drops_out_and_whoever_is_on_standby_steps_in(crowd: Crowd) -> None:
    """The demonstration's volunteer is taken off a roster, put on standby, and asked when another one can't come."""
    leader = await crowd.person("team_leader")
    page = leader.page
    await leader.go("/rosters")
    last = page.locator("article").last
    await last.get_by_text("正在找 1 人顶班").wait_for()
    await last.get_by_role("link", name="医疗义诊").click()
    duty = page.get_by_role("region", name="在岗")
    left = page.get_by_role("region", name="顶")
    await left.get_by_text("没有答复").first.wait_for()
    await looks_right(leader, "-roster-substitution")
    await left.get_by_role("button", name="能来").first.click()
    await expect(left).to_have_count(0)

    volunteer = await crowd.person("volunteer")
    await volunteer.go("/duties")
    await (
        volunteer.page.get_by_role("heading", name="上午")
        .or_(volunteer.page.get_by_role("heading", name="下午"))
        .first.wait_for()
    )
    await volunteer.page.get_by_role("button", name="我来不了").first.click()
    await volunteer.page.get_by_text("确定来不了吗").wait_for()
    await looks_right(volunteer, "-duties-leave")
    await volunteer.page.get_by_role("button", name="我还是来").click()

    mine = duty.get_by_role("listitem").filter(has_text=OWN)
    await mine.get_by_role("button", name="撤下").click()
    await expect(mine).to_have_count(0)
    standby = page.get_by_role("region", name="候补")
    await standby.get_by_text("加候补").click()
    await standby.get_by_role("listitem").filter(has_text=OWN).get_by_role("button").click()
    await standby.locator("strong").filter(has_text=OWN).first.wait_for()
    await duty.get_by_role("listitem").first.get_by_role("button", name="来不了").click()
    await left.locator("strong").filter(has_text=OWN).wait_for()
    await looks_right(leader, "-roster-standby")

    await volunteer.go("/messages")
    await volunteer.page.get_by_text("能来顶班吗").first.wait_for()
    await volunteer.go("/duties")
    await volunteer.page.get_by_role("heading", name="能来顶班吗").wait_for()
    await looks_right(volunteer, "-offers")
    await volunteer.page.get_by_role("button", name="我来", exact=True).click()
    await volunteer.page.get_by_text("这一班是您的了").wait_for()
    await page.reload()
    await duty.get_by_role("listitem").filter(has_text=OWN).wait_for()
    await expect(left).to_have_count(0)
