"""What an officer reads on a phone when a day does not fit: of a menu that is not in force yet, or no more; of a wished
day outside the campaign, within an item's notice, or in a week that is full."""

from datetime import date, timedelta
from typing import Any

from playwright.async_api import Page, expect

from cli import open_work
from cli import scenario as s
from cli.client import Client
from services.catalog.items.schemas import ItemBody
from tests.support.browser import PATIENCE_MILLISECONDS, Crowd, Person, Site, client_at

expect.set_options(timeout=PATIENCE_MILLISECONDS)

ITEM = "pension-help"
EDITION = "trial-menu"
TITLE = "瑞安市志愿服务目录（限量试行）"
FIRST, LAST = date(2014, 7, 18), date(2014, 9, 30)


async def publish_trial_menu(corps: Client) -> None:
    """A menu that follows on the next morning, whose item asks for a day's notice and is served once a week."""
    path = f"/api/catalog/items/{ITEM}"
    item = await corps.get(path)
    body = {name: item[name] for name in ItemBody.model_fields}
    await corps.put(path, body | {"notice_days": 1, "weekly_capacity": 1})
    path = f"/api/catalog/editions/{EDITION}"
    days = {"effective_on": FIRST.isoformat(), "retires_on": LAST.isoformat()}
    await corps.put(path, {"title": TITLE, "item_codes": [ITEM], "based_on": None} | days)
    await corps.post(f"{path}/publish", key=f"{EDITION}-publish")

    async def is_known() -> bool:
        menus = await corps.all("/api/requests/editions")
        return any(each["edition_id"] == EDITION for each in menus)

    await corps.until("requests knows the menu", is_known)


async def full_week(corps: Client) -> date:
    """The Monday of the week in which the item is planned."""
    planned = await corps.all(
        "/api/requests/orders", campaign_id=open_work.CAMPAIGN, item_code=ITEM
    )
    orders = [await corps.get(f"/api/requests/orders/{each['id']}") for each in planned]
    lines: list[dict[str, Any]] = [line for order in orders for line in order["lines"]]
    on = next(line["on"] for line in lines if line["item_code"] == ITEM and line["on"])
    day = date.fromisoformat(on)
    return day - timedelta(days=day.weekday())


async def begin_order(page: Page, place: str) -> None:
    await page.locator("label.dish").first.click()
    await page.get_by_role("button", name="下一步（已选 1 项）").click()
    await page.get_by_label("服务地点").fill(place)
    await page.get_by_label("活动").select_option(open_work.CAMPAIGN)


async def wish(page: Page, *days: date) -> None:
    for day in days:
        await page.get_by_role("button", name=f"{day.month}月{day.day}日").click()


async def looks_right(officer: Person, name: str) -> None:
    await officer.picture(name)
    assert await officer.serious_findings() == []
    assert await officer.overflow() == 0


async def expect_question(officer: Person, *words: str, name: str) -> None:
    dialog = officer.page.get_by_role("dialog")
    for each in words:
        await expect(dialog).to_contain_text(each)
    await looks_right(officer, name)


async def test_days_that_do_not_fit_are_told_in_words(crowd: Crowd, site: Site) -> None:
    officer = await crowd.person("township_officer")
    page = officer.page
    async with client_at(site, "coordinator") as corps:
        await publish_trial_menu(corps)
        monday = await full_week(corps)

        # The evening before: the menu can be read, and says from when it can be ordered from.
        await officer.go("/menu")
        await page.get_by_label("版次").select_option(EDITION)
        await expect(page.get_by_text("从7月18日 周五起可以点单")).to_be_visible()
        await expect(page.get_by_role("button", name="我要点单")).to_have_count(0)
        await looks_right(officer, "-menu-not-yet")
        await page.get_by_role("button", name=open_work.TITLE).click()
        await expect(page.get_by_role("button", name="我要点单")).to_be_visible()

        # Its first day. A wished day is within the item's notice, and in a week that is full.
        await corps.post("/api/demonstration/clock", {"on": FIRST.isoformat()}, key="first")
        await officer.go("/orders/new")
        await expect(page.get_by_text(TITLE)).to_be_visible()
        await begin_order(page, "高楼镇大京村")
        full = max(monday + timedelta(days=6), FIRST)
        await wish(page, FIRST, full)
        await page.get_by_role("button", name="下一步").click()
        await page.get_by_role("button", name="提交点单").click()
        soonest = "最早可安排 2014年7月19日"
        week = f"{monday.year}年{monday.month}月{monday.day}日"
        await expect_question(officer, soonest, "每周最多 1 场", week, "请改选", name="-days-asked")
        await page.get_by_role("button", name="返回").click()
        await expect(page.get_by_role("button", name="提交点单")).to_be_visible()

        # A campaign that does not last so long is chosen afterwards.
        await page.get_by_role("button", name="上一步").click()
        campaign = s.ruian_2014().campaign
        await page.get_by_label("活动").select_option(campaign["id"])
        await page.get_by_role("button", name="下一步").click()
        await page.get_by_role("button", name="提交点单").click()
        await expect_question(
            officer, "不在", campaign["name"], "可确认后继续", name="-days-outside"
        )
        await page.get_by_role("button", name="返回").click()

        # Gone on with in spite of the full week: the corps arranges it.
        await page.get_by_role("button", name="上一步").click()
        await page.get_by_label("活动").select_option(open_work.CAMPAIGN)
        await page.get_by_role("button", name="下一步").click()
        await page.get_by_role("button", name="提交点单").click()
        await page.get_by_role("button", name="确认无误，继续").click()
        await expect(page.get_by_text("已提交，总队受理后会通知您。")).to_be_visible()

        # Its last day is a day like others; a draft is kept that is too late tomorrow.
        await corps.post("/api/demonstration/clock", {"on": LAST.isoformat()}, key="last")
        await officer.go("/orders/new")
        await begin_order(page, "高楼镇文化礼堂")
        await page.get_by_role("button", name="下一步").click()
        await page.get_by_role("button", name="提交点单").click()
        await expect(page.get_by_text("已提交，总队受理后会通知您。")).to_be_visible()
        await officer.go("/orders/new")
        await begin_order(page, "高楼镇老年活动中心")
        await page.get_by_role("button", name="下一步").click()
        await page.get_by_role("button", name="存为草稿").click()
        await expect(page.locator(".page-head .state")).to_have_text("草稿")

        # The day after, the draft is refused in words, and the menu says what to do instead.
        after = LAST + timedelta(days=1)
        await corps.post("/api/demonstration/clock", {"on": after.isoformat()}, key="after")
        await page.reload()
        await page.get_by_role("button", name="提交点单").click()
        refused = page.get_by_role("alert")
        await expect(refused).to_contain_text("今天没有可以点单的目录")
        await expect(refused).to_contain_text("请等总队发布新一版目录后再点")
        await looks_right(officer, "-draft-too-late")
        await officer.go("/orders/new")
        await expect(page.get_by_text("这一版目录已在9月30日 周二截止")).to_be_visible()
        await expect(page.get_by_text("今天没有可以点单的目录")).to_be_visible()
        await looks_right(officer, "-menu-over")
