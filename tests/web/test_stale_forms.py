"""Two people edit the same thing at once: whoever saves second reads what the other has saved, beside what was typed,
and takes one or the other; nothing that was typed is lost."""

from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import Page, expect

from cli import open_work
from cli import scenario as s
from tests.support.browser import PATIENCE_MILLISECONDS, Crowd, Person

expect.set_options(timeout=PATIENCE_MILLISECONDS)

MINE, THEIRS = "我改的地点", "同事改的地点"


async def press(page: Page, name: str) -> None:
    await page.get_by_role("button", name=name, exact=True).click()


async def looks_right(person: Person, name: str) -> None:
    await person.picture(name)
    assert await person.serious_findings() == []
    assert await person.overflow() == 0


async def both(person: Person, path: str, ready: str) -> tuple[Page, Page]:
    """The same page twice, read before either changes anything."""
    page, other = person.page, await person.context.new_page()
    for each in (page, other):
        await each.goto(f"{person.site.url}{path}")
        await each.locator(ready).first.wait_for()
    return page, other


async def expect_both(page: Page, mine: str, theirs: str) -> None:
    """What is typed here and what is saved now stand side by side."""
    await expect(page.get_by_role("heading", name="您填写期间，别人已经改过")).to_be_visible()
    cells = page.locator(".conflict tbody tr").filter(has_text=mine).locator("td")
    await expect(cells.nth(0)).to_contain_text(mine)
    await expect(cells.nth(1)).to_contain_text(theirs)


async def keep(page: Page) -> None:
    await press(page, "保留我填写的，再次保存")


@pytest.mark.parametrize(
    ("path", "field", "mine", "theirs", "button"),
    [
        ("/corps/items/legal-advice", "volunteers_needed", "4", "5", "保存"),
        (f"/corps/campaigns/{open_work.CAMPAIGN}", "name", "我起的名", "同事起的名", "保存"),
        (f"/corps/editions/{open_work.NEXT_EDITION}", "title", "我写的题", "同事的题", "保存草稿"),
        ("/corps/agencies/health-bureau", "name", "我写的局名", "同事写的局名", "保存"),
    ],
)
@pytest.mark.shared_site
async def test_a_form_of_the_catalog(
    crowd: Crowd, path: str, field: str, mine: str, theirs: str, button: str
) -> None:
    corps = await crowd.person("coordinator")
    if path.startswith("/corps/agencies/"):
        path = f"/corps/agencies/{next(iter(s.ruian_2014().agencies()))}"
    page, other = await both(corps, path, f"[name={field}]")
    before = await page.locator(f"[name={field}]").input_value()
    for each, value in ((other, theirs), (page, mine)):
        form = each.locator("form", has=each.locator(f"[name={field}]"))
        await form.locator(f"[name={field}]").fill(value)
        async with each.expect_response(lambda answer: answer.request.method == "PUT"):
            await form.get_by_role("button", name=button, exact=True).click()
    await expect_both(page, mine, theirs)
    assert await corps.serious_findings() == []
    await press(page, "改用现在保存的")
    await expect(page.locator(f"[name={field}]")).to_have_value(theirs)
    await page.locator(f"[name={field}]").fill(before)  # as the others found it
    form = page.locator("form", has=page.locator(f"[name={field}]"))
    async with page.expect_response(lambda answer: answer.request.method == "PUT"):
        await form.get_by_role("button", name=button, exact=True).click()


@pytest.mark.shared_site
async def test_the_limits_of_a_campaign(crowd: Crowd) -> None:
    """Set for the first time by both, then changed by both."""
    corps = await crowd.person("coordinator")
    campaign = s.ruian_2014().campaign["id"]
    page, other = await both(corps, f"/corps/campaigns/{campaign}", "[name=lines]")
    for mine, theirs in (("41", "52"), ("43", "54")):
        for each, value in ((other, theirs), (page, mine)):
            form = each.locator("form", has=each.locator("[name=lines]"))
            await form.locator("[name=lines]").fill(value)
            await form.get_by_role("button", name="保存").click()
            if each is other:
                await expect(form.get_by_text("已保存。")).to_be_visible()
        await expect_both(page, mine, theirs)
        await looks_right(corps, "-stale-limits")
        await press(page, "改用现在保存的")
        await expect(page.locator("[name=lines]")).to_have_value(theirs)
        for each in (page, other):
            await each.reload()
            await each.locator("[name=lines]").wait_for()


@pytest.mark.shared_site
async def test_a_contact(crowd: Crowd) -> None:
    officer = await crowd.person("township_officer")
    page, other = await both(officer, "/contacts", ".contact")
    for each in (page, other):
        await each.get_by_role("button", name="更正").first.click()
        await each.locator("[name=duty]").wait_for()
    await other.locator("[name=duty]").fill("同事写的职务")
    await press(other, "保存联系人")
    await other.locator("[name=duty]").wait_for(state="detached")
    await page.locator("[name=duty]").fill("我写的职务")
    await press(page, "保存联系人")
    await expect_both(page, "我写的职务", "同事写的职务")
    await keep(page)
    await press(page, "保存联系人")
    await page.locator("[name=duty]").wait_for(state="detached")
    await expect(page.locator(".contact").first).to_contain_text("我写的职务")


async def begin(officer: Person, place: str) -> Page:
    page = officer.page
    await officer.go("/orders/new")
    await page.locator("label.dish").first.click()
    await press(page, "下一步（已选 1 项）")
    await page.get_by_label("服务地点").fill(place)
    return page


