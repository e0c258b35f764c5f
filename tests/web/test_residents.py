"""A resident with a small phone and no account looks up what comes to the own township."""

from cli.client import Client, Json
from cli.demo import MEANT, Demonstration
from cli.sign_in import Credentials, Session
from tests.support.browser import Crowd, Person, Site

PUBLIC = "/api/dispatch/public"
TOWNSHIP = "高楼镇"
FIRST_ON, LAST_ON = "2014-07-21", "2014-08-15"
DOUBTS = (*MEANT, "plan_outside_campaign")


async def plan_next_stop(site: Site) -> Json:
    """After the circuit of 2014 is over, a township orders once more, and the corps plans it."""
    account = site.accounts["coordinator"]
    credentials = Credentials(account["login"], account["password"], account["totp_secret"])
    async with Client.at(site.url, session=Session(site.url, credentials)) as client:
        demonstration = Demonstration(client)
        client.confirms = DOUBTS
        township = next(
            each for each in await client.all("/api/catalog/townships") if each["name"] == TOWNSHIP
        )
        body = demonstration.order_body(township) | {"ruled_out_on": []}
        order = await client.post("/api/requests/orders", body, key="one-order-more")
        path = f"/api/requests/orders/{order['id']}"
        for step in ("submit", "accept"):
            await client.post(f"{path}/{step}", key=f"one-order-more-{step}")

        async def is_known() -> bool:
            lines = await client.all("/api/dispatch/demand")
            return any(line["order_id"] == order["id"] for line in lines)

        await client.until("dispatch knows the order", is_known)
        planned = {
            "campaign_id": body["campaign_id"],
            "starts_on": FIRST_ON,
            "ends_on": LAST_ON,
            "start_township_code": township["code"],
        }
        plan: Json = await client.post("/api/dispatch/plans", planned, key="one-plan-more")
        await client.post(f"/api/dispatch/plans/{plan['id']}/publish", key="one-plan-more-out")
    stop: Json = plan["stops"][0]
    return stop


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
    stop = await plan_next_stop(site)
    resident = await crowd.person()
    await resident.page.goto(f"{site.url}{PUBLIC}/townships")
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
    await resident.page.get_by_text(stop["place"]).first.wait_for()
    assert f"{PUBLIC}/stops/" in resident.page.url
    assert await resident.page.locator(".booth").count() == len(stop["assignments"])
    await looks_right(resident)
    await resident.page.get_by_role("link", name="English").click()
    await resident.page.get_by_role("heading", name="Volunteer service in").wait_for()
    assert await resident.page.locator("html").get_attribute("lang") == "en"


async def test_where_every_stop_is_over_the_page_names_the_last(crowd: Crowd, site: Site) -> None:
    resident = await crowd.person(language="en")
    await resident.page.goto(f"{site.url}{PUBLIC}/townships/330381125000")
    await resident.page.get_by_text("No service is planned here yet").wait_for()
    await resident.page.get_by_text("The last one was on Fri 27 June, morning (2014)").wait_for()
    await looks_right(resident)
