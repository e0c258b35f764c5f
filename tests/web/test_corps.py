"""The coordinator looks after the catalog and the accounts: each act done in a browser."""

import asyncio
import re
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.support.browser import Crowd, Person
from tests.support.excel import records_of


async def save(page: Page, name: str = "保存") -> None:
    await page.get_by_role("button", name=name, exact=True).click()


async def enter(person: Person, path: str, name: str, name_en: str) -> Page:
    await person.go(f"{path}/new")
    await person.page.locator("[name=name]").fill(name)
    await person.page.locator("[name=name_en]").fill(name_en)
    return person.page


async def enter_team(person: Person) -> None:
    page = await enter(person, "/corps/agencies", "市文化局", "Culture Office")
    await save(page)
    await page.get_by_role("link", name="市文化局").wait_for()
    await enter(person, "/corps/teams", "文化志愿服务队", "Culture team")
    await page.locator("[name=agency_code]").select_option(label="市文化局")
    await page.locator("[name=members]").fill("0")
    await save(page)
    await page.locator(".wrong").wait_for()
    assert await page.locator("[name=name]").input_value() == "文化志愿服务队", (
        "what was typed stays"
    )
    await page.locator("[name=members]").fill("8")
    await save(page)
    await page.get_by_role("link", name="文化志愿服务队").wait_for()


@pytest.mark.shared_site
async def test_two_people_correct_the_same_team(crowd: Crowd) -> None:
    person = await crowd.person("coordinator")
    await enter_team(person)
    page, other = person.page, await person.context.new_page()
    for each in (page, other):
        await each.goto(f"{person.site.url}/corps/teams/culture-team")
        await each.locator("[name=members]").wait_for()
    await other.locator("[name=members]").fill("9")
    await save(other)
    await other.get_by_role("link", name="文化志愿服务队").wait_for()
    await page.locator("[name=members]").fill("12")
    await save(page)
    compared = page.locator(".conflict tbody tr")
    await compared.first.wait_for()
    assert await compared.locator("td").all_inner_texts() == ["12", "9"]
    await save(page, "保留我填写的，再次保存")
    await save(page)
    row = page.get_by_role("row").filter(has_text="文化志愿服务队")
    await row.get_by_text("12", exact=True).wait_for()


async def test_an_edition_is_published_once_nothing_is_in_its_way(crowd: Crowd) -> None:
    person = await crowd.person("coordinator", size="desktop")
    await enter_team(person)
    page = await enter(person, "/corps/items", "送戏下乡", "Village opera")
    await page.locator("[name=category_code]").select_option(index=1)
    await page.get_by_label("文化志愿服务队").check()
    await save(page)
    await page.get_by_role("link", name="送戏下乡").wait_for()
    await person.go("/corps/teams/culture-team")
    await save(page, "看看退出的影响")
    await page.get_by_text("这些服务项目将没有服务队承接：送戏下乡。").wait_for()
    await save(page, "确认退出总队")
    await page.get_by_text("恢复服务队").wait_for()

    await person.go("/corps/editions/new")
    await page.locator("[name=title]").fill("2014年秋季服务目录")
    await page.locator("[name=effective_on]").fill("2014-09-01")
    await page.locator("[name=retires_on]").fill("2015-02-28")
    await page.get_by_label("送戏下乡").check()
    for box in await page.locator(".choices input[type=checkbox]").all():
        await box.check()
    await save(page, "保存草稿")
    publish = page.get_by_role("button", name="发布这一版目录")
    await page.get_by_text("“送戏下乡”没有在册的服务队承接。").wait_for()
    assert await publish.is_disabled()
    await page.get_by_role("link", name="去指定服务队").click()
    await page.get_by_label("民政志愿服务队").check()
    await save(page)
    await page.get_by_role("link", name="送戏下乡").wait_for()
    await person.go("/corps/editions")
    await page.get_by_role("link", name="2014年秋季服务目录").click()
    await publish.click()
    await page.get_by_text("已发布，镇街可以点单了。").wait_for()
    await save(page, "撤回这一版")
    await page.get_by_text("已撤回，镇街不能再从中点单。").wait_for()


@pytest.mark.shared_site
async def test_somebody_is_invited_and_chooses_a_password(crowd: Crowd) -> None:
    person = await crowd.person("coordinator")
    page = person.page
    await person.go("/corps/accounts/new")
    await page.locator("[name=login]").fill("马屿办公室")
    await page.get_by_label("镇街干部", exact=True).check()
    assert await page.get_by_label("运维人员", exact=True).is_disabled()
    await save(page, "建立账号，取得链接")
    await page.locator(".wrong").wait_for()
    await page.locator("[name=township_code]").select_option(label="马屿镇")
    await save(page, "建立账号，取得链接")
    link = await page.get_by_label("邀请链接").input_value()

    owner = await crowd.person()
    await owner.page.goto(link)
    await owner.page.locator("[name=password]").fill("马屿镇的夏天真的很长很长")
    await owner.page.locator("[name=password_again]").fill("马屿镇的夏天真的很长很长")
    await owner.page.locator("form button").click()

    await person.go("/corps/accounts")
    await page.get_by_label("搜索登录名").fill("马屿")
    row = page.get_by_role("row").filter(has_text="马屿办公室")
    await row.get_by_text("可用").wait_for()
    await row.get_by_role("button").click()
    await save(page, "停用")
    await page.locator("dialog .primary").click()
    await row.get_by_text("已停用").wait_for()


