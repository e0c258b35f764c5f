"""The operator, the auditor and another system's account do their work in the browser."""

from pathlib import Path

import pytest

from tests.cli.test_parked import park
from tests.support.browser import Crowd
from tests.support.rolls import envelope_of

SERVICES = ("目录服务", "点单服务", "派单服务", "通知服务")


async def test_an_operator_finds_what_is_parked_and_lets_it_go(
    crowd: Crowd, tmp_path: Path
) -> None:
    broken = envelope_of("nowhere", 1)
    park(tmp_path / "data" / "notify.db", broken, b'{"code": 7}', error="ValidationError('code')")
    operator = await crowd.person("operator")
    await operator.go("/operations")
    page = operator.page
    notify = page.get_by_role("region", name="通知服务")
    await notify.get_by_text("有事件未能执行").wait_for()
    await page.get_by_text("ValidationError('code')").wait_for()
    assert await operator.serious_findings() == []
    assert await operator.overflow() == 0

    await page.get_by_role("button", name="重新执行").click()
    await page.get_by_text("又有事件未能执行").wait_for()

    await page.get_by_role("button", name="放弃…").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_role("button", name="放弃这个事件").click()
    await dialog.get_by_text("请写明原因。").wait_for()
    await dialog.get_by_label("原因").fill("测试数据，电话 13800138000")
    await dialog.get_by_role("button", name="放弃这个事件").click()
    await dialog.get_by_role("alert").wait_for()
    await dialog.get_by_label("原因").fill("测试数据，无此服务队")
    await dialog.get_by_role("button", name="放弃这个事件").click()
    await page.get_by_text("没有搁置的事件").wait_for()

    await page.get_by_role("button", name="开始核验").click()
    await page.locator(".audit-check li", has_text="通知服务").get_by_text("完整").wait_for()
    assert await page.locator(".audit-check .state.bad").count() == 0

    await page.get_by_role("spinbutton", name="队列数").fill("3")
    await page.get_by_role("button", name="调整").click()
    await page.get_by_text("通知服务的队列数改为 3。").wait_for()

    await page.get_by_label("从何时起").fill("2020-01-01T00:00")
    await page.get_by_role("button", name="重新发送").click()
    await page.get_by_text("发送完毕").wait_for()


@pytest.mark.deployed
@pytest.mark.shared_site
async def test_an_operator_sees_each_service_and_verifies_every_audit_log(crowd: Crowd) -> None:
    operator = await crowd.person("operator", size="desktop")
    page = operator.page
    await page.get_by_role("link", name="系统运行").first.click()
    for service in SERVICES:
        region = page.get_by_role("region", name=service)
        await region.locator(".state.good").get_by_text("正常").wait_for()
    await page.get_by_text("没有搁置的事件").wait_for()
    await page.get_by_role("button", name="开始核验").click()
    for service in SERVICES:
        await page.locator(".audit-check li", has_text=service).get_by_text("完整").wait_for()
    assert await operator.serious_findings() == []


@pytest.mark.deployed
@pytest.mark.shared_site
async def test_an_auditor_reads_who_did_what_and_changes_nothing(crowd: Crowd) -> None:
    auditor = await crowd.person("auditor")
    await auditor.go("/audit")
    page = auditor.page
    first = page.locator(".audit-entry").first
    await first.wait_for()
    newest = await first.inner_text()
    assert await page.locator(".audit-entry").count() == 50
    await page.get_by_role("button", name="下一页").click()
    await page.wait_for_function(
        "before => document.querySelector('.audit-entry')?.innerText !== before", arg=newest
    )
    await page.get_by_label("操作").select_option(label="受理点单")
    await page.wait_for_function(
        "() => [...document.querySelectorAll('.audit-entry h2')].every(h => h.innerText === '受理点单')"
    )
    await first.locator("summary").click()
    await first.get_by_text("修改 · 点单").wait_for()
    assert await auditor.serious_findings() == []
    await auditor.go("/operations")
    await page.get_by_text("没有搁置的事件").wait_for()
    for act in ("重新发送", "调整", "放弃…"):
        assert await page.get_by_role("button", name=act).count() == 0
    await auditor.go("/orders?campaign=all")
    await page.locator(".order-row").first.click()
    await page.locator(".order-number").wait_for()
    for act in ("受理", "退回", "修改", "取消点单", "提交点单", "办结"):
        assert await page.get_by_role("button", name=act).count() == 0


@pytest.mark.shared_site
async def test_all_messages_are_marked_as_read_at_once(crowd: Crowd) -> None:
    officer = await crowd.person("township_officer")
    await officer.go("/messages")
    page = officer.page
    await page.locator(".message.unread").first.wait_for()
    await page.get_by_role("button", name="全部标为已读").click()
    await page.locator(".message.unread").first.wait_for(state="detached")
    await page.locator(".message").first.wait_for()
    await page.get_by_role("button", name="全部标为已读").wait_for(state="detached")
    await page.locator(".bar .count").first.wait_for(state="detached")
