"""Volunteers in a browser: what they may do and until when, and the days on which they can't come."""

import pytest
from playwright.async_api import expect

from tests.support.browser import Crowd, Person, Size


async def looks_right(person: Person, name: str) -> None:
    await person.picture(name)
    assert await person.serious_findings() == []
    assert await person.overflow() == 0


@pytest.mark.parametrize("size", ["phone", pytest.param("desktop", marks=pytest.mark.long)])
async def test_a_leader_keeps_qualifications_and_days(crowd: Crowd, size: Size) -> None:
    leader = await crowd.person("team_leader", size=size)
    page = leader.page
    # What ends soon waits at home.
    await page.get_by_role("heading", name="给资格续期").wait_for()
    await page.get_by_role("link", name="志愿者", exact=True).first.click()
    await page.get_by_role("link", name="吴丽娜").click()  # a leader calls the own people by name
    card = page.get_by_role("region", name="资格")
    await card.get_by_text("有效期到2014年9月5日").wait_for()
    await leader.picture("-volunteer")
    await card.get_by_role("button", name="续期").click()
    await card.locator("[name=granted_on]").fill("2015-01-01")
    await card.locator("[name=expires_on]").fill("2017-09-05")
    await card.get_by_role("button", name="登记资格").click()
    await card.get_by_text("晚于今天").wait_for()
    await card.locator("[name=granted_on]").fill("2014-07-01")
    await card.get_by_role("button", name="登记资格").click()
    await card.get_by_text("有效期到2017年9月5日").wait_for()
    await looks_right(leader, "-volunteer-qualification")

    await leader.go("/team-days")
    days = page.get_by_role("region", name="不能来的日子")
    await days.get_by_text("陈国平").first.wait_for()
    await days.get_by_role("button", name="登记不能来的日子").click()
    who = days.get_by_label("谁不能来")
    label = await who.locator("option", has_text="林晓燕").inner_text()
    await who.select_option(label=label)
    await days.locator("[name=first_on]").fill("2014-08-04")
    await days.get_by_label("时段").select_option("morning")
    await looks_right(leader, "-team-days-form")
    await days.get_by_role("button", name="登记", exact=True).click()
    row = days.get_by_role("listitem").filter(has_text="林晓燕")
    await row.get_by_text("2014年8月4日").first.wait_for()
    await looks_right(leader, "-team-days")
    await row.get_by_role("button", name="去掉").click()
    await expect(row).to_have_count(0)


@pytest.mark.shared_site
async def test_a_volunteer_sees_the_own_record(crowd: Crowd) -> None:
    volunteer = await crowd.person("volunteer")
    page = volunteer.page
    await page.get_by_role("link", name="我的资料").first.click()
    await page.get_by_text("有效期到2016年12月31日").wait_for()
    days = page.get_by_role("region", name="不能来的日子")
    await days.get_by_role("button", name="登记不能来的日子").click()
    await days.locator("[name=first_on]").fill("2014-06-01")
    await days.get_by_role("button", name="登记", exact=True).click()
    await days.get_by_text("早于今天").wait_for()
    await days.locator("[name=first_on]").fill("2014-09-01")
    await days.get_by_role("button", name="登记", exact=True).click()
    await days.get_by_text("2014年9月1日").first.wait_for()
    await page.get_by_label("照片用于宣传").check()
    await page.get_by_role("button", name="保存").click()
    await expect(page.get_by_label("照片用于宣传")).to_be_checked()
    await looks_right(volunteer, "-own-record")
    await days.get_by_role("button", name="去掉").click()
    await days.get_by_text("没有登记").wait_for()
