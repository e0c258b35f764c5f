"""An order form is fetched, filled in without a network, and brought in; whoever reads the order sees how it came."""

from pathlib import Path

import pytest
from playwright.async_api import expect

from shared.sheets.reading import read_table
from tests.requests.attachments.files import pdf, png
from tests.support.browser import PATIENCE_MILLISECONDS, Crowd, Person
from tests.support.workbooks import xlsx

expect.set_options(timeout=PATIENCE_MILLISECONDS)

FIRST_ITEM = 7
"""The first row, counted from 0, in which a form has an item of the menu."""


async def fetched(person: Person) -> list[list[str]]:
    """The rows of the form that somebody fetched."""
    async with person.page.expect_download() as waiting:
        await person.page.get_by_role("button", name="下载点单表（Excel）").click()
    file = await (await waiting.value).path()
    return [list(row) for row in (await read_table(file.read_bytes())).rows]


async def send(person: Person, folder: Path, rows: list[list[str]]) -> None:
    file = folder / "点单表.xlsx"
    file.write_bytes(xlsx(rows))
    async with person.page.expect_file_chooser() as waiting:
        await person.page.locator("[name=file]").click()
    await (await waiting.value).set_files(file)
    await person.page.get_by_role("button", name="上传并预览").click()


async def looks_right(person: Person, name: str) -> None:
    assert await person.serious_findings() == []
    assert await person.overflow() == 0
    await person.picture(name)


@pytest.mark.shared_site
async def test_a_form_that_was_filled_in_without_a_network_becomes_an_order(
    crowd: Crowd, tmp_path: Path
) -> None:
    officer = await crowd.person("township_officer")
    page = officer.page
    await officer.go("/orders")
    await page.get_by_role("link", name="用点单表录入").click()
    rows = await fetched(officer)
    assert rows[3][2] == "高楼镇"

    rows[FIRST_ITEM][2:8] = [
        "若干",
        "7月8日、7月9日",
        "",
        "下泽村文化礼堂",
        "下泽村陈主任",
        "13800138000",
    ]
    rows[FIRST_ITEM + 1][2] = "40"
    await send(officer, tmp_path, rows)
    await expect(page.get_by_text("这里应填数字。")).to_be_visible()
    assert await page.get_by_role("button", name="个点单").count() == 0
    await looks_right(officer, "-order-form-faults")

    rows[FIRST_ITEM][2] = "80"
    rows[FIRST_ITEM + 1][8] = "打 13900139000 联系"
    await send(officer, tmp_path, rows)
    await expect(page.get_by_text("共 1 个新点单")).to_be_visible()
    await looks_right(officer, "-order-form-preview")
    await page.get_by_role("button", name="提交 1 个点单").click()
    await page.get_by_role("dialog").get_by_role("button", name="继续").click()
    await expect(page.get_by_text("已提交 1 个点单")).to_be_visible()
    number = (await page.locator(".tasks a").inner_text()).split()[0]
    await page.locator(".tasks a").click()
    await expect(page.get_by_text("代下泽村陈主任填写")).to_be_visible()
    await page.get_by_role("button", name="显示电话").click()
    await expect(page.get_by_text("13800138000")).to_be_visible()
    await looks_right(officer, "-order-on-paper")

    # The same file again makes nothing new.
    await officer.go("/orders/form")
    await send(officer, tmp_path, rows)
    await expect(page.get_by_text("表中的点单都已录入过")).to_be_visible()
    await expect(page.get_by_text(f"已录入：{number}")).to_be_visible()

    corps = await crowd.person("coordinator", size="desktop")
    await corps.go("/orders/board")
    card = corps.page.locator(".board-card", has_text=number)
    await expect(card.get_by_text("帮办（纸质）")).to_be_visible()
    await looks_right(corps, "-board-with-paper")
    await corps.go("/orders/form")
    await looks_right(corps, "-order-form")
    await corps.go(f"/orders/{number}")
    await corps.page.get_by_role("button", name="取消点单").click()
    await corps.page.get_by_role("dialog").get_by_text("不再需要").click()
    await corps.page.get_by_role("dialog").get_by_role("button", name="取消点单").click()
    await expect(corps.page.locator(".page-head .state")).to_have_text("已取消")


@pytest.mark.shared_site
async def test_an_order_that_came_by_phone_says_so_and_has_its_files(
    crowd: Crowd, tmp_path: Path
) -> None:
    plan, photo, page_in_disguise = (
        tmp_path / name for name in ("平面图.pdf", "路口.png", "公函.pdf")
    )
    plan.write_bytes(pdf())
    photo.write_bytes(png())
    page_in_disguise.write_bytes(b"<script>alert(1)</script>")
    corps = await crowd.person("coordinator", size="desktop")
    page = corps.page
    await corps.go("/orders/new")
    await page.locator("label.dish").first.click()
    await page.get_by_role("button", name="下一步（已选 1 项）").click()
    await page.get_by_label("镇街", exact=True).select_option(label="高楼镇")
    await page.get_by_label("服务地点").fill("下泽村口")
    await page.get_by_label("由谁填写").select_option(label="电话")
    await page.get_by_label("代谁填写").fill("下泽村委会")
    await page.get_by_label("联系电话").fill("0577-65812345")
    await page.get_by_role("button", name="下一步").click()
    await expect(page.get_by_text("填写了电话，请填写联系人。")).to_be_visible()
    await page.get_by_label("联系人", exact=False).first.fill("林主任")
    await looks_right(corps, "-order-by-phone")
    await page.get_by_role("button", name="下一步").click()
    await expect(page.get_by_text("电话 下泽村委会")).to_be_visible()
    await page.get_by_label("附件（可不填）").set_input_files(plan)
    assert await corps.serious_findings() == []
    await page.get_by_role("button", name="存为草稿").click()
    await expect(page.get_by_text("代下泽村委会填写")).to_be_visible()
    await expect(page.get_by_text("协调员录入")).to_be_visible()
    await expect(page.get_by_role("button", name="平面图.pdf", exact=True)).to_be_visible()
    await page.get_by_label("添加附件").set_input_files(photo)
    await expect(page.get_by_text("已添加 路口.png。")).to_be_visible()
    await page.get_by_label("添加附件").set_input_files(page_in_disguise)
    await expect(page.get_by_text("附件只能是 PDF、JPEG 或 PNG")).to_be_visible()
    await looks_right(corps, "-order-files")
    async with page.expect_download() as waiting:
        await page.get_by_role("button", name="平面图.pdf", exact=True).click()
    assert (await (await waiting.value).path()).read_bytes() == pdf()
    await page.get_by_role("button", name="删除附件 路口.png").click()
    await expect(page.get_by_text("已删除 路口.png。")).to_be_visible()
    await page.get_by_role("button", name="取消点单").click()
    await page.get_by_role("dialog").get_by_text("不再需要").click()
    await page.get_by_role("dialog").get_by_role("button", name="取消点单").click()
    await expect(page.locator(".page-head .state")).to_have_text("已取消")
