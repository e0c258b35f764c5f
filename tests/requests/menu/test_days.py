"""Orders go by business days: menus that are in force, and days that are still ahead."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from services.requests.bootstrap import build
from services.requests.settings import RequestsSettings
from shared.kernel.access import Role
from tests.requests.township import EDITION, GAOLOU, JULY, ORDER, TOWNSHIP, order
from tests.support.clock import PlayedClock
from tests.support.house import House, running_house
from tests.support.tokens import bearer

OFFICER = bearer(Role.OFFICER, township_code=GAOLOU)
COORDINATOR = bearer(Role.COORDINATOR)
PATH = "/api/requests/orders"


@pytest.fixture
def clock() -> PlayedClock:
    """Noon on the first day of the menu, in China."""
    return PlayedClock(datetime(2014, 6, 1, 4, tzinfo=UTC))


@pytest.fixture
async def house(tmp_path: Path, clock: PlayedClock) -> AsyncIterator[House]:
    settings = RequestsSettings(database_url=f"sqlite:///{tmp_path}/requests.db")
    async with running_house(
        lambda b, c, t: build(settings, broker=b, cache=c, clock=t), clock=clock
    ) as house:
        await house.hear(f"township:{TOWNSHIP.code}", TOWNSHIP)
        await house.hear("edition:summer-2014", EDITION)
        await house.hear(f"campaign:{JULY.campaign_id}", JULY)
        yield house


def at(moment: str) -> datetime:
    return datetime.fromisoformat(moment)


async def ask(house: House, headers: dict[str, str], **changes: Any) -> httpx.Response:
    confirm = changes.pop("confirm", None)
    query = {"confirm": confirm} if confirm else {}
    body = ORDER | {"wished_on": [], "submit": True} | changes
    return await house.client.post(PATH, json=body, headers=headers, params=query)


@pytest.mark.parametrize(
    ("moment", "in_force"),
    [
        ("2014-05-31T23:59:59+08:00", False),
        ("2014-06-01T00:00:00+08:00", True),
        ("2014-08-31T23:59:59+08:00", True),
        ("2014-09-01T00:00:00+08:00", False),
        ("2026-11-28T12:00:00+08:00", False),
    ],
)
async def test_a_township_orders_from_menus_that_are_in_force(
    house: House, clock: PlayedClock, moment: str, in_force: bool
) -> None:
    clock.now = at(moment)
    listed = (await house.client.get("/api/requests/editions")).json()["items"]
    assert [edition["in_force"] for edition in listed] == [in_force]
    answer = await ask(house, OFFICER)
    if in_force:
        assert (answer.status_code, answer.json()["state"]) == (201, "submitted")
        return
    problem = answer.json()
    assert (answer.status_code, problem["code"], problem["field"]) == (
        409,
        "no_edition_in_force",
        "edition_id",
    )
    assert "《2014年夏季菜单》" in problem["detail"]
    assert "2014年6月1日" in problem["detail"]
    assert "请等总队发布新一版目录" in problem["remedy"]
    again = await ask(house, OFFICER, confirm="no_edition_in_force")
    assert again.status_code == 409


async def test_the_refusal_names_what_can_be_ordered_from_today(
    house: House, clock: PlayedClock
) -> None:
    autumn = EDITION.model_copy(
        update={
            "edition_id": "autumn-2014",
            "title": "2014年秋季菜单",
            "effective_on": at("2014-09-01T00:00:00").date(),
            "retires_on": at("2014-11-30T00:00:00").date(),
        }
    )
    await house.hear("edition:autumn-2014", autumn)
    clock.now = at("2014-09-10T09:00:00+08:00")
    assert "《2014年秋季菜单》" in (await ask(house, OFFICER)).json()["detail"]
    assert (await ask(house, OFFICER, edition_id="autumn-2014")).status_code == 201


async def test_a_coordinator_who_enters_what_is_past_is_asked(
    house: House, clock: PlayedClock
) -> None:
    clock.now = at("2015-01-05T09:00:00+08:00")
    asked = await ask(house, COORDINATOR, wished_on=["2014-06-28"])
    assert (asked.status_code, asked.json()["code"]) == (409, "confirmation_needed")
    assert [(d["code"], d["field"]) for d in asked.json()["errors"]] == [
        ("edition_not_in_force", "edition_id"),
        ("day_in_the_past", "wished_on[0]"),
    ]
    assert (await house.client.get(PATH)).json()["items"] == []
    confirm = ["edition_not_in_force", "day_in_the_past"]
    assert (
        await ask(house, COORDINATOR, wished_on=["2014-06-28"], confirm=confirm)
    ).status_code == 201


async def test_a_wished_day_is_ahead_and_within_the_menu_and_the_campaign(house: House) -> None:
    assert (await ask(house, OFFICER, wished_on=["2014-06-27", "2014-07-16"])).status_code == 201
    asked = (await ask(house, OFFICER, wished_on=["2014-06-27", "2014-06-26", "2014-07-17"])).json()
    assert [(d["code"], d["field"]) for d in asked["errors"]] == [
        ("day_outside_campaign", "wished_on[1]"),
        ("day_outside_campaign", "wished_on[2]"),
    ]
    assert "红七月、服务月" in asked["errors"][0]["detail"]
    asked = (
        await ask(house, OFFICER, wished_on=["2014-09-01", "2014-05-31"], place="高楼镇政府门前")
    ).json()
    assert [(d["code"], d["field"]) for d in asked["errors"]] == [
        ("day_after_edition", "wished_on[0]"),
        ("day_in_the_past", "wished_on[1]"),
    ]


async def test_a_draft_that_lay_too_long_is_asked_about_when_it_is_handed_in(
    house: House, clock: PlayedClock
) -> None:
    draft = await order(house, wished_on=["2014-06-28"])
    clock.now = at("2014-06-29T09:00:00+08:00")
    path = f"{PATH}/{draft['id']}/submit"
    asked = await house.client.post(path, headers=OFFICER)
    assert [doubt["code"] for doubt in asked.json()["errors"]] == ["day_in_the_past"]
    done = await house.client.post(path, headers=OFFICER, params={"confirm": "day_in_the_past"})
    assert done.json()["state"] == "submitted"


async def test_the_same_key_gives_the_same_order_on_another_day_too(
    house: House, clock: PlayedClock
) -> None:
    headers = OFFICER | {"Idempotency-Key": "the-order-of-june"}
    first = await ask(house, headers)
    clock.now = at("2014-10-01T09:00:00+08:00")
    again = await ask(house, headers)
    assert (again.status_code, again.json()["id"]) == (201, first.json()["id"])
    assert (await ask(house, OFFICER)).status_code == 409
