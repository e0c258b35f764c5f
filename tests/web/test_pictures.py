"""A coordinator gives an item a picture; officers see it on the menu that is published with it."""

from base64 import b64decode

import pytest

from cli.pictures import WIDTH
from tests.requests.attachments.files import exif, png
from tests.support.browser import Crowd, Person, Size

ITEM = "health-clinic"
MENU = "2014年第四季度试行目录"


async def looks_right(person: Person, name: str) -> None:
    await person.picture(name)
    assert await person.serious_findings() == []
    assert await person.overflow() == 0


async def drawn_as(person: Person, media_type: str) -> bytes:
    """A real photograph's size, drawn by the browser."""
    drawn = await person.page.evaluate(
        """media_type => {
          const canvas = Object.assign(document.createElement("canvas"), { width: 2600, height: 1950 });
          const context = canvas.getContext("2d");
          const sky = context.createLinearGradient(0, 0, 2600, 1950);
          sky.addColorStop(0, "#1a5a9e");
          sky.addColorStop(1, "#e8f4ec");
          context.fillStyle = sky;
          context.fillRect(0, 0, 2600, 1950);
          return canvas.toDataURL(media_type, 1);
        }""",
        media_type,
    )
    return b64decode(drawn.partition(",")[2])


async def photograph(person: Person) -> bytes:
    """As a telephone makes it, with the place in it."""
    data = await drawn_as(person, "image/jpeg")
    return data[:2] + exif(orientation=1) + data[2:]


LOADED_WIDTH = """alt => {
  const image = [...document.images].find(each => each.alt === alt);
  return image?.complete && image.naturalWidth;
}"""
"""A new picture may take the element's place at any moment, so it is looked for anew each time."""


async def shown_width(person: Person, alt: str) -> int:
    picture = person.page.get_by_alt_text(alt)
    await picture.wait_for()
    await picture.scroll_into_view_if_needed()
    width = await person.page.wait_for_function(LOADED_WIDTH, arg=alt)
    return int(await width.json_value())


@pytest.mark.parametrize("size", ["phone", pytest.param("desktop", marks=pytest.mark.long)])
async def test_an_item_gets_a_picture_that_its_menu_shows(crowd: Crowd, size: Size) -> None:
    coordinator = await crowd.person("coordinator", size=size)
    page = coordinator.page
    await coordinator.go(f"/corps/items/{ITEM}")
    chooser = page.locator("input[type=file]")
    await chooser.set_input_files(
        {"name": "诊.png", "mimeType": "image/png", "buffer": png(640, 480)[:-8]}
    )
    await page.get_by_text("文件不完整").wait_for()
    await looks_right(coordinator, "-item-picture-refused")
    await chooser.set_input_files(
        {"name": "诊.jpg", "mimeType": "image/jpeg", "buffer": b"RIFF\x24\0\0\0WEBPVP8 broken"}
    )
    await page.get_by_text("WebP、HEIC、GIF 等不行").wait_for()
    await page.get_by_text("“画图”").wait_for()
    webp = await drawn_as(coordinator, "image/webp")
    assert webp[8:12] == b"WEBP"
    await chooser.set_input_files({"name": "诊.webp", "mimeType": "image/webp", "buffer": webp})
    await page.get_by_text("图片已更新").wait_for()
    photo = await photograph(coordinator)
    await chooser.set_input_files({"name": "义诊.jpg", "mimeType": "image/jpeg", "buffer": photo})
    await page.get_by_text("图片已更新").wait_for()
    name = await page.locator("[name=name]").input_value()
    assert await shown_width(coordinator, f"{name}的图片") == 480, "made smaller before it is sent"
    await looks_right(coordinator, "-item-picture")
    await page.locator("[name=volunteers_needed]").fill("4")
    await page.get_by_role("button", name="保存", exact=True).click()
    await page.get_by_role("heading", name="服务项目").wait_for()

    await coordinator.go("/corps/editions/new")
    await page.locator("[name=title]").fill(MENU)
    await page.locator("[name=effective_on]").fill("2014-10-01")
    await page.locator("[name=retires_on]").fill("2015-02-28")
    await page.get_by_label(name).first.check()
    for box in await page.locator(".choices input[type=checkbox]").all():
        await box.check()
    await page.get_by_role("button", name="保存草稿").click()
    await page.get_by_role("button", name="发布这一版目录").click()
    await page.get_by_text("已发布，镇街可以点单了。").wait_for()
    officer = await crowd.person("township_officer", size=size)
    await officer.go("/menu")
    label = await officer.page.locator("#edition option", has_text=MENU).inner_text()
    await officer.page.locator("#edition").select_option(label=label)
    assert await shown_width(officer, f"{name}的图片") == 480
    assert await officer.layout_shift() < 0.1
    await looks_right(officer, "-menu-picture")

    await coordinator.go(f"/corps/items/{ITEM}")
    await page.get_by_role("button", name="去掉图片").click()
    await page.get_by_text("图片已去掉").wait_for()
    await page.get_by_alt_text(f"{name}的图片").wait_for(state="detached")
    await officer.page.reload()
    await officer.page.locator("#edition").select_option(label=label)
    assert await shown_width(officer, f"{name}的图片") == 480, "as it was published"


@pytest.mark.shared_site
@pytest.mark.parametrize("size", ["phone", pytest.param("desktop", marks=pytest.mark.long)])
async def test_the_demonstrations_menu_has_pictures(crowd: Crowd, size: Size) -> None:
    officer = await crowd.person("township_officer", size=size)
    await officer.go("/menu")
    for name in ("医疗义诊（测血糖、量血压）", "法律咨询"):
        assert await shown_width(officer, f"{name}的图片") == WIDTH
    assert await officer.layout_shift() < 0.1
    await looks_right(officer, "-menu-pictures")
