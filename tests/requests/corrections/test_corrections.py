"""An order turned out to be another township's, or dispatch corrected its booths: all that counts follows, and what was
stays beside it."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from services.requests.bootstrap import build
from services.requests.orders.tables import service_month
from services.requests.regularisation.tables import booth_queue
from services.requests.settings import RequestsSettings
from shared.contracts.base import Point
from shared.contracts.catalog import TeamMerged, TownshipChanged, TownshipRecoded
from shared.contracts.dispatch import BoothCorrected, QueueMeasured, StopStarted
from shared.contracts.requests import OrderCorrected
from shared.kernel.access import Role
from tests.requests.township import (
    CAMPAIGN,
    EDITION,
    GAOLOU,
    JULY,
    TOWNSHIP,
    Dispatch,
    accepted_order,
    order,
    step,
)
from tests.support.clock import PlayedClock
from tests.support.house import House, running_house
from tests.support.tokens import bearer

MAYU, TAOSHAN = "330381113000", "330381120000"
COORDINATOR = bearer(Role.COORDINATOR)
OFFICERS = {code: bearer(Role.OFFICER, township_code=code) for code in (GAOLOU, MAYU)}


@pytest.fixture
async def house(store_url: str) -> AsyncIterator[House]:
    settings = RequestsSettings(database_url=store_url)
    clock = PlayedClock(datetime(2014, 6, 27, 1, tzinfo=UTC))
    made = running_house(lambda b, c, t: build(settings, broker=b, cache=c, clock=t), clock=clock)
    async with made as house:
        await house.hear(f"township:{GAOLOU}", TOWNSHIP)
        for code, name in ((MAYU, "马屿镇"), (TAOSHAN, "陶山镇")):
            centre = Point(lat=27.8, lon=120.5)
            event = TownshipChanged(code=code, name=name, name_en=code, centre=centre)
            await house.hear(f"township:{code}", event)
        await house.hear("edition:summer-2014", EDITION)
        await house.hear(f"campaign:{JULY.campaign_id}", JULY)
        yield house


async def served(house: House) -> Dispatch:
    """An order of two lines, of which the first was served; somebody looked at its queue."""
    voice = Dispatch(house, await accepted_order(house))
    await voice.says(
        voice.assigned(0, "a0"),
        voice.reported(0, "a0", 118),
        measured(voice),
        voice.completed(),
    )
    return voice


def measured(voice: Dispatch, **changes: Any) -> QueueMeasured:
    figures = {"arrived": 150, "served": 118, "longest_queue": 45, "mean_wait_minutes": 55}
    booth = voice.reported(0, "a0", 118).model_dump(exclude={"leaflets", "follow_ups", "served"})
    return QueueMeasured(**booth | figures | changes)


def corrected(voice: Dispatch, **changes: Any) -> BoothCorrected:
    said = voice.reported(0, "a0", 118).model_dump()
    was = {
        "was_team_code": "health",
        "was_served": 118,
        "was_leaflets": 80,
        "was_follow_ups": 3,
    }
    return BoothCorrected(
        **said | was | {"correction": 1, "reason_code": "miscounted", "served": 81} | changes
    )


async def correct(
    house: House,
    order_id: str,
    code: str = MAYU,
    *,
    who: dict[str, str] = COORDINATOR,
    match: str | None = None,
    **more: Any,
) -> httpx.Response:
    body = {"township_code": code, "reason_code": "wrong_township"} | more
    headers = who | ({"If-Match": match} if match else {})
    path = f"/api/requests/orders/{order_id}/correction"
    return await house.client.post(path, json=body, headers=headers)


async def corrections(house: House, order_id: str) -> list[dict[str, Any]]:
    path = f"/api/requests/orders/{order_id}/corrections"
    return list((await house.client.get(path)).json())


async def months(house: House) -> dict[str, tuple[int, int, int]]:
    """Services, residents and how many gave five points, by township."""
    async with house.uow("requests").reading() as session:
        rows = (await session.execute(select(service_month))).all()
    return {row.township_code: (row.services, row.residents, row.rated_5) for row in rows}


async def queue(house: House) -> Any:
    async with house.uow("requests").reading() as session:
        return (await session.execute(select(booth_queue))).one()


async def test_all_that_counts_follows_the_order_to_its_township(house: House) -> None:
    voice = await served(house)
    order_id = voice.order["id"]
    rated = {"line_id": voice.order["lines"][0]["id"], "score": 5, "text": None}
    await house.client.post(f"/api/requests/orders/{order_id}/ratings", json=rated)
    assert await months(house) == {GAOLOU: (1, 118, 1)}
    done = await correct(house, order_id, reason="办事员选错了镇街")
    assert (done.status_code, done.json()["township_code"]) == (200, MAYU), done.text
    assert await months(house) == {MAYU: (1, 118, 1)}
    assert (await queue(house)).township_code == MAYU
    figures = (await house.client.get(f"/api/requests/campaigns/{CAMPAIGN}/figures")).json()
    assert [each["code"] for each in figures["townships"] if each["residents"]] == [MAYU]
    open_data = (await house.client.get(f"/api/requests/open/campaigns/{CAMPAIGN}/figures")).text
    assert MAYU in open_data
    ledger = (await house.client.get("/api/requests/coverage")).text
    assert "118" in ledger
    (told,) = [e for e in await house.published("requests") if isinstance(e, OrderCorrected)]
    assert (told.township_code, told.was_township_code, told.correction) == (MAYU, GAOLOU, 1)
    assert told.team_codes == ("health",)
    assert "办事员" not in told.model_dump_json(), "what people write stays here"
    (kept,) = await corrections(house, order_id)
    assert (kept["before"]["name"], kept["after"]["name"]) == ("高楼镇", "马屿镇")
    assert (kept["by"], kept["reason"]) == ("coordinator", "办事员选错了镇街")
    path = f"/api/requests/orders/{order_id}/corrections"
    for code in (MAYU, GAOLOU):
        assert (await house.client.get(path, headers=OFFICERS[code])).json() == [kept]
    # Late: what dispatch measured before it heard of that.
    await voice.says(measured(voice, arrived=151))
    assert ((await queue(house)).township_code, (await queue(house)).arrived) == (MAYU, 151)
    # The correction of the correction.
    assert (await correct(house, order_id, TAOSHAN)).status_code == 200
    assert await months(house) == {TAOSHAN: (1, 118, 1)}
    assert [each["number"] for each in await corrections(house, order_id)] == [2, 1]
    for code, number in ((GAOLOU, 1), (MAYU, 2)):
        read = await house.client.get(path, headers=OFFICERS[code])
        assert [each["number"] for each in read.json()] == [number], "only how it left"


async def departed(house: House, code: str) -> list[dict[str, Any]]:
    who = bearer(Role.OFFICER, township_code=code)
    return list((await house.client.get("/api/requests/departed-orders", headers=who)).json())


async def test_the_township_that_an_order_left_reads_why_and_nothing_else_of_it(
    house: House,
) -> None:
    voice = await served(house)
    order_id = voice.order["id"]
    assert await departed(house, GAOLOU) == []
    await correct(house, order_id, reason="办事员选错了镇街")
    (left,) = await departed(house, GAOLOU)
    assert left.keys() == {"order_id", "order_number", "correction"}
    assert (left["order_id"], left["order_number"]) == (order_id, voice.order["number"])
    assert left["correction"]["after"]["name"] == "马屿镇"
    assert left["correction"]["reason"] == "办事员选错了镇街"
    assert await departed(house, MAYU) == await departed(house, TAOSHAN) == []
    for path in ("", "/corrections"):
        read = await house.client.get(
            f"/api/requests/orders/{order_id}{path}",
            headers=bearer(Role.OFFICER, township_code=TAOSHAN),
        )
        assert read.status_code == 404, "it never was theirs"
    hidden = await house.client.get(f"/api/requests/orders/{order_id}", headers=OFFICERS[GAOLOU])
    assert hidden.status_code == 404
    # The township has another code afterwards: it is the same one that reads it.
    new = "330381125001"
    named = TOWNSHIP.model_copy(update={"code": new})
    await house.hear(f"township:{new}", named)
    recoded = TownshipRecoded(code=GAOLOU, new_code=new, valid_from=date(2014, 6, 27), joins=False)
    await house.hear(f"township:{GAOLOU}", recoded)
    assert await departed(house, new) == [left]
    # It comes back: nothing has left any more.
    await correct(house, order_id, new)
    assert await departed(house, new) == []


async def test_the_same_again_is_refused_and_of_two_at_once_one_is(house: House) -> None:
    voice = await served(house)
    read = await house.client.get(f"/api/requests/orders/{voice.order['id']}")
    tag = read.headers["etag"]
    answers = await asyncio.gather(
        *(correct(house, voice.order["id"], code, match=tag) for code in (MAYU, TAOSHAN))
    )
    assert sorted(answer.status_code for answer in answers) == [200, 412]
    stands = str((await voice.now())["township_code"])
    again = await correct(house, voice.order["id"], stands)
    assert (again.status_code, again.json()["code"]) == (422, "township_is_the_same")
    assert len(await corrections(house, voice.order["id"])) == 1
    assert await months(house) == {stands: (1, 118, 0)}


async def test_what_was_not_served_is_not_corrected(house: House) -> None:
    drafted = await order(house)
    refused = await correct(house, drafted["id"])
    assert (refused.status_code, refused.json()["state"]) == (409, "draft")
    await step(house, drafted["id"], "submit")
    await step(house, drafted["id"], "cancel", reason_code="weather")
    refused = await correct(house, drafted["id"])
    assert (refused.status_code, refused.json()["code"]) == (409, "nothing_was_served")
    officer = await correct(house, drafted["id"], who=OFFICERS[GAOLOU])
    assert officer.status_code == 403


async def test_an_order_that_is_closed_is_corrected_too_and_an_unknown_township_is_refused(
    house: House,
) -> None:
    voice = await served(house)
    order_id = voice.order["id"]
    rated = {"line_id": voice.order["lines"][0]["id"], "score": 4, "text": None}
    await house.client.post(f"/api/requests/orders/{order_id}/ratings", json=rated)
    await step(house, order_id, "close")
    unknown = await correct(house, order_id, "330381000000")
    assert (unknown.status_code, unknown.json()["field"]) == (422, "township_code")
    assert (await correct(house, order_id)).json()["state"] == "closed"
    # Nothing reopens a closed order: its booths are corrected all the same.
    await voice.says(corrected(voice))
    assert await months(house) == {MAYU: (1, 81, 0)}


async def test_a_township_that_became_part_of_another_stands_for_that_one(house: House) -> None:
    voice = await served(house)
    joined = TownshipRecoded(code=TAOSHAN, new_code=MAYU, valid_from=date(2014, 6, 27), joins=True)
    await house.hear(f"township:{TAOSHAN}", joined)
    assert (await correct(house, voice.order["id"], TAOSHAN)).json()["township_code"] == MAYU
    again = await correct(house, voice.order["id"], TAOSHAN)
    assert again.json()["code"] == "township_is_the_same"
    # What was said then stays as it was said, whatever becomes of the township.
    joined = TownshipRecoded(code=GAOLOU, new_code=MAYU, valid_from=date(2014, 6, 27), joins=True)
    await house.hear(f"township:{GAOLOU}", joined)
    (kept,) = await corrections(house, voice.order["id"])
    assert (kept["before"]["code"], kept["after"]["code"]) == (GAOLOU, MAYU)


async def test_a_corrected_booth_counts_as_it_is_now(house: House) -> None:
    voice = await served(house)
    rated = {"line_id": voice.order["lines"][0]["id"], "score": 1, "text": "等太久"}
    await house.client.post(f"/api/requests/orders/{voice.order['id']}/ratings", json=rated)
    event = corrected(voice, team_code="agriculture")
    await voice.says(event)
    line = (await voice.now())["lines"][0]
    assert (line["served"], line["team_code"]) == (81, "agriculture")
    assert (await months(house))[GAOLOU][:2] == (1, 81)
    assert (await queue(house)).team_code == "agriculture"
    leader = bearer(Role.LEADER, team_code="agriculture")
    found = await house.client.get("/api/requests/follow-ups", headers=leader)
    assert [each["score"] for each in found.json()["items"]] == [1]
    # About a booth that is not the line's any more, it says nothing.
    await voice.says(corrected(voice, assignment_id="another", served=7))
    assert (await voice.now())["lines"][0]["served"] == 81
    # A team that is another one by now.
    merged = TeamMerged(code="lawyers", name="律师队", name_en="L", into_code="justice")
    await house.hear("team:justice", merged)
    await voice.says(corrected(voice, team_code="lawyers", correction=2))
    assert (await voice.now())["lines"][0]["team_code"] == "justice"


async def test_an_order_is_not_withdrawn_while_the_team_is_there(house: House) -> None:
    voice = Dispatch(house, await accepted_order(house))
    assigned = voice.assigned(0, "a0")
    await voice.says(assigned)
    where = assigned.model_dump(include=set(StopStarted.model_fields))
    for _ in range(2):
        await voice.says(StopStarted(**where))
    path = f"/api/requests/orders/{voice.order['id']}/cancel"
    refused = await house.client.post(path, json={"reason_code": "weather"})
    assert (refused.status_code, refused.json()["code"]) == (409, "line_has_begun")
    await voice.says(voice.completed())
    assert (await voice.now())["state"] == "served"
