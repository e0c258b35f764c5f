"""Courses: a coordinator makes one, a leader and a volunteer enrol, and a volunteer sits the test on a phone."""

import json
import re

from playwright.async_api import expect

from tests.catalog.courses.bank import right_of
from tests.support.browser import Crowd
from tests.support.tree import ROOT

COURSE = "2014年市直机关入党积极分子培训班"
OPEN = "新志愿者上岗培训（演示）"
BANK = ROOT / "cli" / "data" / "course-2014-questions.csv"


def rights() -> dict[str, set[str]]:
    rows = [line.split(",") for line in BANK.read_text("utf-8").splitlines()]
    return right_of(rows)


async def test_a_volunteer_sits_the_test_on_a_phone(crowd: Crowd) -> None:
    person = await crowd.person("volunteer")
    page = person.page
    await page.get_by_role("link", name=re.compile(COURSE)).first.click()
    await page.get_by_role("heading", name=COURSE).wait_for()
    await person.picture("-course")
    assert await person.overflow() == 0
    assert await person.serious_findings() == []
    await page.get_by_role("button", name="开始考试").click()
    await page.get_by_text("第 1 题，共 10 题").wait_for()
    await person.picture("-sitting")
    assert await person.overflow() == 0
    assert await person.serious_findings() == []
    right = rights()

    async def answer(*, wrong: bool = False) -> None:
        text = (await page.locator("#question").inner_text()).strip()
        options = page.locator(".option")
        for at in range(await options.count()):
            words = re.sub(r"^[A-F]\s+", "", (await options.nth(at).inner_text()).strip())
            is_right = words in right[text]
            if is_right != wrong:
                await options.nth(at).locator("input").check()
                if wrong:
                    break

    for place in range(10):
        await answer(wrong=place >= 2)
        await page.get_by_text(f"已保存。已答 {place + 1} / 10 题").wait_for()
        if place == 4:  # a cut: the page is opened anew, and goes on where it was
            await page.reload()
            await page.get_by_text("第 6 题，共 10 题").wait_for()
            assert await page.locator(".numbers .done").count() == 5
        elif place < 9:
            await page.get_by_role("button", name="下一题").click()
    await page.get_by_role("button", name="交卷").click()
    await page.get_by_role("button", name="确定交卷").click()
    await page.get_by_text("还可以考一次").wait_for()
    assert "20" in await page.locator(".points").inner_text()
    assert await page.locator(".wrongs li").count() == 8
    assert await page.get_by_text("正确答案：").count() == 0, "there is a second attempt"
    await person.picture("-failed")
    assert await person.overflow() == 0
    await page.get_by_role("link", name="回到培训").click()
    await page.get_by_role("button", name="再考一次").click()
    await page.get_by_text("第 1 题，共 10 题").wait_for()
    for place in range(10):
        await answer(wrong=place == 0)
        if place < 9:
            await page.get_by_role("button", name="下一题").click()
    await page.get_by_role("button", name="交卷").click()
    await page.get_by_role("button", name="确定交卷").click()
    await page.get_by_text("答错 1 题").wait_for()
    assert "90" in await page.locator(".points").inner_text()
    await page.get_by_text("正确答案：").wait_for()
    await person.picture("-passed")
    assert await person.serious_findings() == []
    await page.get_by_role("link", name="去打印证书").click()
    await page.get_by_text("考试合格，90 分").wait_for()
    async with page.expect_download() as kept:
        await page.get_by_role("button", name="打印证书").click()
    assert (await kept.value).suggested_filename.endswith(".pdf")
    address = await page.get_by_role("link", name="看别人核验到什么").get_attribute("href")
    assert address is not None
    stranger = await crowd.person(None, scripts=False)
    await stranger.page.goto(address)
    await stranger.page.get_by_role("heading", name=re.compile("培训合格证书 P2014-")).wait_for()
    await stranger.page.get_by_text("证书属实").wait_for()
    await stranger.picture("-course-certificate")
    assert await stranger.overflow() == 0
    await person.go("/own")
    await page.get_by_role("heading", name="培训记录").scroll_into_view_if_needed()
    await person.picture("-trainings")
    await person.go("/messages")
    await page.get_by_text(f"考试结果已出：{COURSE}").first.wait_for()

    corps = await crowd.person("coordinator", size="desktop")
    await corps.go("/courses")
    await corps.page.get_by_role("link", name=COURSE).click()
    await corps.page.get_by_text("90 分").first.wait_for()
    await corps.page.get_by_role("heading", name=re.compile("题库")).scroll_into_view_if_needed()
    await corps.page.get_by_text("100%").first.wait_for()
    await corps.picture("-course")
    assert await corps.overflow() == 0
    assert await corps.serious_findings() == []


