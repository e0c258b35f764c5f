"""A township changes an order for which a team is booked; the corps decides, and the team sees it."""

from playwright.async_api import expect

from tests.support.browser import PATIENCE_MILLISECONDS, Crowd

expect.set_options(timeout=PATIENCE_MILLISECONDS)


async def test_a_change_of_a_planned_order_is_proposed_decided_and_seen_by_all(
    crowd: Crowd,
) -> None:
    officer = await crowd.person("township_officer")
    corps = await crowd.person("coordinator", size="desktop")
    leader = await crowd.person("team_leader")
    page, desk, team = officer.page, corps.page, leader.page

    await officer.go("/orders?state=scheduled&campaign=all")
    await page.locator(".order-row").first.click()
    await page.get_by_role("link", name="变更点单").click()
    await expect(page.get_by_text("已经安排服务队，变更要经总队同意")).to_be_visible()
    await page.get_by_role("button", name="提交变更申请").click()
    await expect(page.get_by_text("请填写", exact=False).first).to_be_visible()
    await page.get_by_role("spinbutton").first.fill("900")
    await page.get_by_label("人数有变化").check()
    await page.get_by_label("补充说明").fill("邻村老人也来")
    assert await officer.overflow() == 0
    assert await officer.serious_findings() == []
    await officer.picture("amend-form")
    await page.get_by_role("button", name="提交变更申请").click()
    await expect(page.get_by_text("变更已提交，总队答复后会通知您")).to_be_visible()
    change = page.get_by_label("第 1 次变更")
    await expect(change.get_by_text("约 900 人")).to_be_visible()
    await expect(page.get_by_role("link", name="变更点单")).to_have_count(0)
    assert await officer.overflow() == 0
    assert await officer.serious_findings() == []
    await officer.picture("amend-proposed")

    # The team that is booked sees it at its duties, and at the stop.
    await leader.go("/assignments")
    await expect(team.get_by_text("变更待定").first).to_be_visible()
    await team.get_by_role("link", name="高楼镇").first.click()
    await expect(team.get_by_text("请先照原来的安排准备")).to_be_visible()
    assert await leader.overflow() == 0
    await leader.picture("amend-stop")

    # The coordinator has a task for it, sees old and new side by side, and accepts.
    await corps.go("/")
    task = desk.locator("section").filter(has_text="答复点单变更")
    await task.get_by_role("link").filter(has_text="高楼镇").click()
    change = desk.get_by_label("第 1 次变更")
    await expect(change.get_by_text("约 900 人")).to_be_visible()
    await expect(change.get_by_text("邻村老人也来")).to_be_visible()
    assert await corps.serious_findings() == []
    assert await corps.overflow() == 0
    await corps.picture("amend-decide")
    await change.get_by_role("button", name="同意变更", exact=True).click()
    await expect(desk.get_by_text("已同意变更，镇街会收到通知")).to_be_visible()
    await expect(desk.get_by_text("正在重新安排").first).to_be_visible()

    await page.reload()
    await expect(page.get_by_text("新方案公布前，现有安排仍然有效")).to_be_visible()
    await leader.go("/assignments")
    await expect(team.get_by_text("变更待定").first).to_be_visible()

    # The next change is not accepted, in words that the township reads.
    await page.get_by_role("link", name="变更点单").click()
    await page.get_by_label("服务地点").fill("高楼镇大京村祠堂")
    await page.get_by_label("场地原因").check()
    await page.get_by_role("button", name="提交变更申请").click()
    await expect(page.get_by_text("变更已提交，总队答复后会通知您")).to_be_visible()
    await desk.reload()
    await desk.get_by_role("button", name="不同意变更").click()
    dialog = desk.get_by_role("dialog")
    await dialog.get_by_text("时间太近，来不及调整").click()
    await dialog.get_by_label("补充说明").fill("后天就要出队")
    await dialog.get_by_role("button", name="不同意变更").click()
    await expect(desk.get_by_text("未同意变更，镇街会收到通知")).to_be_visible()
    await page.reload()
    await expect(page.get_by_text("时间太近，来不及调整：后天就要出队")).to_be_visible()
    await officer.picture("amend-history")
