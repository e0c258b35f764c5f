"""Windows in a browser: posts, pledges, badges, stages and honours, by whoever does each; and anybody who verifies."""

import re
from pathlib import Path

import pytest
from playwright.async_api import expect

from cli.client import Client
from tests.requests.attachments.files import png
from tests.support.browser import Crowd, Person, Site, Size, client_at

REGISTRY, OWN = "市民政局婚姻登记中心", "市卫生局办事窗口（演示）"
PLEDGE = "十分钟内受理，缺什么一次讲清"


async def looks_right(person: Person, name: str) -> None:
    await person.picture(name)
    assert await person.serious_findings() == []
    assert await person.overflow() == 0


async def open_window(person: Person, name: str) -> None:
    await person.go("/windows")
    await person.page.get_by_role("link", name=name, exact=True).click()
    await person.page.get_by_role("heading", name=name).wait_for()


@pytest.mark.shared_site
@pytest.mark.parametrize("size", ["phone", pytest.param("desktop", marks=pytest.mark.long)])
async def test_the_windows_of_2014_are_there(crowd: Crowd, size: Size) -> None:
    """One leads, five are outside its building; badges of 29 June are worn from 1 July, and stage one is done."""
    coordinator = await crowd.person("coordinator", size=size)
    page = coordinator.page
    await coordinator.go("/windows")
    lead = page.get_by_role("row").filter(has_text="市人民政府审批服务中心")
    await lead.get_by_text("牵头").wait_for()
    for name in ("出入境管理大队", "人力社保局", "住房公积金", "国土资源局", REGISTRY):
        await page.get_by_role("row").filter(has_text=name).wait_for()
    await looks_right(coordinator, "-windows")
    await open_window(coordinator, REGISTRY)
    badges = page.get_by_role("region", name="工作牌")
    await badges.get_by_text("2014年7月1日").first.wait_for()
    await looks_right(coordinator, "-window")
    await page.get_by_role("link", name="活动方案", exact=True).click()
    await page.get_by_role("link", name="1+X 窗口服务创先争优").click()
    for stage in ("亮身份", "作承诺", "树形象", "创品牌", "比服务", "造氛围"):
        await page.get_by_text(stage, exact=True).first.wait_for()
    await page.get_by_text("已通过 7 / 7").wait_for()
    await looks_right(coordinator, "-programme")
    english = await crowd.person("auditor", size=size, language="en")
    await english.go("/windows")
    await english.page.get_by_role("link", name="Marriage Registry").click()
    await english.page.get_by_role("heading", name="Badges").wait_for()
    await looks_right(english, "-window")


@pytest.mark.shared_site
async def test_anybody_verifies_a_badge_without_script_or_connection(
    crowd: Crowd, site: Site
) -> None:
    async with client_at(site, "coordinator") as client:
        (badge, *_) = await client.all("/api/catalog/badges", window_code="marriage-registry")
        shown = await client.get(f"/api/catalog/badges/{badge['number']}")
    anybody = await crowd.person(scripts=False)
    page = anybody.page
    await page.goto(shown["url"])
    await page.get_by_text("有效", exact=True).wait_for()
    await page.get_by_text("登记一号窗口").wait_for()
    assert badge["volunteer_no"] not in await page.content()
    assert (badge["name"] or "?") not in await page.content()
    await anybody.picture("-badge")
    assert await anybody.overflow() == 0
    await page.goto(f"{shown['url'][:-6]}AAAAAA")
    await page.get_by_text("无法核验").wait_for()
    await page.goto(f"{site.url}/api/catalog/public/honours")
    await page.get_by_text("半年办理结婚登记 820 件").wait_for()
    await anybody.picture("-honours")

    inspector = await crowd.person(size="phone")
    page = inspector.page
    await inspector.go("/verify-badge")
    await page.get_by_text("密钥取自").wait_for()
    await page.wait_for_function(
        "async () => (await (await caches.open('diancai-page')).match('/')) !== undefined"
    )
    await page.evaluate("() => navigator.serviceWorker.ready.then(() => true)")
    await inspector.context.set_offline(True)
    await page.get_by_label("二维码的内容").fill(shown["url"])
    await page.get_by_role("button", name="核验").click()
    await page.get_by_text("签名有效，在有效期内").wait_for()
    await page.get_by_text("没有核对是否已撤销").wait_for()
    await looks_right(inspector, "-verify")
    head, body, signature = shown["url"].rpartition("/")[2].split(".")
    for bad in (f"{head}.{body}.{signature[::-1]}", f"{head}.{body[:-4]}AAAA.{signature}", "你好"):
        await page.get_by_label("二维码的内容").fill(bad)
        await page.get_by_role("button", name="核验").click()
        await page.get_by_text("不是真的").wait_for()


