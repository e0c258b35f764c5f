"""A developer of another system reads what the events say: without an account, on a phone and at a desk."""

import pytest

from tests.support.browser import Crowd, Person, Site

pytestmark = pytest.mark.shared_site

CATALOGUE = "/api/notify/public/contract"
EVENT = "catalog.edition_withdrawal_requested.v1"
"""The longest name of all."""


async def looks_right(person: Person) -> None:
    assert await person.serious_findings() == []
    assert await person.overflow() == 0
    assert await person.page.locator("script").count() == 0


async def test_a_developer_finds_an_event_and_its_schema(crowd: Crowd, site: Site) -> None:
    developer = await crowd.person(size="phone")
    page = developer.page
    await page.goto(f"{site.url}{CATALOGUE}")
    await looks_right(developer)
    await page.get_by_role("link", name="English").click()
    await page.get_by_role("heading", name="Catalogue of events").wait_for()
    await page.get_by_label("Find events").fill("withdrawal requested")
    await page.get_by_label("Publisher").select_option(label="Catalog")
    await page.get_by_role("button", name="Search").click()
    await page.get_by_text("1 event(s)").wait_for()
    assert await page.locator("html").get_attribute("lang") == "en"
    await looks_right(developer)
    await page.get_by_role("link", name=EVENT).click()
    await page.get_by_role("heading", name=EVENT).wait_for()
    await page.get_by_text("the edition of the menu").wait_for()
    await developer.picture("-event")
    await looks_right(developer)
    address = await page.get_by_role("link", name="JSON Schema").evaluate("link => link.href")
    schema = await (await page.request.get(address)).json()
    assert schema["$id"] == f"urn:diancai:event:{EVENT}"
    await page.get_by_role("link", name="All events").click()
    await page.get_by_role("heading", name="Catalogue of events").wait_for()


async def test_a_subscriber_comes_from_the_console(crowd: Crowd, site: Site) -> None:
    subscriber = await crowd.person("subscriber", size="desktop")
    await subscriber.go("/subscriptions")
    await subscriber.page.get_by_role("link", name="事件目录").click()
    await subscriber.page.get_by_role("heading", name="事件目录").wait_for()
    assert subscriber.page.url == f"{site.url}{CATALOGUE}"
    await looks_right(subscriber)
