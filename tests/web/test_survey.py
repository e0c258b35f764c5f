"""A leader answers the survey on a phone, and a coordinator takes the answers over."""

from tests.support.browser import Crowd

TITLE = "瑞安市志愿服务目录（2015年第一季度）"


async def test_a_leader_answers_and_a_coordinator_takes_over(crowd: Crowd) -> None:
    leader = await crowd.person("team_leader")
    page = leader.page
    await page.get_by_role("link", name=TITLE).click()
    await page.get_by_role("heading", name=f"摸底：{TITLE}").wait_for()
    await leader.picture("-survey")
    await page.get_by_role("button", name="没填的都同上次").click()
    await page.get_by_text("已保存").wait_for()
    card = page.locator("article").first
    await card.get_by_label("每次几人").fill("5")
    await card.get_by_label("每次几人").blur()
    await page.get_by_text("已保存").wait_for()
    await card.locator("summary").click()
    await leader.picture("-survey-more")
    assert await leader.overflow() == 0
    assert await leader.serious_findings() == []
    await page.get_by_role("button", name="提交", exact=True).click()
    await page.get_by_text("已提交，谢谢").wait_for()
    await leader.picture("-survey-sent")

    corps = await crowd.person("coordinator", size="desktop")
    page = corps.page
    await page.get_by_role("link", name=TITLE).filter(has_text="待定").click()
    await page.get_by_role("heading", name="待定的项目").wait_for()
    await corps.picture("-survey")
    assert await corps.overflow() == 0
    assert await corps.serious_findings() == []
    waiting = await page.get_by_role("button", name="采纳").count()
    await page.get_by_role("button", name="采纳").first.click()
    await page.get_by_role("button", name="采纳").nth(waiting - 1).wait_for(state="detached")
    await corps.go("/corps/editions/2015-q1")
    await page.get_by_role("heading", name="摸底").wait_for()
    await corps.picture("-survey-card")
    assert await corps.serious_findings() == []
