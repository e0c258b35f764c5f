"""A plan for days that it is hardly meant for is confirmed first: past ones, unknown holidays, not the campaign's."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from services.dispatch.planning.optimizer.list_planner import ListPlanner
from tests.dispatch import desk
from tests.dispatch.conftest import GAOLOU, house_with, order_all
from tests.support.clock import PlayedClock
from tests.support.house import House


@pytest.fixture
async def house(tmp_path: Path, clock: PlayedClock) -> AsyncIterator[House]:
    async with house_with(f"sqlite:///{tmp_path}/dispatch.db", ListPlanner(), clock) as house:
        yield house


async def test_a_plan_for_days_that_are_past_is_asked_about(
    house: House, clock: PlayedClock
) -> None:
    await order_all(house, GAOLOU)
    plan = await desk.propose(house)
    clock.now = datetime(2014, 7, 20, 2, tzinfo=UTC)
    asked = await desk.publish_plan(house, plan, status=409)
    assert [doubt["code"] for doubt in asked["errors"]] == ["plan_in_the_past"]
    assert (await desk.ask(house, "GET", f"/plans/{plan['id']}"))["state"] == "proposed"
    done = await desk.ask(house, "POST", f"/plans/{plan['id']}/publish", confirm="plan_in_the_past")
    assert done["state"] == "published"


async def test_a_candidate_for_days_that_are_past_is_asked_about(
    house: House, clock: PlayedClock
) -> None:
    await order_all(house, GAOLOU)
    candidate = await desk.candidate_of(house)
    clock.now = datetime(2014, 7, 20, 2, tzinfo=UTC)
    asked = await desk.publish(house, candidate, status=409)
    assert [doubt["code"] for doubt in asked["errors"]] == ["plan_in_the_past"]


async def test_a_year_whose_holidays_are_not_known_is_asked_about(house: House) -> None:
    await order_all(house, GAOLOU)
    unknown = desk.JULY | {"starts_on": "2033-06-27", "ends_on": "2033-07-16"}
    asked = await desk.ask(house, "POST", "/plans", unknown, status=409)
    assert [(d["code"], "2033" in d["detail"]) for d in asked["errors"]] == [
        ("holidays_unknown", True),
        ("plan_outside_campaign", True),
        ("plan_outside_campaign", True),
    ]
    asked = await desk.ask(house, "POST", "/planning-runs", unknown, status=409)
    assert asked["errors"][0]["code"] == "holidays_unknown"
    confirm = ["holidays_unknown", "plan_outside_campaign"]
    confirmed = await desk.ask(house, "POST", "/plans", unknown, status=201, confirm=confirm)
    assert confirmed["starts_on"] == "2033-06-27"


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "fields"),
    [
        ("2014-06-27", "2014-07-16", []),
        ("2014-06-26", "2014-07-16", ["starts_on"]),
        ("2014-06-27", "2014-07-17", ["ends_on"]),
        ("2014-08-04", "2014-08-15", ["starts_on", "ends_on"]),
    ],
)
@pytest.mark.parametrize("path", ["/plans", "/planning-runs"])
async def test_a_plan_beyond_the_days_of_its_campaign_is_asked_about(
    house: House, path: str, starts_on: str, ends_on: str, fields: list[str]
) -> None:
    await order_all(house, GAOLOU)
    wanted = desk.JULY | {"starts_on": starts_on, "ends_on": ends_on}
    if fields:
        asked = await desk.ask(house, "POST", path, wanted, status=409)
        assert [(d["code"], d["field"]) for d in asked["errors"]] == [
            ("plan_outside_campaign", f) for f in fields
        ]
        assert "红七月、服务月" in asked["errors"][0]["detail"]
    made = await desk.ask(house, "POST", path, wanted, status=201, confirm="plan_outside_campaign")
    assert made["starts_on"] == starts_on
