"""An order that can be handed in today: the demonstration's menu is of 2014, and one orders from a menu in force."""

from typing import Any

from cli.client import Client
from cli.demo import Demonstration
from shared.kernel.clock import business_day, utc_now


async def order_of_today(
    client: Client, story: Demonstration, township: dict[str, Any]
) -> dict[str, Any]:
    """The body of an order of ``township``, from a menu of this year with the demonstration's items; published, and
    known to requests."""
    await story.prepare()
    year = business_day(utc_now).year
    body = story.order_body(township)
    edition, campaign = f"bench-{year}", f"changtai-{year}"
    path = f"/api/catalog/editions/{edition}"
    draft = {
        "title": f"{year}",
        "effective_on": f"{year}-01-01",
        "retires_on": f"{year}-12-31",
        "item_codes": [line["item_code"] for line in body["lines"]],
    }
    await client.put(path, draft)

    async def read() -> dict[str, Any]:
        return dict(await client.get(path))

    await client.ensure(read, lambda found: found["state"] == "published", f"{path}/publish")

    async def known() -> bool:
        return any(
            found["edition_id"] == edition for found in await client.all("/api/requests/editions")
        )

    await client.until("requests knows the menu of this year", known)
    return body | {"edition_id": edition, "campaign_id": campaign, "ruled_out_on": []}
