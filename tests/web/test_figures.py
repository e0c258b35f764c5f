"""The figures of a campaign and the coverage ledger, as the corps and as a township read them."""

import pytest
from playwright.async_api import expect

from tests.support.browser import PATIENCE_MILLISECONDS, Crowd, Person, Size

pytestmark = pytest.mark.shared_site
expect.set_options(timeout=PATIENCE_MILLISECONDS)

CAMPAIGN = "红七月、服务月"
CLINIC = "医疗义诊（测血糖、量血压）"


async def look(person: Person, name: str) -> None:
    await person.picture(name)
    assert await person.serious_findings() == []
    assert await person.overflow() == 0


@pytest.mark.parametrize("size", ["phone", pytest.param("desktop", marks=pytest.mark.long)])
async def test_the_corps_sees_who_got_what_and_who_falls_behind(crowd: Crowd, size: Size) -> None:
    corps = await crowd.person("coordinator", size=size)
    page = corps.page
    await corps.go("/figures")
    await page.get_by_label("活动").select_option(label=CAMPAIGN)
    await expect(page.locator(".totals dd").first).not_to_have_text("0")
    by_township = page.get_by_role("table", name="按镇街")
    await expect(by_township.locator("tbody tr")).not_to_have_count(0)
    await expect(by_township.locator("thead")).to_contain_text("居民评分")
    await expect(page.get_by_text("不满 20 条的不显示平均分")).to_be_visible()
    await look(corps, "-figures")

    await page.get_by_role("link", name="覆盖台账").click()
    rows = page.locator("table tbody tr")
    await expect(rows).to_have_count(15)
    await expect(page.locator(".drawing .point")).to_have_count(15)
    await page.get_by_label("服务项目").select_option(label=CLINIC)
    await page.get_by_label("排序").select_option(label="最久没去的在前")
    await look(corps, "-coverage")
    await rows.get_by_role("link", name="高楼镇").click()
    await expect(page.locator("h1")).to_have_text("高楼镇的覆盖台账")
    await expect(page.locator("table")).to_contain_text(CLINIC)
    await look(corps, "-coverage-township")


async def test_a_township_sees_its_own(crowd: Crowd) -> None:
    officer = await crowd.person("township_officer")
    await officer.go("/figures/coverage")
    page = officer.page
    await expect(page.locator("h1")).to_contain_text("的覆盖台账")
    await expect(page.get_by_text("基尼系数")).to_have_count(0)
    await expect(page.locator("table tbody tr").first).to_be_visible()
    await look(officer, "-coverage-own")