async def test_a_leader_and_a_volunteer_enrol(crowd: Crowd) -> None:
    leader = await crowd.person("team_leader")
    page = leader.page
    await leader.go("/courses")
    await leader.picture("-courses")
    await page.get_by_role("link", name=OPEN).click()
    people = page.get_by_role("group", name="给谁报名").get_by_role("checkbox")
    await people.first.wait_for()
    for place in (-1, -2):
        await people.nth(await people.count() + place).check()
    await leader.picture("-enrolling")
    await page.get_by_role("button", name="报名", exact=True).click()
    await page.get_by_text("已报名 2 人，候补 0 人。").wait_for()
    await leader.picture("-enrolled")
    assert await leader.overflow() == 0
    assert await leader.serious_findings() == []
    volunteer = await crowd.person("volunteer")
    page = volunteer.page
    await volunteer.go("/courses")
    await volunteer.picture("-courses")
    await page.get_by_role("link", name=OPEN).click()
    await page.get_by_role("button", name="报名", exact=True).click()
    await page.get_by_role("button", name="退出培训").wait_for()
    await page.get_by_role("button", name="退出培训").click()
    await page.get_by_label("另有安排").check()
    await page.locator("dialog").get_by_role("button", name="退出培训").click()
    await page.get_by_role("button", name="报名", exact=True).wait_for()


async def test_a_coordinator_makes_a_course(crowd: Crowd) -> None:
    corps = await crowd.person("coordinator", size="desktop")
    page = corps.page
    await corps.go("/courses/new")
    await page.get_by_role("button", name="保存", exact=True).click()
    await page.get_by_text("请填写此项").first.wait_for()
    await page.get_by_label("名称", exact=True).fill("急救培训")
    await page.get_by_label("英文名称").fill("First Aid")
    await page.get_by_label("举办单位").fill("市红十字会")
    await page.get_by_label("主要内容").fill("心肺复苏与包扎")
    await page.get_by_label("主题", exact=True).first.fill("党的基础\n急救")
    await page.get_by_label("名额").fill("20")
    await page.get_by_label("报名截止").fill("2014-08-18")
    await page.get_by_label("日期", exact=True).fill("2014-08-20")
    await page.get_by_label("地点").fill("红十字会培训室")
    await page.get_by_role("button", name="加上考试").click()
    await page.get_by_label("考试名称").fill("急救考试")
    await page.get_by_label("考试开放日期").fill("2014-08-20")
    await page.get_by_label("考试截止日期").fill("2014-08-30")
    await page.get_by_label("“急救”抽几题").fill("1")
    await page.get_by_label("合格分").fill("10")
    await corps.picture("-course-form")
    assert await corps.overflow() == 0
    assert await corps.serious_findings() == []
    await page.get_by_role("button", name="保存", exact=True).click()
    await page.get_by_role("heading", name="急救培训").wait_for()
    await page.get_by_role("button", name="开放报名").click()
    await page.get_by_text("有 0 道题，需要 2 道").wait_for()
    head = "题号,主题,题型,题目,选项A,选项B,答案\n"
    faulty = head + "1,急救,单选,先做什么？,呼救,离开,C\n"
    send = page.get_by_label("导入题目（Excel 或 CSV）")
    await send.set_input_files({"name": "a.csv", "mimeType": "text/csv", "buffer": faulty.encode()})
    await page.get_by_text("第 2 行").wait_for()
    await corps.picture("-bank-faulty")
    good = head + "1,急救,单选,先做什么？,呼救,离开,A\n2,急救,判断,先看现场是否安全。,,,对\n"
    await send.set_input_files({"name": "b.csv", "mimeType": "text/csv", "buffer": good.encode()})
    await page.get_by_role("button", name="保存到题库").click()
    await page.get_by_text("已保存：新增 2 题").wait_for()
    await page.get_by_role("button", name="开放报名").click()
    await page.get_by_role("button", name="截止报名").wait_for()
    await page.get_by_role("link", name=re.compile("出示签到码")).click()
    await page.locator("[data-digits]").wait_for()
    await expect(page.locator("[data-digits]")).to_have_text(re.compile(r"\d{3} \d{3}"))
    await page.locator("svg.drawn-code").wait_for()
    await corps.picture("-course-code")
    phone = await crowd.person("coordinator")
    await phone.go("/courses")
    await phone.page.get_by_role("link", name="急救培训").click()
    await phone.page.get_by_role("heading", name="急救培训").wait_for()
    await phone.picture("-course")
    assert await phone.overflow() == 0
    assert json.dumps(await phone.serious_findings()) == "[]"
