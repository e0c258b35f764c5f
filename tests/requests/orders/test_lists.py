"""Lists of orders: every sort pages without gap or repetition, filters combine, and words are found."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from services.requests.bootstrap import build
from services.requests.settings import RequestsSettings
from shared.contracts.base import Point
from shared.contracts.catalog import TownshipChanged
from shared.kernel.access import Role
from tests.requests.township import (
    CAMPAIGN,
    EDITION,
    GAOLOU,
    JULY,
    MARCH,
    TOWNSHIP,
    accepted_order,
    order,
    step,
)
from tests.support.house import House, running_house
from tests.support.tokens import bearer

TANGXIA = "330381102000"


@pytest.fixture
async def house(store_url: str) -> AsyncIterator[House]:
    settings = RequestsSettings(database_url=store_url)
    async with running_house(lambda b, c, t: build(settings, broker=b, cache=c, clock=t)) as one:
        await one.hear("township:330381125000", TOWNSHIP)
        await one.hear(
            f"township:{TANGXIA}",
            TownshipChanged(
                code=TANGXIA,
                name="塘下镇",
                name_en="Tangxia Town",
                centre=Point(lat=27.8, lon=120.7),
            ),
        )
        await one.hear("edition:summer-2014", EDITION)
        for campaign in (JULY, MARCH):
            await one.hear(f"campaign:{campaign.campaign_id}", campaign)
        yield one


async def pages(house: House, limit: int = 2, **query: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    after: str | None = None
    while True:
        params = query | {"limit": limit} | ({"after": after} if after else {})
        answer = await house.client.get("/api/requests/orders", params=params)
        assert answer.status_code == 200, answer.text
        assert len(answer.json()["items"]) <= limit
        found += answer.json()["items"]
        after = answer.json()["next_after"]
        if after is None:
            return found


async def numbers(house: House, **query: Any) -> list[int]:
    """The running numbers of what the list holds, in its order."""
    return [int(one["number"][5:]) for one in await pages(house, **query)]


async def seven(house: House) -> None:
    """Seven orders: drafts are 1 and 4, 2 was handed in after 3, and 5 to 7 are Tangxia's."""
    two = {"lines": [{"item_code": "appliances", "expected_attendance": 10}]}
    made = [await order(house), await order(house, place="文化礼堂１号")]
    made.append(await order(house, place="高楼小学", **two))
    await step(house, made[2]["id"], "submit")
    await step(house, made[1]["id"], "submit")
    await order(house, campaign_id="xueleifeng-2014", wished_on=[])
    for place in ("陈宅村", "塘下镇文化广场"):
        await accepted_order(house, place=place, township_code=TANGXIA)
    returned = await order(house, place="Square", township_code=TANGXIA)
    await step(house, returned["id"], "submit")
    await step(house, returned["id"], "return", reason_code="incomplete")


async def test_each_sort_pages_both_ways(house: House) -> None:
    await seven(house)
    assert await numbers(house) == [1, 2, 3, 4, 5, 6, 7]
    assert await numbers(house, sort="-created") == [7, 6, 5, 4, 3, 2, 1]
    assert await numbers(house, sort="submitted") == [3, 2, 5, 6, 7, 1, 4]
    assert await numbers(house, sort="-submitted") == [7, 6, 5, 2, 3, 4, 1]
    assert await numbers(house, sort="township") == [5, 6, 7, 1, 2, 3, 4]
    assert await numbers(house, sort="-township") == [4, 3, 2, 1, 7, 6, 5]
    assert await numbers(house, sort="state") == [1, 4, 2, 3, 7, 5, 6]
    assert await numbers(house, sort="-state") == [6, 5, 7, 3, 2, 4, 1]
    assert await numbers(house, sort="state", state=["returned", "accepted"], limit=1) == [7, 5, 6]


async def test_an_order_that_changes_meanwhile_moves_no_other(house: House) -> None:
    await seven(house)
    params: dict[str, Any] = {"sort": "state", "limit": 3}
    first = (await house.client.get("/api/requests/orders", params=params)).json()
    last = first["items"][-1]
    assert last["number"] == "2014-0002"
    await step(house, last["id"], "accept")
    rest = {"sort": "state", "after": first["next_after"]}
    second = (await house.client.get("/api/requests/orders", params=rest)).json()
    found = [one["number"][-1] for one in second["items"]]
    assert found == ["3", "7", "2", "5", "6"]  # the accepted one again, for it stands there now


async def test_filters_combine(house: House) -> None:
    await seven(house)
    assert await numbers(house, township_code=TANGXIA, state="accepted") == [5, 6]
    assert await numbers(house, state=["draft", "returned"]) == [1, 4, 7]
    assert await numbers(house, state=["draft", "returned"], campaign_id=CAMPAIGN) == [1, 7]
    # Business goes by the clock of the house, whatever day it is.
    day, before = "2014-06-27", "2014-06-26"
    assert await numbers(house, from_on=day, to_on=day, state="submitted") == [2, 3]
    assert await numbers(house, to_on=before) == []
    assert await numbers(house, from_on="2199-01-01") == []
    edition = EDITION.edition_id
    assert await numbers(house, edition_id=edition, item_code="appliances") == [3]
    assert await numbers(house, edition_id="winter-2014") == []
    assert await numbers(house, item_code="appliance") == [], "a whole code"


