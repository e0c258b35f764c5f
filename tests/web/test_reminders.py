"""How people are told, in a browser: addresses and wishes, an operator's channels, robots of groups, and the
demonstration's outbox, where all of it arrives."""

import re

import pytest
from playwright.async_api import expect

from cli.outbox import DINGTALK_TOKEN
from tests.support.browser import Crowd, Person, Size

MOBILE = "139-0013-8000"


async def looks_right(person: Person, name: str) -> None:
    await person.picture(name)
    assert await person.serious_findings() == []
    assert await person.overflow() == 0


async def code_in_outbox(person: Person) -> str:
    """What the newest text message in the outbox says."""
    await person.go("/outbox")
    await person.page.get_by_label("渠道").select_option("sms")
    newest = person.page.locator(".arrival").first
    await newest.get_by_text("13900138000").wait_for()
    found = re.search(r"验证码 ([0-9]{6})，", await newest.inner_text())
    assert found is not None
    return found[1]


@pytest.mark.parametrize("size", ["phone", pytest.param("desktop", marks=pytest.mark.long)])
async def test_a_volunteer_confirms_a_number_by_the_code_that_came(
    crowd: Crowd, size: Size
) -> None:
    volunteer = await crowd.person("volunteer", size=size)
    reader = await crowd.person("coordinator", size=size)
    page = volunteer.page
    await volunteer.go("/account")
    await page.get_by_role("link", name="地址与提醒方式").click()
    sms = page.locator(".address", has_text="短信")
    await sms.get_by_text("未填写").wait_for()
    await sms.get_by_role("button", name="填写").click()
    await sms.get_by_label("手机号").fill("0577-65812345")
    await sms.get_by_role("button", name="发送验证码").click()
    await sms.get_by_text("请填写11位手机号").wait_for()
    await looks_right(volunteer, "-reminders-wrong")
    await sms.get_by_label("手机号").fill(MOBILE)
    await sms.get_by_role("button", name="发送验证码").click()
    typed = sms.get_by_label("发到 139****8000 的验证码")
    await typed.wait_for()
    code = await code_in_outbox(reader)
    await looks_right(reader, "-outbox")
    await typed.fill(f"{(int(code) + 1) % 1_000_000:06}")
    await sms.get_by_role("button", name="确认地址").click()
    await sms.get_by_text("与发送的不一致").wait_for()
    await looks_right(volunteer, "-reminders-code")
    await typed.fill(code)
    await sms.get_by_role("button", name="确认地址").click()
    await sms.get_by_text("已确认").wait_for()
    await sms.get_by_text("139****8000").wait_for()
    await sms.get_by_role("button", name="删除").click()
    await sms.get_by_text("未填写").wait_for()


@pytest.mark.parametrize("size", ["phone", pytest.param("desktop", marks=pytest.mark.long)])
async def test_an_officer_chooses_how_and_when_the_township_is_told(
    crowd: Crowd, size: Size
) -> None:
    officer = await crowd.person("township_officer", size=size)
    page = officer.page
    await officer.go("/reminders")
    await page.locator(".address", has_text="短信").get_by_text("138****0002").wait_for()
    await looks_right(officer, "-reminders")
    box = page.get_by_role("checkbox", name="点单用短信")
    await box.check()
    await page.get_by_label("邮件频率").select_option("每天一封（8:00）")
    await page.get_by_label("免打扰开始").fill("22:00")
    await page.get_by_role("button", name="保存").click()
    await page.get_by_text("起止时间要么都填").wait_for()
    await page.get_by_label("免打扰结束").fill("07:00")
    await page.get_by_label("代收人").select_option("马屿镇")
    await page.get_by_label("代收到哪天").fill("2014-07-31")
    await page.get_by_role("button", name="保存").click()
    await page.get_by_text("对还没发出的消息也有效").wait_for()
    await officer.go("/reminders")
    await expect(page.get_by_role("checkbox", name="点单用短信")).to_be_checked()
    await expect(page.get_by_label("邮件频率")).to_have_value("daily")
    await expect(page.get_by_label("免打扰结束")).to_have_value("07:00")
    await looks_right(officer, "-reminders-set")


