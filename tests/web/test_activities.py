"""Activities in a browser: the corps plans, moves and confirms one; leader and volunteer register; anybody reads."""

from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.requests.attachments.files import png
from tests.support.browser import Crowd, Person, Size

CEREMONY, AHEAD = "“七一”入党宣誓仪式", "飞云江畔河道清理"


async def looks_right(person: Person, name: str) -> None:
    await person.picture(name)
    assert await person.serious_findings() == []
    assert await person.overflow() == 0


async def open_activity(page: Page, name: str) -> None:
    await page.get_by_role("link", name="活动", exact=True).first.click()
    await page.get_by_role("link", name=name).click()
    await page.get_by_role("heading", name=name).wait_for()


@pytest.mark.shared_site
async def test_the_ceremony_of_2014_is_read_by_anybody_without_script(crowd: Crowd) -> None:
    corps = await crowd.person("coordinator", size="desktop")
    await open_activity(corps.page, CEREMONY)
    await corps.page.get_by_text("110人参加").wait_for()
    await expect(corps.page.locator(".participants tbody tr")).to_have_count(110)
    await looks_right(corps, "-ceremony")
    address = await corps.page.get_by_role("link", name="对外公开的页面").get_attribute("href")

    anybody = await crowd.person(scripts=False)
    page = anybody.page
    await page.goto(f"{anybody.site.url}{address}")
    assert await page.locator("script").count() == 0
    for said in ("西山革命烈士陵园", "缅怀革命先烈", "入党宣誓仪式", "参观烈士纪念馆", "110"):
        await page.get_by_text(said, exact=False).first.wait_for()
    assert "V-0" not in await page.content(), "nobody is named, not even by number"
    await anybody.picture("-public-activity")
    assert await anybody.overflow() == 0
    await page.get_by_role("link", name="全部活动").click()
    await page.get_by_role("link", name=AHEAD).wait_for()
    await anybody.picture("-public-activities")


@pytest.mark.shared_site
async def test_it_is_read_in_english(crowd: Crowd) -> None:
    auditor = await crowd.person("auditor", language="en")
    await auditor.go("/activities")
    await auditor.page.get_by_role("link", name="Oath ceremony of 1 July").click()
    await auditor.page.get_by_text("110 took part").wait_for()
    await looks_right(auditor, "-ceremony")


