"""An edition is withdrawn while townships order from it: catalog asks, requests answers, and both say the same."""

from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from services.catalog.bootstrap import build as build_catalog
from services.catalog.settings import CatalogSettings
from services.requests.bootstrap import build as build_requests
from services.requests.settings import RequestsSettings
from tests.catalog.corps import enter_corps, post, put, state_of
from tests.requests.township import CAMPAIGN, GAOLOU
from tests.support.fixtures import NewUrl
from tests.support.house import House, running_house
from tests.support.waiting import until

OF_CATALOG = "editions/summer-2014"


@pytest.fixture
async def house(new_store_url: NewUrl, tmp_path: Path) -> AsyncIterator[House]:
    """A published menu, and a township that has not ordered yet."""
    catalog = CatalogSettings(
        database_url=new_store_url(),
        signing_keys_file=tmp_path / "keys.json",
        signing_keys_create=True,
    )
    requests = RequestsSettings(database_url=new_store_url())
    async with running_house(
        lambda b, c, t: build_catalog(catalog, broker=b, cache=c, clock=t),
        lambda b, c, t: build_requests(requests, broker=b, cache=c, clock=t),
    ) as one:
        await enter_corps(one)
        place = {"name": "高楼镇", "name_en": "Gaolou Town", "lat": 27.8136, "lon": 120.2775}
        await put(one, f"townships/{GAOLOU}", place)
        july = {
            "name": "红七月、服务月",
            "name_en": "Red July",
            "starts_on": "2014-06-27",
            "ends_on": "2014-07-16",
        }
        await put(one, f"campaigns/{CAMPAIGN}", july)
        await post(one, f"{OF_CATALOG}/publish")
        await until(partial(is_orderable, one))
        yield one


async def menus(house: House) -> list[dict[str, Any]]:
    return list((await house.client.get("/api/requests/editions")).json()["items"])


async def is_orderable(house: House) -> bool:
    townships = (await house.client.get("/api/requests/townships")).json()["items"]
    campaigns = (await house.client.get("/api/requests/campaigns")).json()["items"]
    is_known = CAMPAIGN in [each["campaign_id"] for each in campaigns]
    return bool(await menus(house) and townships and is_known)


async def has_state(house: House, state: str) -> bool:
    return await state_of(house, OF_CATALOG) == state


async def draft(house: House) -> Any:
    body = {
        "township_code": GAOLOU,
        "edition_id": "summer-2014",
        "campaign_id": CAMPAIGN,
        "place": "高楼镇文化广场",
        "lines": [{"item_code": "clinic", "expected_attendance": 120}],
    }
    return await house.client.post("/api/requests/orders", json=body)


async def test_before_the_first_order_it_is_withdrawn_and_nobody_orders_from_it(
    house: House,
) -> None:
    await post(house, f"{OF_CATALOG}/withdraw", status=202)
    await until(partial(has_state, house, "withdrawn"))
    assert [each["state"] for each in await menus(house)] == ["withdrawn"]
    refused = await draft(house)
    assert (refused.status_code, refused.json()["code"]) == (409, "edition_withdrawn")


async def test_after_the_first_order_it_stays_and_says_how_many_there_are(house: House) -> None:
    made = await draft(house)
    assert made.status_code == 201, made.text
    path = f"/api/requests/orders/{made.json()['id']}"
    submitted = await house.client.post(f"{path}/submit")
    assert submitted.status_code == 200, submitted.text
    await post(house, f"{OF_CATALOG}/withdraw", status=202)
    await until(partial(has_state, house, "published"))
    kept = (await house.client.get(f"/api/catalog/{OF_CATALOG}")).json()
    assert kept["orders_against_withdrawal"] == 1
    assert (await draft(house)).status_code == 201
    assert [each["state"] for each in await menus(house)] == ["open"]
    assert (await house.client.get(path)).json()["state"] == "submitted"
