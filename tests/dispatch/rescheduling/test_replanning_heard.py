"""A plan is published anew: what the township's order and the teams' inboxes say afterwards."""

from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from services.dispatch.bootstrap import build as build_dispatch
from services.dispatch.planning.optimizer.list_planner import ListPlanner
from services.dispatch.settings import DispatchSettings
from services.notify.bootstrap import build as build_notify
from services.notify.settings import NotifySettings
from services.requests.bootstrap import build as build_requests
from services.requests.settings import RequestsSettings
from shared.contracts.catalog import ServiceItemChanged, TeamRegistered
from tests.dispatch import desk
from tests.dispatch.conftest import JUNE
from tests.requests.township import EDITION, GAOLOU, JULY, TOWNSHIP, accepted_order, read
from tests.support.clock import PlayedClock
from tests.support.house import House, running_house
from tests.support.waiting import until

TEAMS = {"clinic": ("health", "医疗卫生志愿服务队"), "law-advice": ("justice", "司法志愿服务队")}


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    planners = {"plan": ListPlanner()}
    dispatch, requests, notify = (
        f"sqlite:///{tmp_path}/{name}.db" for name in ("dispatch", "requests", "notify")
    )
    async with running_house(
        lambda b, c, t: build_dispatch(
            DispatchSettings(database_url=dispatch), broker=b, cache=c, clock=t, planners=planners
        ),
        lambda b, c, t: build_requests(
            RequestsSettings(database_url=requests), broker=b, cache=c, clock=t
        ),
        lambda b, c, t: build_notify(
            NotifySettings(database_url=notify), broker=b, cache=c, clock=t
        ),
        clock=PlayedClock(JUNE),
    ) as house:
        await house.hear(f"township:{GAOLOU}", TOWNSHIP)
        await house.hear("edition:summer-2014", EDITION)
        await house.hear(f"campaign:{JULY.campaign_id}", JULY)
        for item, (code, name) in TEAMS.items():
            team = TeamRegistered(
                code=code, name=name, name_en=code, agency_code="a", agency_name="局", members=6
            )
            await house.hear(f"team:{code}", team)
            offered = ServiceItemChanged(
                code=item,
                name=item,
                name_en=item,
                category_code="livelihood",
                teams=(code,),
                volunteers_needed=2,
                minutes_per_resident=5,
            )
            await house.hear(f"item:{item}", offered)
        yield house


async def scheduled_order(house: House) -> tuple[dict[str, Any], dict[str, str]]:
    """An order all of whose lines are in a published plan, and their ids by item."""
    order = await accepted_order(house)
    lines = {line["item_code"]: line["id"] for line in order["lines"]}
    await until(partial(open_demand, house, len(lines)))
    await desk.publish(house, await desk.candidate_of(house))
    await until(partial(everything_scheduled, house, order["id"]))
    return await read(house, order["id"]), lines


async def publish_anew(house: House, *steps: dict[str, str]) -> None:
    await desk.publish(house, await desk.edit(house, await desk.candidate_of(house), *steps))


async def test_the_order_and_the_team_follow_what_was_published_last(house: House) -> None:
    order, lines = await scheduled_order(house)
    await publish_anew(
        house, desk.placed(lines["law-advice"], "justice", "2014-07-09", "afternoon")
    )

    async def moved() -> Any:
        law = next(
            line
            for line in (await read(house, order["id"]))["lines"]
            if line["id"] == lines["law-advice"]
        )
        return (law["state"], law["team_code"], law["on"]) == ("scheduled", "justice", "2014-07-09")

    await until(moved)
    clinic = next(
        line for line in (await read(house, order["id"]))["lines"] if line["id"] == lines["clinic"]
    )
    assert (clinic["state"], clinic["on"]) == ("scheduled", "2014-06-27")
    told = await until(partial(told_twice, house, "team.justice"))
    assert any("方案重新安排了" in text for text in told)
    assert any("7月9日" in text and "下午" in text for text in told)


async def test_of_a_stop_that_moves_everybody_is_told_once(house: House) -> None:
    was, lines = await scheduled_order(house)
    steps = [
        desk.placed(lines[item], team, "2014-07-09", "afternoon")
        for item, (team, _) in TEAMS.items()
    ]
    await publish_anew(house, *steps)

    async def moved() -> Any:
        found = (await read(house, was["id"]))["lines"]
        return {(line["state"], line["on"], line["part"]) for line in found} == {
            ("scheduled", "2014-07-09", "afternoon")
        }

    await until(moved)
    now = await read(house, was["id"])
    assert [line["assignment_id"] for line in now["lines"]] == [
        line["assignment_id"] for line in was["lines"]
    ]
    for recipient in (f"township.{GAOLOU}", "team.health", "team.justice"):
        told = await until(partial(told_of_the_move, house, recipient))
        assert len(told) == 1
        assert "6月27日 周五 上午 → 7月9日 周三 下午" in told[0]
        assert "方案重新安排了" in told[0]


async def told_of_the_move(house: House, recipient: str) -> list[str]:
    """All that the recipient was told in which the new day is named, or that something is off."""
    words = ("7月9日", "取消", "不必前往")
    return [
        text for text in await texts_to(house, recipient) if any(word in text for word in words)
    ]


async def open_demand(house: House, lines: int) -> bool:
    return len(await desk.demand_of(house)) == lines


async def everything_scheduled(house: House, order_id: str) -> bool:
    return {line["state"] for line in (await read(house, order_id))["lines"]} == {"scheduled"}


async def told_twice(house: House, recipient: str) -> list[str] | None:
    """What the recipient was told, once it is the first plan, the release and the new booth."""
    texts = await texts_to(house, recipient)
    return texts if len(texts) >= 3 else None


async def texts_to(house: House, recipient: str) -> list[str]:
    answer = await house.client.get(f"/api/notify/recipients/{recipient}/messages")
    return [message["text"] for message in answer.json()["items"]]
