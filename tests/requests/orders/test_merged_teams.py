"""A team was entered twice: lines, ratings and what is done about them are the other one's, and count as one."""

from datetime import date

from shared.contracts.base import Point
from shared.contracts.catalog import TeamMerged, TownshipChanged, TownshipRecoded
from shared.kernel.access import Role
from tests.requests.township import CAMPAIGN, GAOLOU, Dispatch, accepted_order
from tests.support.house import House
from tests.support.tokens import bearer

MAYU = "330381113000"


def merged(code: str, into: str) -> tuple[str, TeamMerged]:
    return f"team:{into}", TeamMerged(code=code, name="卫生队", name_en="H", into_code=into)


async def team_of(played: Dispatch, line: int = 0) -> object:
    return (await played.now())["lines"][line]["team_code"]


async def test_lines_of_every_state_are_the_other_teams(requests: House) -> None:
    played = Dispatch(requests, await accepted_order(requests))
    await played.says(played.assigned(0, "a1"), played.reported(0, "a1", 31), played.completed())
    former = str(await team_of(played))
    for _ in range(2):
        await requests.hear(*merged(former, "kept"))
    assert await team_of(played) == "kept"


async def test_what_comes_late_and_in_another_order_is_the_other_teams(requests: House) -> None:
    played = Dispatch(requests, await accepted_order(requests))
    event = played.assigned(0, "a1")
    await requests.hear(*merged("middle", "kept"))
    await requests.hear(*merged(event.team_code, "middle"))
    await played.says(event)
    assert await team_of(played) == "kept"


async def test_ratings_and_follow_ups_are_the_other_teams(requests: House) -> None:
    played = Dispatch(requests, await accepted_order(requests))
    await played.says(played.assigned(0, "a1"), played.reported(0, "a1", 31), played.completed())
    order = await played.now()
    rated = await requests.client.post(
        f"/api/requests/orders/{order['id']}/ratings",
        json={"line_id": order["lines"][0]["id"], "score": 1, "text": "来晚了一个小时。"},
    )
    assert rated.status_code == 200, rated.text
    await requests.hear(*merged(str(await team_of(played)), "kept"))
    leader = bearer(Role.LEADER, team_code="kept")
    found = await requests.client.get("/api/requests/follow-ups", headers=leader)
    assert [each["team_code"] for each in found.json()["items"]] == ["kept"]


async def test_what_two_townships_were_served_is_one_sum(requests: House) -> None:
    centre = Point(lat=27.8, lon=120.5)
    mayu = TownshipChanged(code=MAYU, name="马屿镇", name_en="Mayu", centre=centre)
    await requests.hear(f"township:{MAYU}", mayu)
    for number, township in enumerate((GAOLOU, MAYU)):
        order = await accepted_order(requests, township_code=township, place=f"广场{number}")
        played = Dispatch(requests, order)
        stop, booth = f"s{number}", f"a{number}"
        await played.says(
            played.assigned(0, booth, stop=stop),
            played.reported(0, booth, 30 + number, stop=stop),
            played.completed(stop=stop),
        )
    joined = TownshipRecoded(code=GAOLOU, new_code=MAYU, valid_from=date(2014, 6, 27), joins=True)
    for _ in range(2):
        await requests.hear(f"township:{GAOLOU}", joined)
    figures = await requests.client.get(f"/api/requests/campaigns/{CAMPAIGN}/figures")
    (only,) = [each for each in figures.json()["townships"] if each["residents"]]
    assert (only["code"], only["residents"]) == (MAYU, 61)
