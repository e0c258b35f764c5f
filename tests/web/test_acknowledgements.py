"""A stop is called off: the township says that it knows, the corps calls the team that is silent."""

import sqlite3
from contextlib import closing
from pathlib import Path

from playwright.async_api import Page, expect

from tests.support.browser import PATIENCE_SECONDS, Crowd


async def call_off(page: Page) -> None:
    await page.get_by_role("button", name="取消站点").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("天气原因").check()
    await dialog.get_by_role("button", name="取消站点").click()
    await page.get_by_text("站点已取消").wait_for()


def let_hours_pass(notify: Path) -> None:
    """All that is asked about falls due, as it does by itself in two hours."""
    with closing(sqlite3.connect(notify, timeout=PATIENCE_SECONDS, isolation_level=None)) as db:
        db.execute(
            "UPDATE acknowledgement SET due_at = '2014-01-01 00:00:00.000000' WHERE state = 'queued'"
        )


async def test_a_township_acknowledges_and_the_corps_calls_a_silent_team(
    crowd: Crowd, tmp_path: Path
) -> None:
    corps = await crowd.person("coordinator", size="desktop")
    board = corps.page
    await corps.go("/circuit")
    await board.locator(".stop-row").filter(has_text="高楼镇").get_by_role("link").first.click()
    await corps.settled()
    await call_off(board)
    who_knows = board.get_by_role("region", name="是否知晓")
    rows = who_knows.locator("li")
    town = rows.filter(has=board.locator("strong", has_text="高楼镇"))
    await expect(town).to_contain_text("未读")
    await expect(rows.filter(has_text="不必前往")).to_have_count(3)
    assert await corps.serious_findings() == []
    await corps.picture("-who-knows")

    officer = await crowd.person("township_officer")
    await officer.go("/messages")
    message = officer.page.locator(".message").filter(has_text="的服务取消").first
    await officer.picture("-to-acknowledge")
    await message.get_by_role("button", name="确认收到").click()
    await expect(message.get_by_text("确认收到", exact=False).last).to_be_visible()
    await expect(message.get_by_role("button", name="确认收到")).to_have_count(0)
    assert await officer.overflow() == 0
    assert await officer.serious_findings() == []
    await officer.picture("-acknowledged")
    await expect(town).to_contain_text("已确认收到")

    # Nobody at the teams says anything: they are reminded, then it is a task of the corps.
    let_hours_pass(tmp_path / "data" / "notify.db")
    await who_knows.get_by_text("已提醒 1 次").nth(2).wait_for()
    let_hours_pass(tmp_path / "data" / "notify.db")
    await who_knows.get_by_text("提醒后仍未确认").nth(2).wait_for()
    await corps.go("/")
    task = board.locator("section").filter(has_text="联系还没有确认收到的单位")
    await corps.picture("-to-call")
    await task.get_by_role("link").first.click()
    await corps.settled()
    called = who_knows.get_by_role("button", name="已电话告知")
    for left in (2, 1, 0):
        await called.first.click()
        await expect(called).to_have_count(left)
    await corps.picture("-called")
    await corps.go("/")
    await expect(task).to_have_count(0)
    assert await corps.overflow() == 0
