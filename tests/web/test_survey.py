"""A leader answers the survey on a phone, and a coordinator takes the answers over."""

from playwright.async_api import Page

from tests.support.browser import Crowd

TITLE = "瑞安市志愿服务目录（2015年第一季度）"
PROPOSED = "冬季流感上门接种咨询"


COUNT_TOUCHES = """() => {
  window.touches = { clicks: 0, keys: 0 };
  addEventListener("click", event => event.isTrusted && event.detail > 0 && window.touches.clicks++, true);
  addEventListener("input", () => window.touches.keys++, true);
}"""


async def test_a_leader_whose_team_offers_the_same_answers_by_three_touches(crowd: Crowd) -> None:
    """From the first page to the thanks: the task, "as last time", "hand in". No field is filled in, none is asked for,
    and nothing is scrolled to, so a minute is ample."""
    leader = await crowd.person("team_leader")
    page: Page = leader.page
    await page.evaluate(COUNT_TOUCHES)
    await page.get_by_role("link", name=TITLE).click()
    await page.get_by_role("heading", name=f"摸底：{TITLE}").wait_for()
    named = await page.locator(".question").count()
    assert named > 0
    waiting = page.locator(".question.waiting")
    assert await waiting.count() == named
    as_last_time = page.get_by_role("button", name="没填的都同上次")
    assert await as_last_time.evaluate(
        "button => button.getBoundingClientRect().bottom <= innerHeight"
    ), "it is in view on a phone, without scrolling"
    await as_last_time.click()
    await page.get_by_text("已保存").wait_for()
    await page.get_by_role("button", name="提交", exact=True).click()
    await page.get_by_text("已提交，谢谢").wait_for()
    assert await page.evaluate("() => window.touches") == {"clicks": 3, "keys": 0}


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
    await page.get_by_role("button", name="写一条建议").click()
    await page.get_by_role("button", name="提交建议").click()
    await page.get_by_text("请填写此项").first.wait_for()
    await page.get_by_label("叫什么").fill(PROPOSED)
    await page.get_by_label("做什么").fill("给八十岁以上老人上门讲接种，需要村里带路。")
    await page.get_by_label("每次几人").last.fill("2")
    await leader.picture("-survey-proposing")
    await page.get_by_role("button", name="提交建议").click()
    await page.get_by_role("heading", name=PROPOSED).wait_for()
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
    await page.get_by_role("link", name=f"采纳，填写项目 {PROPOSED}").click()
    await page.get_by_text("给八十岁以上老人上门讲接种").wait_for()
    assert await page.locator("[name=volunteers_needed]").input_value() == "2"
    await page.locator("[name=name_en]").fill("Flu advice at home")
    await page.locator("[name=category_code]").select_option("health")
    await corps.picture("-survey-proposal-item")
    await page.get_by_role("button", name="保存", exact=True).click()
    card = page.locator("article", has=page.get_by_role("heading", name="赡养纠纷上门调解"))
    await card.get_by_role("button", name="不采纳").click()
    await card.get_by_label("原因").select_option("not_now")
    await corps.picture("-survey-declining")
    assert await corps.serious_findings() == []
    await card.get_by_role("button", name="不采纳，并告知服务队").click()
    await page.get_by_text("已有决定的建议（2）").click()
    await page.get_by_text("已列入草案").wait_for()
    await leader.go("/messages")
    await leader.page.get_by_text("贵队建议的新项目已采纳").first.wait_for()
    await leader.page.get_by_role("link", name="去看看").first.click()
    await leader.page.get_by_text(f"已列入草案：{PROPOSED}").wait_for()
    await leader.picture("-survey-proposal")
    await corps.go("/corps/editions/2015-q1")
    await page.get_by_role("heading", name="摸底").wait_for()
    await corps.picture("-survey-card")
    assert await corps.serious_findings() == []
