"""Catalog says what a campaign is about; plans made from then on prefer it, and say how far they do."""

from collections.abc import AsyncIterator
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select, update

from services.dispatch.planning.optimizer.list_planner import ListPlanner
from services.dispatch.planning.problem.problem import Theme
from services.dispatch.plans.domain.theme import CampaignTheme
from services.dispatch.plans.tables import candidate
from shared.contracts import catalog
from tests.dispatch.conftest import CAMPAIGN, GAOLOU, JUNE, accept_order, campaign, house_with
from tests.dispatch.desk import JULY, ask, booth_of, candidate_of
from tests.support.clock import PlayedClock
from tests.support.house import House

STREAM = f"campaign:{CAMPAIGN}"
RED_JULY = catalog.CampaignTheme(
    name="红七月",
    name_en="Red July",
    starts_on=date(2014, 7, 1),
    ends_on=date(2014, 7, 16),
    item_codes=("legal-advice",),
)


@pytest.fixture
async def house(store_url: str) -> AsyncIterator[House]:
    async with house_with(store_url, ListPlanner(), PlayedClock(JUNE)) as house:
        yield house


def figure(score_of: Any, goal: str) -> Any:
    return next(level for level in score_of["levels"] if level["goal"] == goal)


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "days"),
    [
        (None, None, range(20)),
        ("2014-07-01", "2014-07-31", range(4, 20)),
        ("2014-06-01", "2014-06-27", range(1)),
        (None, "2014-07-01", range(5)),
        ("2014-07-16", None, range(19, 20)),
        ("2014-08-01", None, range(0)),
        (None, "2014-06-26", range(0)),
    ],
)
def test_its_dates_are_counted_from_the_plan_s_first_day(
    starts_on: str | None, ends_on: str | None, days: range
) -> None:
    row = {
        "name": "红七月",
        "starts_on": starts_on,
        "ends_on": ends_on,
        "item_codes": ["legal-advice"],
    }
    counted = CampaignTheme.stored(row).counted(date(2014, 6, 27), 20)
    assert counted == Theme("红七月", frozenset({"legal-advice"}), frozenset(days))


async def test_a_plan_made_after_the_theme_was_said_prefers_it_and_says_so(house: House) -> None:
    await accept_order(house, "order-0", GAOLOU, ["legal-advice"])
    before = await candidate_of(house)
    assert booth_of(before, "order-0-legal-advice")["on"] == "2014-06-27"
    assert figure(before["score"], "lines_on_theme")["value"] == 0
    await house.hear(STREAM, campaign(RED_JULY, revision=2))
    after = await candidate_of(house)
    assert booth_of(after, "order-0-legal-advice")["on"] == "2014-07-01"
    compared = await ask(
        house, "GET", f"/candidates/{before['id']}/comparison", **{"with": after["id"]}
    )
    assert figure(compared["difference"], "lines_on_theme") == {
        "level": 4,
        "goal": "lines_on_theme",
        "value": 1,
        "more_is_better": True,
        "detail": "在相应主题日提供的服务",
    }
    assert [(change["how"], change["after"][0]["on"]) for change in compared["changes"]] == [
        ("moved", "2014-07-01")
    ]


async def test_an_older_state_of_the_campaign_replaces_no_newer_one(house: House) -> None:
    await accept_order(house, "order-0", GAOLOU, ["legal-advice"])
    await house.hear(STREAM, campaign(RED_JULY, revision=3), campaign(revision=2))
    assert figure((await candidate_of(house))["score"], "lines_on_theme")["value"] == 1


async def test_demand_that_comes_before_its_campaign_waits_and_is_planned_once_that_is_known(
    house: House,
) -> None:
    await accept_order(house, "order-0", GAOLOU, ["legal-advice"], campaign_id="ruqiu-2014")
    autumn = JULY | {"campaign_id": "ruqiu-2014"}
    refused = await ask(house, "POST", "/plans", autumn, status=409)
    assert (refused["code"], refused["field"], "点单不会丢失" in refused["remedy"]) == (
        "unknown_campaign",
        "campaign_id",
        True,
    )
    await house.hear("campaign:ruqiu-2014", campaign(code="ruqiu-2014"))
    plan = await ask(house, "POST", "/plans", autumn, status=201)
    assert (plan["campaign_id"], plan["campaign_name"]) == ("ruqiu-2014", "红七月、服务月")
    assert [booth["line_id"] for stop in plan["stops"] for booth in stop["assignments"]] == [
        "order-0-legal-advice"
    ]


async def test_a_candidate_of_the_release_before_has_no_figure_and_counts_as_none(
    house: House,
) -> None:
    await accept_order(house, "order-0", GAOLOU, ["legal-advice"])
    await house.hear(STREAM, campaign(RED_JULY, revision=2))
    found = await candidate_of(house)
    assert figure(found["score"], "lines_on_theme")["value"] == 1
    old = await candidate_of(house)
    async with house.uow("dispatch").transaction() as tx:
        stored = (
            await tx.session.execute(select(candidate.c.score).where(candidate.c.id == old["id"]))
        ).scalar_one()
        worth = {goal: value for goal, value in stored.items() if goal != "lines_on_theme"}
        await tx.session.execute(
            update(candidate).where(candidate.c.id == old["id"]).values(score=worth)
        )
    for one, other, more in ((old, found, 1), (found, old, -1)):
        compared = await ask(
            house, "GET", f"/candidates/{one['id']}/comparison", **{"with": other["id"]}
        )
        assert figure(compared["difference"], "lines_on_theme")["value"] == more
