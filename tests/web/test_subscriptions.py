"""Another system subscribes in a browser: it asks, an operator grants, and what is sent arrives and is logged."""

import re

import pytest
from playwright.async_api import expect

from tests.support.browser import Crowd, Person, Size


async def looks_right(person: Person, name: str) -> None:
    await person.picture(name)
    assert await person.serious_findings() == []
    assert await person.overflow() == 0


@pytest.mark.parametrize("size", ["desktop", "phone"])
async def test_a_test_event_arrives_at_the_receiver_once_the_operator_has_granted_it(
    crowd: Crowd, size: Size
) -> None:
    subscriber = await crowd.person("subscriber", size=size)
    page = subscriber.page
    await subscriber.go("/subscriptions")
    await page.get_by_role("link", name="城市大脑（演示）").wait_for()
    await looks_right(subscriber, f"-subscriptions-{size}")
    await page.get_by_role("link", name="申请订阅").click()
    await page.get_by_label("系统名称").fill("应急指挥平台")
    await page.get_by_role("button", name="提交申请").click()
    await page.get_by_text("请填写此项").first.wait_for()
    origin = re.match(r"https?://[^/]+", page.url)
    assert origin
    hook = f"{origin[0]}/api/demonstration/hooks/emergency-{size}"
    await page.get_by_label("接收地址").fill(hook)
    await page.get_by_label("点单已受理").check()
    await page.get_by_label("站点已排定").check()
    await page.get_by_text("requests.order_accepted.v1").click()
    await looks_right(subscriber, f"-subscription-form-{size}")
    await page.get_by_role("button", name="提交申请").click()
    await page.get_by_role("heading", name="签名密钥只显示这一次").wait_for()
    assert (await page.get_by_role("textbox", name="密钥").input_value()).startswith("whsec_")
    await looks_right(subscriber, f"-subscription-secret-{size}")
    await page.get_by_role("link", name="查看订阅").click()
    await page.get_by_text("待审批").first.wait_for()
    address = page.url.removeprefix(origin[0])

    operator = await crowd.person("operator", size=size)
    await operator.page.get_by_role("link", name="应急指挥平台").click()
    await operator.page.get_by_role("heading", name="审批").wait_for()
    await operator.page.get_by_label("高楼镇").check()
    await looks_right(operator, f"-subscription-grant-{size}")
    await operator.page.get_by_role("button", name="批准", exact=True).click()
    await operator.page.get_by_text("已批准。").wait_for()

    await page.reload()
    await page.get_by_role("button", name="发送测试事件").click()
    log = page.get_by_role("region", name="投递记录")
    await log.locator(".state", has_text="已送达").first.wait_for()
    await log.get_by_text("应答 204，第 1 次").wait_for()
    await log.locator("summary").first.click()
    await log.get_by_text("notify.subscription_tested.v1").wait_for()
    await looks_right(subscriber, f"-subscription-{size}")
    await page.get_by_role("link", name="查看收到的推送").click()
    await page.get_by_text("签名有效").wait_for()
    await page.get_by_text("测试事件").wait_for()
    await looks_right(subscriber, f"-received-{size}")

    await subscriber.go(address)
    await page.get_by_role("button", name="更换密钥").click()
    await page.get_by_role("heading", name="签名密钥只显示这一次").wait_for()
    await page.get_by_text("原密钥").wait_for()
    await page.get_by_role("button", name="重发").click()
    await page.get_by_label("全部历史").check()
    await looks_right(subscriber, f"-subscription-replay-{size}")
    await page.get_by_role("button", name="重发").last.click()
    await page.get_by_text("开始重发。").wait_for()
    await log.get_by_text("点单已受理").first.wait_for()
    await page.get_by_role("button", name="暂停").click()
    await page.get_by_text("已暂停。期间的事件在恢复后送达。").wait_for()
    await page.get_by_role("button", name="恢复").click()
    await page.get_by_text("已恢复。").wait_for()
    await page.get_by_role("button", name="终止订阅").click()
    await page.get_by_role("button", name="确认终止").click()
    await page.get_by_text("订阅已终止。").wait_for()
    await expect(page.get_by_role("button", name="发送测试事件")).to_have_count(0)