@pytest.mark.shared_site
async def test_a_volunteer_is_entered_looked_up_and_erased(crowd: Crowd) -> None:
    person = await crowd.person("coordinator")
    page = person.page
    await person.go("/corps/volunteers/new")
    await page.locator("[name=team_code]").select_option(label="民政志愿服务队")
    await page.locator("[name=name]").fill("林志远")
    await page.locator("[name=phone]").fill("138 0013 8000")
    await save(page, "登记")
    await page.get_by_text("138****8000").first.wait_for()
    reveal = page.locator("form").filter(has_text="查看一项原文")
    await reveal.locator("[name=reason]").fill("通知林志远改期")
    await save(page, "查看")
    await reveal.locator(".wrong").wait_for()
    await reveal.locator("[name=reason]").fill("通知改期")
    await save(page, "查看")
    await page.get_by_text("13800138000").wait_for()
    await save(page, "导出个人信息")
    async with page.expect_download() as saved:
        await save(page, "下载")
    assert (await saved.value).suggested_filename.startswith("V-")
    await save(page, "删除个人信息")
    await page.locator(".ask [name=reason]").fill("本人书面要求")
    await save(page, "确认删除")
    await page.get_by_text("138****8000").first.wait_for(state="detached")


async def test_an_edition_is_copied_and_compared_with_the_one_before(crowd: Crowd) -> None:
    person = await crowd.person("coordinator", size="desktop")
    page = person.page
    await person.go("/corps/items/health-clinic")
    await page.locator("[name=notice_days]").fill("7")
    await page.locator("[name=weekly_capacity]").fill("3")
    await person.picture("-item")
    await save(page)
    await person.go("/corps/editions/2014-summer")
    await page.get_by_role("link", name="复制为新一版").click()
    await page.get_by_text("内容复制自").wait_for()
    await page.locator("[name=title]").fill("2014年秋季服务目录")
    await page.locator("[name=effective_on]").fill("2014-09-01")
    await page.locator("[name=retires_on]").fill("2014-11-30")
    await page.get_by_label("法律咨询").uncheck()
    await save(page, "保存草稿")
    await page.get_by_role("link", name="与其他版次比较").click()
    await page.get_by_text("新增 0 项，去掉 1 项，1 项有变化。").wait_for()
    changed = page.locator("section", has=page.get_by_role("heading", name="有变化"))
    assert await changed.locator("dd").all_inner_texts() == ["0 → 7", "不限 → 3"]
    await person.picture("-differences")
    assert await person.serious_findings() == []
    gone = page.locator("section", has=page.get_by_role("heading", name="去掉"))
    await gone.get_by_role("link", name="17 份点单点了这一项").click()
    await page.get_by_role("link", name="全部 17").wait_for()
    assert await page.get_by_label("服务项目").input_value() == "legal-advice"
    await page.locator(".rows li").first.get_by_text("法律咨询").wait_for()
    phone = await crowd.person("township_officer")
    await phone.go("/menu")
    await phone.page.get_by_text("镇街准备：桌子、椅子、电源、遮阳棚").first.wait_for()
    await phone.picture("-menu")
    assert await phone.overflow() == 0
    for button in ("打印目录（PDF）", "打印点单表（PDF）"):
        async with phone.page.expect_download() as printed:
            await phone.page.get_by_role("button", name=button).click()
        file = await (await printed.value).path()
        assert file.read_bytes().startswith(b"%PDF"), button


async def exported(page: Page) -> tuple[str, list[dict[str, str]]]:
    """The name of the file that the list's button gives, and its rows."""
    async with page.expect_download() as started:
        await page.get_by_role("button", name="导出 Excel").click()
    file = await started.value
    content = await asyncio.to_thread(Path(await file.path()).read_bytes)
    return file.suggested_filename, records_of(content)


async def test_a_list_is_exported_as_it_is_filtered(crowd: Crowd) -> None:
    person = await crowd.person("coordinator", size="desktop")
    page = person.page
    await person.go("/corps/teams")
    whole = await page.locator("table.list tbody tr").count()
    await page.get_by_role("searchbox").fill("医")
    shown = page.locator("table.list tbody tr")
    await expect(shown).not_to_have_count(whole)
    name, teams = await exported(page)
    assert re.fullmatch(r"服务队 [\d-]+\.xlsx", name)
    assert len(teams) == await shown.count()
    assert all("医" in team["名称"] or "医" in team["代码"] for team in teams)
    assert {"代码", "名称", "英文名称", "单位代码", "队员人数"} <= set(teams[0])
    assert not await person.serious_findings()
    await person.picture("-teams-export")
    for kind in ("agencies", "townships", "items", "accounts", "campaigns", "editions"):
        await person.go(f"/corps/{kind}")
        _, rows = await exported(page)
        assert rows, kind
    await person.go("/circuit")
    _, stops = await exported(page)
    assert {"日期", "时段", "镇街", "状态", "服务队"} <= set(stops[0])
    await person.picture("-circuit-export")
