"""A coordinator says of likely doubles that they are two, takes it back, and merges agencies and volunteers."""

import re

import pytest
from playwright.async_api import expect

from cli import open_work
from cli import scenario as s
from tests.support.browser import PATIENCE_MILLISECONDS, Crowd, Person, Site, Size, client_at

expect.set_options(timeout=PATIENCE_MILLISECONDS)
SIZES = ["phone", pytest.param("desktop", marks=pytest.mark.long)]


async def looks_right(person: Person, name: str) -> None:
    await person.picture(name)
    assert await person.serious_findings() == []
    assert await person.overflow() == 0


@pytest.mark.shared_site
@pytest.mark.parametrize("size", SIZES)
async def test_two_that_are_two_are_asked_about_no_more(crowd: Crowd, size: Size) -> None:
    corps = await crowd.person("coordinator", size=size)
    page = corps.page
    await corps.go("/corps/doubles")
    pair = page.locator("article.double-pair").filter(has_text=open_work.DOUBLE)
    await pair.get_by_role("button", name="这是两个").click()
    await expect(page.get_by_text("已记下是两个")).to_be_visible()
    await expect(pair).to_have_count(0)
    await page.get_by_role("button", name="撤销").click()
    await expect(pair).to_have_count(1)
    await pair.get_by_role("button", name="这是两个").click()
    await expect(pair).to_have_count(0)
    await page.reload()
    await page.get_by_text("已说明是两个的（1）").click()
    two = page.locator(".double-two").filter(has_text=open_work.DOUBLE)
    await expect(two).to_contain_text("我，2014年7月17日")
    await looks_right(corps, "-doubles-two")
    await two.get_by_role("button", name="还要再看").click()
    await expect(pair).to_have_count(1)


@pytest.mark.parametrize("size", SIZES)
async def test_agencies_become_one(crowd: Crowd, size: Size) -> None:
    corps = await crowd.person("coordinator", size=size)
    page = corps.page
    gone, kept = list(s.ruian_2014().agencies())[:2]
    await corps.go(f"/corps/merge/agencies/{gone}?into={kept}")
    await page.get_by_role("heading", name="合并以后").wait_for()
    await looks_right(corps, "-merge-agencies")
    await page.get_by_role("button", name="确认合并").click()
    await page.wait_for_url(f"**/corps/agencies/{kept}")
    await page.get_by_text("并入：").wait_for()


@pytest.mark.parametrize("size", SIZES)
async def test_volunteers_become_one(crowd: Crowd, site: Site, size: Size) -> None:
    """Somebody was entered again, with the same number and the name as it is in the passport."""
    async with client_at(site, "coordinator") as client:
        team = next(iter(s.ruian_2014().teams))["code"]
        entered = {"team_code": team, "phone": "13800001001", "name": "陈国萍"}
        agreed = {"consent_at": "2014-06-02T09:00:00+08:00", "consent_version": "synthetic-again"}
        again = await client.post("/api/catalog/volunteers", entered | agreed, key="entered-again")
    corps = await crowd.person("coordinator", size=size)
    page = corps.page
    await corps.go("/corps/doubles")
    pair = page.locator("article.double-pair").filter(has_text=again["no"])
    await expect(pair).to_contain_text("电话相同")
    await looks_right(corps, "-doubles-volunteers")
    await pair.get_by_role("link").click()
    await page.get_by_role("heading", name="合并以后").wait_for()
    # Under their masks the two names are the same; the numbers and the days tell whose is whose.
    names = page.locator("fieldset").filter(has_text="姓名")
    await expect(names.locator("label")).to_have_text(
        [re.compile(rf"^ ?陈\*+ · (?!{again['no']})"), re.compile(rf"^ ?陈\*+ · {again['no']}$")]
    )
    await expect(page.locator("fieldset").filter(has_text="同意时间")).to_contain_text(
        "2014年6月2日"
    )
    await names.get_by_role("radio").nth(1).check()
    await looks_right(corps, "-merge-volunteers")
    await page.get_by_role("button", name="确认合并").click()
    await page.get_by_text("并入：").wait_for()
    await expect(page).not_to_have_url(re.compile(again["no"]))
    await looks_right(corps, "-merged-volunteer")
    await corps.go(f"/corps/volunteers/{again['no']}")
    await page.get_by_text("已并入").first.wait_for()
    await looks_right(corps, "-volunteer-gone")


@pytest.mark.parametrize("size", SIZES)
async def test_a_township_joins_another_one(crowd: Crowd, size: Size) -> None:
    """From a day to come; what it was before stays readable under its code."""
    corps = await crowd.person("coordinator", size=size)
    page = corps.page
    gone, kept = (s.ruian_2014().township(name) for name in ("南滨街道", "飞云街道"))
    await corps.go(f"/corps/townships/{gone['code']}")
    await page.get_by_role("link", name="并入另一个镇街").click()
    await page.get_by_label("并入哪个镇街").select_option(kept["code"])
    await page.get_by_role("heading", name="合并以后").wait_for()
    await page.get_by_role("button", name="对调：保留另一个").click()
    await expect(page.get_by_label("并入哪个镇街")).to_have_value(gone["code"])
    await page.get_by_role("button", name="对调：保留另一个").click()
    await expect(page.get_by_label("并入哪个镇街")).to_have_value(kept["code"])
    await page.get_by_label("从哪天起合并").fill("2014-09-01")
    await looks_right(corps, "-merge-townships")
    await page.get_by_role("button", name="确认并入").click()
    await page.wait_for_url(f"**/corps/townships/{kept['code']}")
    await corps.go(f"/corps/townships/{gone['code']}")
    await expect(page.locator("main")).to_contain_text("2014年8月31日")
    await looks_right(corps, "-township-that-joins")