async def test_a_coordinator_keeps_robots_and_sees_what_they_say(crowd: Crowd) -> None:
    corps = await crowd.person("coordinator", size="desktop")
    page = corps.page
    await corps.go("/robots")
    robots = page.locator(".robot")
    await expect(robots).to_have_count(3)
    await robots.filter(has_text="总队工作群").get_by_role("button", name="发送测试消息").click()
    await page.get_by_text("已发出。").wait_for()
    await looks_right(corps, "-robots")

    form = page.get_by_role("form", name="添加群机器人")
    await form.get_by_label("谁的群").select_option("马屿镇")
    await form.get_by_label("群的名称").fill("马屿镇联络群")
    await form.get_by_label("平台").select_option("钉钉")
    here = f"{corps.site.url}/api/demonstration/outbox/dingtalk/robot/send"
    await form.get_by_label("Webhook 地址").fill("https://oapi.dingtalk.com/robot/send")
    await form.get_by_role("button", name="添加").click()
    await form.get_by_text("请从群设置里完整复制").wait_for()
    await form.get_by_label("Webhook 地址").fill(f"{here}?access_token={DINGTALK_TOKEN}-other")
    await form.get_by_label("加签密钥").fill("SEC-wrong")
    await form.get_by_role("button", name="添加").click()
    await page.get_by_text("已添加。").wait_for()
    new = robots.filter(has_text="马屿镇联络群")
    await new.get_by_role("button", name="发送测试消息").click()
    await page.get_by_text("对方拒收（310000）").wait_for()
    await new.get_by_text("上次失败：310000").wait_for()
    await new.get_by_role("button", name="删除").click()
    await new.get_by_role("button", name="确认删除").click()
    await expect(robots).to_have_count(3)

    await page.get_by_role("link", name="发件箱演示").click()
    arrival = page.locator(".arrival", has_text="测试消息").first
    await arrival.get_by_text("企业微信", exact=True).wait_for()
    await looks_right(corps, "-outbox")


@pytest.mark.parametrize("size", ["phone", "desktop"])
async def test_an_operator_sets_up_the_gateway_tests_it_and_allows_a_network(
    crowd: Crowd, size: Size
) -> None:
    operator = await crowd.person("operator", size=size)
    page = operator.page
    await operator.go("/channels")
    await expect(page.locator(".state.good", has_text="已开通")).to_have_count(3)
    await looks_right(operator, "-channels")
    test = page.get_by_role("form", name="测试消息")
    await test.get_by_label("手机号").fill("13900139000")
    await test.get_by_role("button", name="发送测试消息").click()
    await test.get_by_text("已发出。").wait_for()

    gateway = page.get_by_role("form", name="短信网关")
    await gateway.get_by_label("每天最多几条计费").fill("1")
    await gateway.get_by_label("正文模板").fill('{"mobile": "{phone}", ')
    await gateway.get_by_role("button", name="保存网关").click()
    await gateway.get_by_text("{phone} 和 {text}").wait_for()
    await gateway.get_by_label("正文模板").fill(
        '{"mobile": "{phone}", "content": "{text}", "key": "{secret}"}'
    )
    await gateway.get_by_role("button", name="保存网关").click()
    await gateway.get_by_text("从下一条消息起生效").wait_for()
    await test.get_by_role("button", name="发送测试消息").click()
    await test.get_by_text("发送受限，稍后再发").wait_for()

    networks = page.get_by_role("region", name="允许的内部网络")
    await networks.get_by_label("地址或网段").fill("127.0.0.1")
    await networks.get_by_label("用途").fill("本机")
    await networks.get_by_role("button", name="允许").click()
    await networks.get_by_text("请填写网关自己的地址").wait_for()
    await networks.get_by_label("地址或网段").fill("10.1.2.0/24")
    await networks.get_by_label("用途").fill("政务短信网关")
    await networks.get_by_label("也允许 http").check()
    await networks.get_by_role("button", name="允许").click()
    await networks.get_by_text("可用 http", exact=True).wait_for()
    await looks_right(operator, "-channels-network")
    await networks.get_by_role("button", name="撤销").click()
    await networks.get_by_text("没有允许任何内部网络").wait_for()


@pytest.mark.shared_site
async def test_they_are_read_in_english(crowd: Crowd) -> None:
    auditor = await crowd.person("auditor", language="en")
    await auditor.go("/channels")
    await auditor.page.get_by_role("heading", name="Gateway for text messages").wait_for()
    await expect(auditor.page.get_by_role("button", name="Save the gateway")).to_have_count(0)
    await looks_right(auditor, "-channels")
    await auditor.go("/robots")
    await auditor.page.get_by_text("WeCom").first.wait_for()
    await looks_right(auditor, "-robots")
    volunteer = await crowd.person("volunteer", language="en")
    await volunteer.go("/reminders")
    await volunteer.page.get_by_role("heading", name="While you are away").wait_for()
    assert await volunteer.page.get_by_role("columnheader", name="Group robot").count() == 0
    await looks_right(volunteer, "-reminders")
