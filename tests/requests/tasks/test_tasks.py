"""What waits for whoever asks: orders to accept, to change, to hand in, booths to rate; the act removes the row."""

from typing import Any

from shared.kernel.access import Role
from tests.requests.township import GAOLOU, Dispatch, accepted_order, order, step
from tests.support.house import House
from tests.support.tokens import bearer

CORPS = bearer(Role.COORDINATOR)
OFFICER = bearer(Role.OFFICER, township_code=GAOLOU)
ELSEWHERE = bearer(Role.OFFICER, township_code="330381102000")
LEADER = bearer(Role.LEADER, team_code="health")


async def tasks(house: House, who: dict[str, str]) -> dict[str, Any]:
    answer = await house.client.get("/api/requests/tasks", headers=who)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_an_order_waits_for_the_corps_until_it_is_accepted(requests: House) -> None:
    drafted = await order(requests)
    assert (await tasks(requests, CORPS))["items"] == []
    assert (await tasks(requests, OFFICER))["counts"] == {"order_draft": 1}
    await step(requests, drafted["id"], "submit")
    found = await tasks(requests, CORPS)
    assert found == {
        "counts": {"order_to_accept": 1},
        "items": [
            {
                "code": "order_to_accept",
                "about": f"order:{drafted['id']}",
                "facts": {
                    "number": drafted["number"],
                    "count": 2,
                    "place": "高楼镇文化广场",
                    "township": "高楼镇",
                    "township_en": "Gaolou Town",
                },
                "due_on": None,
                "is_shared": True,
                "holder": None,
            }
        ],
    }
    await step(requests, drafted["id"], "accept")
    assert (await tasks(requests, CORPS))["items"] == []


async def test_a_township_sees_what_is_its_own(requests: House) -> None:
    drafted = await order(requests)
    await step(requests, drafted["id"], "submit")
    await step(requests, drafted["id"], "return", reason_code="incomplete")
    assert (await tasks(requests, OFFICER))["counts"] == {"order_returned": 1}
    for who in (ELSEWHERE, LEADER):
        assert await tasks(requests, who) == {"items": [], "counts": {}}


async def test_no_more_than_the_first_are_listed_and_all_are_counted(requests: House) -> None:
    for number in range(23):
        drafted = await order(requests, place=f"文化广场 {number} 号")
        await step(requests, drafted["id"], "submit")
    found = await tasks(requests, CORPS)
    assert (len(found["items"]), found["counts"]) == (20, {"order_to_accept": 23})


async def test_each_served_booth_waits_for_its_rating(requests: House) -> None:
    made = await accepted_order(requests)
    dispatch = Dispatch(requests, made)
    await dispatch.says(
        dispatch.assigned(0, "a0"), dispatch.assigned(1, "a1"), dispatch.reported(0, "a0", 118)
    )
    await dispatch.says(dispatch.reported(1, "a1", 32), dispatch.completed())
    first, second = (await tasks(requests, OFFICER))["items"]
    assert (first["code"], first["about"], first["facts"]) == (
        "booth_to_rate",
        f"order:{made['id']}",
        {
            "item": "健康义诊",
            "item_en": "Health check",
            "place": "高楼镇文化广场",
            "on": "2014-06-27",
            "part": "morning",
        },
    )
    rated = {"line_id": made["lines"][0]["id"], "score": 5}
    answer = await requests.client.post(
        f"/api/requests/orders/{made['id']}/ratings", json=rated, headers=OFFICER
    )
    assert answer.status_code == 200, answer.text
    assert (await tasks(requests, OFFICER))["items"] == [second]