async def test_of_the_orders_from_a_menu_those_with_an_item_are_counted(house: House) -> None:
    """One of the clinic's was cancelled, and waits no more; an officer counts the own township's only."""
    await seven(house)
    cancelled = (await pages(house, state="accepted"))[0]
    await step(house, cancelled["id"], "cancel", reason_code="venue")
    query = {"edition_id": EDITION.edition_id, "item_code": ["clinic", "appliances", "haircut"]}
    counted = await house.client.get("/api/requests/orders/counts/items", params=query)
    assert counted.json() == [
        {"item_code": "clinic", "total": 6, "unserved": 5},
        {"item_code": "appliances", "total": 1, "unserved": 1},
    ]
    officer = bearer(Role.OFFICER, township_code=GAOLOU)
    own = await house.client.get("/api/requests/orders/counts/items", params=query, headers=officer)
    assert [each["total"] for each in own.json()] == [3, 1]
    elsewhere = query | {"edition_id": "winter-2014"}
    none = await house.client.get("/api/requests/orders/counts/items", params=elsewhere)
    assert none.json() == []


@pytest.mark.parametrize(
    ("q", "found"),
    [
        ("文化", [1, 2, 4, 6]),
        ("化礼堂1", [2]),
        ("square", [7]),
        ("堂", [2]),
        ("高楼", [1, 2, 3, 4]),  # the township's name, too
        ("塘下镇", [5, 6, 7]),
        ("Tangxia", [5, 6, 7]),
        ("家电", [3]),
        ("appliance", [3]),
        ("2014-0003", [3]),
        ("2014-00", [1, 2, 3, 4, 5, 6, 7]),
        ("老人", []),  # a remark is not looked through
        ("%", []),
        ('"', []),
    ],
)
async def test_words_are_found(requests: House, q: str, found: list[int]) -> None:
    await requests.hear(
        f"township:{TANGXIA}",
        TownshipChanged(
            code=TANGXIA, name="塘下镇", name_en="Tangxia Town", centre=Point(lat=27.8, lon=120.7)
        ),
    )
    await seven(requests)
    assert await numbers(requests, q=q) == found


async def test_words_are_found_on_both_stores_and_counted(house: House) -> None:
    await seven(house)
    assert await numbers(house, q="文化", sort="-created", state=["draft", "accepted"]) == [6, 4, 1]
    assert await numbers(house, q="义诊", township_code=TANGXIA) == [5, 6, 7]
    assert await numbers(house, q="法律") == [1, 2, 4, 5, 6, 7]
    counted = await house.client.get("/api/requests/orders/counts", params={"q": "文化"})
    assert counted.json() == {"draft": 2, "submitted": 1, "accepted": 1}
    of_two = {"state": ["draft", "accepted"], "township_code": TANGXIA}
    counted = await house.client.get("/api/requests/orders/counts", params=of_two)
    assert counted.json() == {"accepted": 2}


async def test_what_is_too_long_to_look_for_is_refused(requests: House) -> None:
    for q in ("文" * 41, ""):
        refused = await requests.client.get("/api/requests/orders", params={"q": q})
        assert (refused.status_code, refused.json()["field"]) == (422, "q")


async def test_a_township_finds_its_own_only(requests: House) -> None:
    await order(requests)
    officer = bearer(Role.OFFICER, township_code=TANGXIA)
    for query in ({"q": "文化"}, {"sort": "township"}, {"number": "2014-0001"}):
        answer = await requests.client.get("/api/requests/orders", params=query, headers=officer)
        assert answer.json()["items"] == []
    counted = await requests.client.get("/api/requests/orders/counts", headers=officer)
    assert counted.json() == {}


async def test_the_history_says_who_brought_an_order_into_each_state(requests: House) -> None:
    made = await order(requests)
    officer = bearer(Role.OFFICER, township_code=GAOLOU)
    corps = bearer(Role.COORDINATOR)
    for name, body, who in (
        ("submit", None, officer),
        ("return", {"reason_code": "incomplete"}, corps),
        ("submit", None, officer),
        ("accept", None, corps),
    ):
        answer = await requests.client.post(
            f"/api/requests/orders/{made['id']}/{name}", json=body, headers=who
        )
        assert answer.status_code == 200, answer.text
    history = answer.json()["history"]
    assert [(one["state"], one["by"], one["reason_code"]) for one in history[1:]] == [
        ("submitted", "township_officer", None),
        ("returned", "coordinator", "incomplete"),
        ("submitted", "township_officer", None),
        ("accepted", "coordinator", None),
    ]
    assert history[0]["state"] == "draft"
    assert [one["at"] for one in history] == sorted(one["at"] for one in history)
