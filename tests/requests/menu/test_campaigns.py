"""Orders are for a campaign that is chosen by its id; one that is unknown or closed is refused in words."""

from typing import Any

from services.requests.menu.queries import Menu
from tests.requests.township import (
    EDITION,
    JULY,
    MARCH,
    ORDER,
    TOWNSHIP,
    accepted_order,
    order,
    read,
    step,
)
from tests.support.house import House


async def refused(house: House, status: int, **changes: Any) -> Any:
    answer = await house.client.post("/api/requests/orders", json=ORDER | changes)
    assert answer.status_code == status, answer.text
    return answer.json()


async def close(house: House) -> None:
    """As catalog says it; what this process has seen of campaigns is looked up again, as it is a second later."""
    await house.hear(
        f"campaign:{JULY.campaign_id}", JULY.model_copy(update={"state": "closed", "revision": 2})
    )
    house.services["requests"].api.state.menu = Menu()


async def test_an_unknown_campaign_is_refused_with_a_list_of_those_that_can_be_chosen(
    requests: House,
) -> None:
    said = await refused(requests, 422, campaign_id="hongqiyue-2015")
    assert (said["code"], said["field"]) == ("unknown_campaign", "campaign_id")
    assert "红七月、服务月 (hongqiyue-2014)、学雷锋月 (xueleifeng-2014)" in said["remedy"]
    assert (await requests.client.get("/api/requests/orders")).json()["items"] == []


async def test_where_no_campaign_is_open_that_is_said(empty: House) -> None:
    await empty.hear(f"township:{TOWNSHIP.code}", TOWNSHIP)
    await empty.hear("edition:summer-2014", EDITION)
    said = await refused(empty, 409)
    assert (said["code"], said["field"], "志愿服务总队" in said["remedy"]) == (
        "no_open_campaign",
        "campaign_id",
        True,
    )


async def test_a_name_is_no_id(requests: House) -> None:
    said = await refused(requests, 422, campaign_id="红七月、服务月")
    assert said["code"] == "invalid_request"


async def test_an_id_typed_in_full_width_is_the_same_campaign(requests: House) -> None:
    made = await order(requests, campaign_id="ｈｏｎｇｑｉｙｕｅ－２０１４")
    assert made["campaign_id"] == "hongqiyue-2014"


async def test_nothing_is_ordered_for_a_closed_campaign_and_what_was_ordered_stays(
    requests: House,
) -> None:
    drafted, accepted = await order(requests), await accepted_order(requests)
    await close(requests)
    said = await refused(requests, 409)
    assert (said["code"], said["field"], "学雷锋月" in said["remedy"]) == (
        "campaign_closed",
        "campaign_id",
        True,
    )
    late = await requests.client.post(f"/api/requests/orders/{drafted['id']}/submit")
    assert (late.status_code, late.json()["code"]) == (409, "campaign_closed")
    assert (await read(requests, drafted["id"]))["state"] == "draft"
    assert (await read(requests, accepted["id"]))["state"] == "accepted"
    moved = ORDER | {"campaign_id": MARCH.campaign_id, "wished_on": []}
    path, any_version = f"/api/requests/orders/{drafted['id']}", {"If-Match": "*"}
    answer = await requests.client.put(path, json=moved, headers=any_version)
    assert answer.status_code == 200, answer.text
    assert (await step(requests, drafted["id"], "submit"))["state"] == "submitted"


async def test_an_older_state_of_a_campaign_replaces_no_newer_one(requests: House) -> None:
    await close(requests)
    await requests.hear(f"campaign:{JULY.campaign_id}", JULY)
    assert (await refused(requests, 409))["code"] == "campaign_closed"


async def test_the_campaigns_that_orders_are_for_are_listed_with_their_days(
    requests: House,
) -> None:
    listed = (await requests.client.get("/api/requests/campaigns")).json()["items"]
    assert [
        (one["campaign_id"], one["starts_on"], one["ends_on"], one["state"], one["runs"])
        for one in listed
    ] == [  # business stands at 27 June 2014
        ("hongqiyue-2014", "2014-06-27", "2014-07-16", "open", True),
        ("xueleifeng-2014", "2014-03-01", "2014-03-31", "open", False),
    ]
