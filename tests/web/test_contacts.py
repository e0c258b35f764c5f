"""Contacts in a browser: the corps keeps all, an officer and a leader their own, an auditor reads them masked."""

import re

import pytest
from playwright.async_api import expect

from cli.accounts import demonstration_team
from cli.scenario import CONTACT_DUTY, ruian_2014
from tests.support.browser import Crowd, Person, Size

pytestmark = pytest.mark.shared_site

TODAY = re.compile("^(2014年7月[0-9]+日)至\\1$")
MASKED = re.compile(r"138\*{4}[0-9]{4}")


async def looks_right(person: Person, name: str) -> None:
    await person.picture(name)
    assert await person.serious_findings() == []
    assert await person.overflow() == 0


async def keep(person: Person, name: str, picture: str) -> None:
    """Enters a contact, shows the number, corrects it and removes it, as whoever keeps it does."""
    page = person.page
    card = page.get_by_role("region", name="联系人")
    await card.get_by_role("listitem").first.wait_for()
    await card.get_by_role("button", name="登记联系人").click()
    await card.get_by_role("button", name="保存联系人").click()
    await card.get_by_text("请填写此项").wait_for()
    await card.locator("[name=name]").fill(name)
    await card.locator("[name=duty]").fill("站长")
    await card.locator("[name=mobile_phone]").fill("138****0001")
    await card.get_by_role("button", name="保存联系人").click()
    await card.get_by_text("号码中有星号").wait_for()
    await looks_right(person, f"{picture}-form")
    await card.locator("[name=mobile_phone]").fill("１３８ ００００ ０９９９")
    await card.get_by_role("button", name="保存联系人").click()
    row = card.get_by_role("listitem").filter(has_text=name)
    await row.get_by_text("138****0999").wait_for()
    await row.get_by_role("button", name=f"显示{name}的手机").click()
    await row.get_by_role("link", name="13800000999").wait_for()
    await looks_right(person, picture)
    await row.get_by_role("button", name="更正").click()
    await card.get_by_text("现在是 138****0999").wait_for()
    await card.locator("[name=duty]").fill("副站长")
    await looks_right(person, f"{picture}-correct")
    await card.get_by_role("button", name="保存联系人").click()
    await row.get_by_text("副站长").wait_for()
    await row.get_by_text("138****0999").wait_for()
    await row.get_by_role("button", name="移除").click()
    await row.get_by_role("button", name="移除并删除").click()
    await expect(row).to_have_count(0)
    await card.get_by_text("以前的联系人（").first.click()
    await card.get_by_text(TODAY).first.wait_for()
    assert name not in await page.content()
    await looks_right(person, f"{picture}-former")


@pytest.mark.parametrize("size", ["phone", pytest.param("desktop", marks=pytest.mark.long)])
async def test_an_officer_and_a_leader_keep_their_own_contacts(crowd: Crowd, size: Size) -> None:
    for role, name in (("township_officer", "陈高楼"), ("team_leader", "林队长")):
        person = await crowd.person(role, size=size)
        await person.page.get_by_role("link", name="联系人").click()
        await keep(person, name, "-contacts")


@pytest.mark.parametrize("size", [pytest.param("phone", marks=pytest.mark.long), "desktop"])
async def test_a_coordinator_keeps_those_of_an_agency(crowd: Crowd, size: Size) -> None:
    coordinator = await crowd.person("coordinator", size=size)
    agency = next(iter(ruian_2014().agencies()))
    await coordinator.go(f"/corps/agencies/{agency}")
    await keep(coordinator, "周科长", "-agency-contacts")
    row = coordinator.page.get_by_role("listitem").filter(has_text=CONTACT_DUTY)
    async with coordinator.page.expect_download() as held:
        await row.get_by_role("button", name="导出本人信息").click()
    assert (await held.value).suggested_filename == "联系人本人信息.json"


async def test_an_auditor_reads_them_masked(crowd: Crowd) -> None:
    auditor = await crowd.person("auditor", size="desktop", language="en")
    await auditor.go(f"/corps/teams/{demonstration_team()}")
    page = auditor.page
    row = page.get_by_role("listitem").filter(has_text=CONTACT_DUTY)
    await row.get_by_text(MASKED).wait_for()
    assert "某某" not in await row.inner_text()
    assert await row.get_by_role("button").count() == 0
    await looks_right(auditor, "-contacts")
