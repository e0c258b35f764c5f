"""A township has another division code: its orders and wishes are there, and its officers reach them."""

from datetime import date

from shared.contracts.catalog import TownshipRecoded
from shared.kernel.access import Role
from tests.requests.township import CAMPAIGN, GAOLOU, Dispatch, accepted_order, order
from tests.requests.wishes.wishing import wish
from tests.support.house import House
from tests.support.tokens import bearer

NEW, NEWER = "330381126000", "330381127000"


def recoded(code: str, new_code: str) -> TownshipRecoded:
    return TownshipRecoded(code=code, new_code=new_code, valid_from=date(2014, 6, 27))


async def seen_by(house: House, township: str) -> set[str]:
    headers = bearer(Role.OFFICER, township_code=township)
    answer = await house.client.get("/api/requests/orders", headers=headers)
    return {each["id"] for each in answer.json()["items"]}


async def test_orders_of_every_state_are_under_the_new_code(requests: House) -> None:
    orders = {(await order(requests))["id"], (await accepted_order(requests, place="别处"))["id"]}
    for _ in range(2):
        await requests.hear(f"township:{GAOLOU}", recoded(GAOLOU, NEW))
    assert (await seen_by(requests, NEW), await seen_by(requests, GAOLOU)) == (orders, set())


async def test_its_wishes_and_what_was_counted_are_under_the_new_code(requests: House) -> None:
    wished = await wish(requests)
    played = Dispatch(requests, await accepted_order(requests))
    await played.says(played.assigned(0, "a1"), played.reported(0, "a1", 31), played.completed())
    await requests.hear(f"township:{GAOLOU}", recoded(GAOLOU, NEW))
    headers = bearer(Role.OFFICER, township_code=NEW)
    wishes = (await requests.client.get("/api/requests/wishes", headers=headers)).json()["items"]
    assert [each["id"] for each in wishes] == [wished["id"]]
    figures = await requests.client.get(
        f"/api/requests/campaigns/{CAMPAIGN}/figures", headers=headers
    )
    assert [each["code"] for each in figures.json()["townships"]] == [NEW]


async def test_two_codes_one_after_the_other_may_come_in_either_order(requests: House) -> None:
    ordered = await order(requests)
    await requests.hear(f"township:{NEW}", recoded(NEW, NEWER))
    await requests.hear(f"township:{GAOLOU}", recoded(GAOLOU, NEW))
    assert await seen_by(requests, NEWER) == {ordered["id"]}
