"""What a township says to the team reaches the team that comes, as long as it is to come."""

from typing import Any

from shared.kernel.access import Role
from tests.requests.township import Dispatch, accepted_order
from tests.support.house import House
from tests.support.tokens import bearer

CONTACT = {"contact": "陈主任", "phone": "13800138000"}


async def read(house: House, team: str = "health", stop: str = "s1") -> Any:
    answer = await house.client.get(
        "/api/requests/orders/for-team",
        params={"stop_id": stop},
        headers=bearer(Role.LEADER, team_code=team),
    )
    assert answer.status_code == 200, answer.text
    return answer.json()


async def phone(house: House, order_id: str, team: str = "health") -> Any:
    return await house.client.post(
        f"/api/requests/orders/{order_id}/phone-for-team",
        headers=bearer(Role.LEADER, team_code=team),
    )


async def test_remark_and_contact_are_read_while_the_assignment_is_live(requests: House) -> None:
    order = await accepted_order(requests, **CONTACT)
    dispatch = Dispatch(requests, order)
    assert await read(requests) == []
    await dispatch.says(dispatch.assigned(0, "a1"), dispatch.assigned(1, "a2", team="law"))
    (said,) = await read(requests)
    assert (said["number"], said["contact"], said["phone_masked"]) == (
        order["number"],
        "陈主任",
        "138****8000",
    )
    assert [(line["assignment_id"], line["remark"]) for line in said["lines"]] == [
        ("a1", "老人较多，请带血压计")
    ]
    assert (await phone(requests, order["id"])).json() == {"phone": "13800138000"}
    (noted,) = [
        entry
        for entry in (await requests.client.get("/api/requests/audit")).json()
        if entry["action"] == "show_phone_to_team"
    ]
    assert noted["changes"][0]["key"] == order["id"]
    assert await read(requests, team="culture") == []
    assert (await phone(requests, order["id"], team="culture")).status_code == 404
    assert await read(requests, stop="s2") == []

    await dispatch.says(dispatch.released(0, "a1"))
    assert await read(requests) == []
    assert (await phone(requests, order["id"])).status_code == 404
    assert [line["assignment_id"] for line in (await read(requests, "law"))[0]["lines"]] == ["a2"]


async def test_what_is_served_is_over(dispatch: Dispatch) -> None:
    await dispatch.says(dispatch.assigned(0, "a1"), dispatch.completed())
    assert await read(dispatch.house) == []


async def test_a_team_that_took_another_s_place_reads_it(dispatch: Dispatch) -> None:
    await dispatch.says(dispatch.assigned(0, "a1"))
    await dispatch.says(dispatch.assigned(0, "a9", revision=2, team="culture"))
    assert await read(dispatch.house) == []
    assert len(await read(dispatch.house, "culture")) == 1