async def change_place(page: Page, to: str) -> None:
    await page.get_by_label("服务地点").fill(to)
    await press(page, "下一步")


async def test_a_draft_and_an_order_that_was_handed_in(crowd: Crowd) -> None:
    officer = await crowd.person("township_officer")
    page = await begin(officer, "原来的地点")
    await press(page, "下一步")
    await press(page, "存为草稿")
    await expect(page.locator(".page-head .state")).to_have_text("草稿")
    address = page.url.removeprefix(officer.site.url).partition("?")[0]

    async def edit(each: Page) -> None:
        await press(each, "修改")
        await each.get_by_label("服务地点").wait_for()

    page, other = await two_who_edit(officer, address, edit)
    await change_place(other, THEIRS)
    await press(other, "存为草稿")
    await expect(other.locator(".page-head .state")).to_have_text("草稿")
    await change_place(page, MINE)
    await press(page, "提交点单")
    await expect_both(page, MINE, THEIRS)
    await looks_right(officer, "-stale-order")
    await keep(page)
    await press(page, "提交点单")
    await expect(page.locator(".page-head .state")).to_have_text("待受理")
    await expect(page.locator("h1")).to_contain_text(MINE)

    # Handed in, it is changed by an amendment, whose reason stays as it was given.
    page, other = await both(officer, f"{address}/amend", "[name=place]")
    for each, place in ((other, THEIRS), (page, "第三个地点")):
        await each.locator("[name=place]").fill(place)
        await each.get_by_label("场地原因").check()
        await press(each, "保存变更")
        if each is other:
            await expect(each.locator(".page-head .state")).to_have_text("待受理")
    await expect_both(page, "第三个地点", THEIRS)
    await looks_right(officer, "-stale-amendment")
    await keep(page)
    await expect(page.locator("[name=place]")).to_have_value("第三个地点")
    await expect(page.get_by_label("场地原因")).to_be_checked()
    await press(page, "保存变更")
    await expect(page.locator("h1")).to_contain_text("第三个地点")


async def two_who_edit(
    person: Person, address: str, edit: Callable[[Page], Awaitable[None]]
) -> tuple[Page, Page]:
    page, other = await both(person, address, ".page-head .state")
    for each in (page, other):
        await edit(each)
    return page, other


@pytest.mark.shared_site
async def test_a_recurring_order(crowd: Crowd) -> None:
    officer = await crowd.person("township_officer")
    page = await begin(officer, "原来的地点")
    await page.get_by_label("怎样重复").select_option("weeks")
    await page.get_by_label("从哪天开始").fill("2014-08-08")
    await page.get_by_label("周五").check()
    await press(page, "下一步")
    await press(page, "提交定期点单")
    await expect(page.locator(".page-head .state")).to_have_text("待受理")
    address = page.url.removeprefix(officer.site.url).partition("?")[0]

    async def edit(each: Page) -> None:
        await press(each, "修改")
        await each.get_by_label("服务地点").wait_for()

    page, other = await two_who_edit(officer, address, edit)
    await other.get_by_label("周三").check()
    await change_place(other, THEIRS)
    await press(other, "提交定期点单")
    await expect(other.locator(".page-head .state")).to_have_text("待受理")
    await change_place(page, MINE)
    await press(page, "提交定期点单")
    await expect_both(page, MINE, THEIRS)
    await expect_both(page, "每周五", "周三")
    await looks_right(officer, "-stale-series")
    await press(page, "改用现在保存的")
    await press(page, "提交定期点单")
    await expect(page.locator("h1")).to_contain_text(THEIRS)


@pytest.mark.shared_site
async def test_a_team_s_answers(crowd: Crowd) -> None:
    leader = await crowd.person("team_leader")
    await leader.page.get_by_role("link", name=open_work.NEXT_TITLE).click()
    await leader.page.locator(".question").first.wait_for()
    path = leader.page.url.removeprefix(leader.site.url)
    page, other = await both(leader, path, ".question")
    for each, words in ((other, "可以"), (page, "不行")):
        async with each.expect_response(lambda answer: answer.request.method == "PUT"):
            first = each.locator(".question").first
            await first.locator("input[type=radio]").nth(0 if each is other else 1).check()
        assert words
    await expect(page.get_by_role("heading", name="您填写期间，别人已经改过")).to_be_visible()
    await looks_right(leader, "-stale-survey")
    await keep(page)
    await expect(page.get_by_text("已保存")).to_be_visible()
    await page.reload()
    await expect(
        page.locator(".question").first.locator("input[type=radio]").nth(1)
    ).to_be_checked()


@pytest.mark.shared_site
async def test_a_volunteer_s_entry(crowd: Crowd) -> None:
    """What is stored is shown masked, and what was typed stays."""
    corps = await crowd.person("coordinator")
    await corps.go("/corps/volunteers")
    await corps.page.locator("main a[href^='/corps/volunteers/V']").first.click()
    await corps.page.locator("[name=phone]").wait_for()
    path = corps.page.url.removeprefix(corps.site.url)
    page, other = await both(corps, path, "[name=phone]")
    await other.locator("[name=phone]").fill("13800000711")
    await press(other, "保存更正")
    await other.get_by_text("138****0711").first.wait_for()
    await page.locator("[name=phone]").fill("13800000722")
    await press(page, "保存更正")
    await expect_both(page, "13800000722", "138****0711")
    await looks_right(corps, "-stale-volunteer")
    await keep(page)
    await press(page, "保存更正")
    await page.get_by_text("138****0722").first.wait_for()