@pytest.mark.parametrize("size", ["phone", pytest.param("desktop", marks=pytest.mark.long)])
async def test_people_register_and_it_is_moved_and_held(
    crowd: Crowd, size: Size, tmp_path: Path
) -> None:
    volunteer = await crowd.person("volunteer", size=size)
    page = volunteer.page
    await open_activity(page, AHEAD)
    await page.get_by_text("已报18/20人").wait_for()
    assert await page.get_by_role("heading", name="参加人员").count() == 0
    await page.get_by_role("button", name="我要报名").click()
    await page.get_by_text("我已报名").wait_for()
    await looks_right(volunteer, "-activity")

    leader = await crowd.person("team_leader", size=size)
    page = leader.page
    await open_activity(page, AHEAD)
    people = page.get_by_role("region", name="本队参加人员")
    await expect(people.locator("tbody tr")).to_have_count(1)
    await people.get_by_role("button", name="替人报名").click()
    for name in ("林晓燕", "陈国平"):
        await people.get_by_label(name).check()
    await leader.picture("-activity-registering")
    await people.get_by_role("button", name="报名", exact=True).click()
    await people.get_by_text("已登记2人").wait_for()
    await expect(people.get_by_text("候补", exact=True)).to_have_count(1)
    await looks_right(leader, "-activity")

    # Somebody can't come, and whoever waits is moved up.
    await volunteer.page.get_by_role("button", name="取消报名").click()
    await volunteer.page.get_by_text("已取消报名").wait_for()
    await leader.page.reload()
    await leader.settled()
    await expect(people.get_by_text("候补", exact=True)).to_have_count(0)

    corps = await crowd.person("coordinator", size=size)
    page = corps.page
    await open_activity(page, AHEAD)
    await page.get_by_text("已报20/20人").wait_for()
    await page.get_by_role("button", name="改期或换地点").click()
    form = page.get_by_role("form", name="改期或换地点")
    await form.locator("[name=on]").fill("2014-07-19")
    await form.locator("[name=reason_code]").select_option("weather")
    await looks_right(corps, "-activity-moving")
    await form.get_by_role("button", name="改好，通知报名的人").click()
    await page.get_by_text("原定7月18日").wait_for()
    await leader.go("/messages")

    # Two days on it can be confirmed; what waits stands at home, for the leader too.
    assert await page.get_by_role("button", name="确认已举办").count() == 0
    for _ in range(2):
        await page.get_by_role("button", name="下一天").click()
    await leader.go("/")
    await leader.page.get_by_role("heading", name="登记活动到场").wait_for()
    await leader.page.get_by_role("link", name=AHEAD).click()
    await people.get_by_role("button", name="全部到场").click()
    await people.get_by_role("button", name="保存到场（2人）").click()
    await people.get_by_text("已登记到场2人").wait_for()
    await corps.go("/")
    await page.get_by_role("heading", name="确认活动已举办").wait_for()
    await page.get_by_role("link", name=AHEAD).first.click()
    await page.get_by_role("button", name="确认已举办").click()
    await page.get_by_text("有18人没有登记").wait_for()
    await corps.picture("-activity-holding")
    await page.get_by_role("button", name="确认无误，继续").click()
    await page.locator(".facts").get_by_text("2人参加").wait_for()

    # The photo is shown once everybody in it agrees.
    photo = tmp_path / "photo.png"
    photo.write_bytes(png(640, 480))
    card = page.get_by_role("region", name="合影")
    await card.get_by_label("放一张合影").set_input_files(photo)
    await card.get_by_text("照片已收到").wait_for()
    await card.get_by_role("button", name="保存照片里的人").click()
    await card.get_by_text("没有同意公开，现在谁也看不到").wait_for()
    await looks_right(corps, "-activity-photo")


async def test_the_corps_plans_and_announces_an_activity(crowd: Crowd) -> None:
    corps = await crowd.person("coordinator", size="desktop")
    page = corps.page
    await corps.go("/activities")
    await looks_right(corps, "-activities")
    await page.get_by_role("link", name="新建活动").click()
    await page.get_by_role("button", name="保存", exact=True).click()
    await page.get_by_text("请填写此项").first.wait_for()
    for field, value in {
        "name": "参观水厂",
        "name_en": "Waterworks",
        "place": "江北水厂",
        "on": "2014-08-01",
        "capacity": "30",
    }.items():
        await page.locator(f"[name={field}]").fill(value)
    await page.locator("[name=activity_kind]").select_option("outing")
    await page.get_by_role("button", name="加一项").click()
    await page.locator("[name=part-0-starts_at]").fill("07:00")
    await page.locator("[name=part-0-name]").fill("集合")
    await page.locator("[name=part-0-name_en]").fill("Meeting")
    await page.get_by_role("button", name="保存", exact=True).click()
    await page.get_by_text("这一项要在09:00（含）到11:00之间开始").wait_for()
    await looks_right(corps, "-activity-form")
    await page.locator("[name=part-0-starts_at]").fill("09:00")
    await page.get_by_role("button", name="保存", exact=True).click()
    await page.get_by_role("button", name="发布", exact=True).click()
    await page.get_by_text("已发布，各队已收到通知").wait_for()
    await page.get_by_role("link", name="修改", exact=True).click()
    await page.locator("[name=capacity]").fill("25")
    await page.get_by_role("button", name="保存", exact=True).click()
    await page.get_by_text("已报0/25人").wait_for()
    await page.get_by_role("button", name="取消活动").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("天气").check()
    await looks_right(corps, "-activity-calling-off")
    await dialog.get_by_role("button", name="取消活动").click()
    await page.get_by_text("已取消：天气").wait_for()
    await corps.go("/activities")
    phone = await crowd.person("team_leader")
    await phone.go("/activities")
    await phone.page.get_by_role("link", name="参观水厂").wait_for()
    await looks_right(phone, "-activities")
