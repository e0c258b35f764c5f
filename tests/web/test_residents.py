"""A resident with a small phone and no account looks up what comes to the own township."""

import re

import pytest

from cli import open_work
from tests.support.browser import Crowd, Person, Site

pytestmark = pytest.mark.shared_site

TOWNSHIP, PLACE, BOOTHS = open_work.PLANNED[0]
OVER = "330381001000"
"""安阳街道, which has no stop after the circuit of 2014."""


async def looks_right(person: Person) -> None:
    assert await person.serious_findings() == []
    assert await person.overflow() == 0
    size = await person.page.evaluate("() => getComputedStyle(document.body).fontSize")
    assert size == "18px"
    small = await person.page.evaluate(
        "() => [...document.querySelectorAll('a')].map(a => a.getBoundingClientRect())"
        ".filter(box => box.height < 44).length"
    )
    assert small == 0
    assert await person.page.locator("script").count() == 0


async def test_a_resident_finds_the_next_stop_and_opens_it(crowd: Crowd, site: Site) -> None:
    resident = await crowd.person()
    await resident.page.goto(f"{site.residents}/townships")
    await looks_right(resident)
    await resident.page.get_by_role("link", name=TOWNSHIP).click()
    await (
        resident.page.get_by_role("heading", name="上午")
        .or_(resident.page.get_by_role("heading", name="下午"))
        .first.wait_for()
    )
    await looks_right(resident)
    async with resident.page.expect_download() as download:
        await resident.page.get_by_role("link", name="添加到日历").click()
    assert (await download.value).suggested_filename.endswith(".ics")
    await resident.page.locator("a.main").first.click()
    await resident.page.get_by_text(PLACE).first.wait_for()
    assert resident.page.url.startswith(f"{site.residents}/stops/")
    assert await resident.page.locator(".booth").count() == len(BOOTHS)
    pictures = resident.page.locator(".booth img")
    assert await pictures.count() > 0
    picture = await pictures.first.element_handle()
    await resident.page.wait_for_function(
        "image => image.complete && image.naturalWidth", arg=picture
    )
    await resident.picture("-stop")
    await looks_right(resident)
    await resident.page.get_by_role("link", name="English").click()
    await resident.page.get_by_role("heading", name="Volunteer service in").wait_for()
    assert await resident.page.locator("html").get_attribute("lang") == "en"


@pytest.mark.deployed
async def test_where_every_stop_is_over_the_page_names_the_last(crowd: Crowd, site: Site) -> None:
    resident = await crowd.person(language="en")
    await resident.page.goto(f"{site.residents}/townships/{OVER}")
    await resident.page.get_by_text("No service is planned here yet").wait_for()
    await resident.page.get_by_text(re.compile(r"The last one was on .* \(2014\)")).wait_for()
    await looks_right(resident)