@pytest.mark.parametrize("size", ["phone", pytest.param("desktop", marks=pytest.mark.long)])
async def test_a_leader_fills_a_post_and_a_volunteer_pledges(
    crowd: Crowd, site: Site, size: Size, tmp_path: Path
) -> None:
    async with client_at(site, "coordinator") as client:
        volunteer_no = await _account_of_the_demonstration(client)
    leader = await crowd.person("team_leader", size=size)
    page = leader.page
    await open_window(leader, OWN)
    posts = page.get_by_role("region", name="岗位和人员")
    await posts.get_by_role("button", name="增设岗位").click()
    await posts.locator("[name=name]").fill("咨询窗口")
    await posts.get_by_role("button", name="增设岗位").last.click()
    await posts.get_by_role("heading", name="咨询窗口").wait_for()
    await posts.get_by_role("button", name=re.compile(r"安排人员\s*咨询窗口")).click()
    await posts.locator("[name=volunteer_no]").select_option(volunteer_no)
    await leader.picture("-window-filling")
    await posts.get_by_role("button", name="安排人员", exact=True).last.click()
    await posts.get_by_text(volunteer_no).first.wait_for()

    volunteer = await crowd.person("volunteer", size=size)
    await volunteer.page.get_by_role("heading", name="写一句话承诺").wait_for()
    await volunteer.page.get_by_role("link", name=OWN).click()
    own = volunteer.page.get_by_role("region", name="我的窗口岗位")
    await own.get_by_role("button", name="写承诺").click()
    await own.locator("[name=text]").fill("快" * 41)
    await own.get_by_role("button", name="交总队审核").click()
    await own.get_by_text("最多 40 个字").wait_for()
    await own.locator("[name=text]").fill(PLEDGE)
    await own.get_by_role("button", name="交总队审核").click()
    await own.get_by_text("待审核").wait_for()

    corps = await crowd.person("coordinator", size=size)
    await corps.page.get_by_role("heading", name="审核窗口承诺").wait_for()
    await open_window(corps, OWN)
    await corps.page.get_by_role("button", name=re.compile(rf"通过\s*{PLEDGE}")).click()
    await corps.page.get_by_text("已通过").first.wait_for()

    # A badge is issued, printed and shown; then revoked.
    await open_window(leader, OWN)
    badges = page.get_by_role("region", name="工作牌")
    await badges.get_by_role("button", name="制发工作牌").click()
    await looks_right(leader, "-window-badges")
    await badges.get_by_role("button", name="制牌").click()
    await badges.get_by_text("已制 1 块工作牌").wait_for()
    async with page.expect_download() as kept:
        await badges.get_by_role("button", name="打印全部").click()
    assert (await kept.value).suggested_filename == "工作牌.pdf"
    await volunteer.go("/own")
    await own.get_by_role("button", name=re.compile("出示二维码")).click()
    await own.get_by_role("img").wait_for()
    await looks_right(volunteer, "-own-badge")
    line = badges.locator(".badge-line").filter(has_text="咨询窗口")
    await line.get_by_role("button", name=re.compile("^撤销工作牌")).click()
    await page.get_by_label("遗失").check()
    await page.get_by_role("dialog").get_by_role("button", name="撤销工作牌").click()
    await badges.get_by_text("已失效的 1 块").wait_for()

    # The stage that is under way: evidence with a photo, returned, handed in again, accepted.
    await leader.go("/")
    await page.get_by_role("link", name=f"{OWN}：作承诺").click()
    await page.get_by_role("heading", name="作承诺").wait_for()
    await page.get_by_role("button", name="提交").click()
    await page.get_by_text("这一阶段还缺：文字说明").wait_for()
    await page.get_by_label("文字说明").fill("两个岗位的承诺都已公开。")
    await page.get_by_role("button", name="加上").first.click()
    await page.get_by_text("两个岗位的承诺都已公开。").wait_for()
    photo = tmp_path / "photo.png"
    photo.write_bytes(png(640, 480))
    await page.locator("input[type=file]").set_input_files(photo)
    await page.get_by_role("img", name=f"{OWN}的照片").wait_for()
    await looks_right(leader, "-stage")
    await page.get_by_role("button", name="提交").click()
    await page.get_by_text("待审核").wait_for()
    await corps.go("/")
    await corps.page.get_by_role("link", name=f"{OWN}：作承诺").click()
    await corps.page.get_by_role("button", name="退回").click()
    await corps.page.get_by_label("看不清").check()
    await corps.page.get_by_role("dialog").get_by_role("button", name="退回").click()
    await corps.page.get_by_text("已退回").wait_for()
    await page.reload()
    await page.get_by_text("被退回：看不清").wait_for()
    await page.get_by_role("button", name="提交").click()
    await page.get_by_text("待审核").wait_for()
    await corps.page.reload()
    await corps.page.get_by_role("button", name="通过", exact=True).click()
    await corps.page.get_by_text("已通过").wait_for()
    await looks_right(corps, "-stage")


