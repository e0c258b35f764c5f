"""Paper for the day of service, in a browser: a leader takes both sheets on a phone, the corps from the stop's page."""

import os
import re

from playwright.async_api import Page
from pypdf import PdfReader

from tests.support.browser import Crowd, Person


async def looks_right(person: Person, name: str) -> None:
    await person.picture(name)
    assert await person.serious_findings() == []
    assert await person.overflow() == 0


async def taken(page: Page, button: str) -> tuple[str, list[str]]:
    """The name of the file that a button hands over, and the text of its pages, without the spaces of the setting."""
    async with page.expect_download() as downloading:
        await page.get_by_role("button", name=button).click()
    download = await downloading.value
    if folder := os.environ.get("DIANCAI_PICTURES"):
        await download.save_as(f"{folder}/{download.suggested_filename}")
    pages = PdfReader(await download.path()).pages
    texts = [re.sub(r"\s", "", page.extract_text()) for page in pages]
    return download.suggested_filename, texts


async def test_a_leader_takes_both_sheets_and_the_corps_those_of_all_teams(crowd: Crowd) -> None:
    leader = await crowd.person("team_leader")
    page = leader.page
    await leader.go("/rosters")
    first = page.locator("article").first
    await first.get_by_role("button", name="自动排满").click()
    await page.get_by_text("已排好。").wait_for()
    await first.get_by_role("link", name="医疗义诊").click()
    on_duty = page.get_by_role("region", name="在岗").get_by_role("listitem").locator("strong")
    await on_duty.first.filter(has_not_text="V-").wait_for()
    names = await on_duty.all_inner_texts()
    await page.get_by_role("heading", name="当天用的纸质表").wait_for()
    await looks_right(leader, "-sheets")
    name, (roster,) = await taken(page, "打印值班表")
    assert re.fullmatch(r"值班表-2014-\d\d-\d\d-.+\.pdf", name), name
    name, (sign_in,) = await taken(page, "打印签到表")
    assert name.startswith("签到表-2014-")
    for each in names:
        assert each in roster
        assert each in sign_in
    assert "医疗义诊" in roster
    assert "离岗时间签名备注" in sign_in

    corps = await crowd.person("coordinator")
    await page.get_by_role("link", name="·").first.click()
    await page.get_by_role("heading", name="当天用的纸质表").wait_for()
    await looks_right(leader, "-stop-sheets")
    await corps.page.goto(page.url)
    await corps.page.get_by_role("heading", name="当天用的纸质表").wait_for()
    await looks_right(corps, "-stop-sheets")
    _, pages = await taken(corps.page, "打印签到表")
    assert len(pages) > 1  # a page for each team
    assert sum(names[0] in text for text in pages) == 1