async def test_a_nomination_is_objected_to_answered_and_awarded(crowd: Crowd) -> None:
    officer = await crowd.person("township_officer")
    page = officer.page
    await page.locator("#main").get_by_role("link", name="荣誉", exact=True).click()
    await page.get_by_role("link", name="登记一号窗口").click()
    await page.get_by_label("提出异议").fill("上周四下午去了三次都没人。")
    await looks_right(officer, "-honour")
    await page.get_by_role("button", name="提交异议").click()
    await page.get_by_text("异议已提交").wait_for()
    corps = await crowd.person("coordinator", size="desktop")
    page = corps.page
    await page.get_by_role("heading", name="答复公示异议").wait_for()
    await page.get_by_role("link", name=REGISTRY).first.click()
    await page.get_by_role("button", name=re.compile("^答复")).click()
    await page.locator("[name=answer]").fill("那天下午停电，已贴过告示。")
    await looks_right(corps, "-objection")
    await page.get_by_role("button", name="公布答复").click()
    await page.get_by_text("异议不成立").wait_for()
    assert await page.get_by_role("button", name="授予", exact=True).count() == 0, (
        "it is still shown"
    )
    for _ in range(8):
        await page.get_by_role("button", name="下一天").click()
    await page.locator("[name=awarding_body]").fill("市直机关党工委")
    await page.locator("[name=expires_on]").fill("2015-07-31")
    await page.get_by_role("button", name="授予", exact=True).click()
    await page.get_by_text("已授予").wait_for()
    await looks_right(corps, "-honour")
    await officer.page.reload()
    await expect(officer.page.get_by_text("那天下午停电，已贴过告示。")).to_be_visible()


async def test_the_corps_enters_a_window_and_nominates(crowd: Crowd) -> None:
    corps = await crowd.person("coordinator", size="desktop")
    page = corps.page
    await corps.go("/windows")
    await page.get_by_role("link", name="登记窗口").click()
    await page.get_by_role("button", name="保存").click()
    await page.get_by_text("请填写此项").first.wait_for()
    await page.locator("[name=name]").fill("市税务局办税窗口")
    await page.locator("[name=name_en]").fill("Tax Counters")
    await page.locator("[name=kind_code]").select_option(label="新的类别…")
    await page.locator("[name=new_kind]").fill("办税")
    await page.locator("[name=team_code]").select_option(label="民政志愿服务队")
    await page.locator("[name=place]").fill("罗阳大道 8 号")
    await page.get_by_label("这是牵头窗口").check()
    await looks_right(corps, "-window-form")
    await page.get_by_role("button", name="保存").click()
    await page.get_by_text("已是牵头窗口").wait_for()
    await page.get_by_label("这是牵头窗口").uncheck()
    await page.get_by_role("button", name="保存").click()
    await page.get_by_role("heading", name="市税务局办税窗口").wait_for()
    await corps.go("/windows/honours/new")
    await page.get_by_label("服务标兵").check()
    await page.locator("[name=window_code]").select_option(label=REGISTRY)
    await page.locator("[name=volunteer_no] option").nth(1).wait_for(state="attached")
    await page.locator("[name=volunteer_no]").select_option(index=1)
    await page.locator("[name=citation]").fill("每天提前半小时到岗，帮老人填表。")
    await looks_right(corps, "-nomination")
    await page.get_by_role("button", name="提交推荐").click()
    await page.get_by_text("已推荐").wait_for()
    await page.get_by_role("button", name="开始公示").click()
    await page.get_by_text("公示中").wait_for()
    await corps.go("/windows/programmes/one-plus-x-2014")
    await page.get_by_role("button", name="修改").click()
    await page.get_by_label("市税务局办税窗口").check()
    await looks_right(corps, "-programme-form")
    await page.get_by_role("button", name="保存").click()
    await page.get_by_role("row").filter(has_text="市税务局办税窗口").wait_for()


async def _account_of_the_demonstration(client: Client) -> str:
    """The number of the volunteer who has an account."""
    accounts = (await client.get("/api/catalog/accounts", limit=200))["items"]
    (found,) = [each["volunteer_no"] for each in accounts if each["volunteer_no"]]
    return str(found)


@pytest.mark.shared_site
async def test_whoever_signs_in_comes_to_the_page_that_was_asked_for(crowd: Crowd) -> None:
    """Also with what stands behind the # of an address, as in a scanned code."""
    someone = await crowd.person(size="phone")
    page = someone.page
    await page.goto(f"{someone.site.url}/windows/honours#later")
    await page.locator("main button.primary").click()
    await page.locator("button[name=role][value=township_officer]").click()
    await page.get_by_role("heading", name="荣誉", level=1).wait_for()
    assert page.url == f"{someone.site.url}/windows/honours#later"
    await page.reload()
    await page.get_by_role("heading", name="荣誉", level=1).wait_for()


@pytest.mark.shared_site
@pytest.mark.parametrize("role", ["coordinator", "auditor"])
async def test_the_bar_has_room_for_all_that_stands_in_it(crowd: Crowd, role: str) -> None:
    person = await crowd.person(role, size="desktop", language="en")
    boxes = await person.page.eval_on_selector_all(
        ".brand, .bar-links a, .bar-end > *",
        """parts => parts.map(part => {
          const { left, right, top, bottom } = part.getBoundingClientRect();
          return [left, right, top, bottom];
        })""",
    )
    apart = [
        one[1] <= other[0] + 1 or other[1] <= one[0] + 1 or one[3] <= other[2] + 1
        for number, one in enumerate(boxes)
        for other in boxes[number + 1 :]
    ]
    assert all(apart), boxes
