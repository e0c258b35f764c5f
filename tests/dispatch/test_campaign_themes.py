"""A coordinator says what a campaign is about; plans made from then on prefer it, and say how far they do."""

from collections.abc import AsyncIterator
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select, update

from services.dispatch.adapters.list_planner import ListPlanner
from services.dispatch.domain.planning.problem import Theme
from services.dispatch.domain.theme import CampaignTheme
from services.dispatch.store.tables import candidate
from tests.dispatch.conftest import CAMPAIGN, GAOLOU, JUNE, accept_order, house_with
from tests.dispatch.desk import ask, booth_of, candidate_of
from tests.support.clock import PlayedClock
from tests.support.house import House

THEME = {
    "campaign": CAMPAIGN,
    "name": "红七月",
    "name_en": "Red July",
    "starts_on": "2014-07-01",
    "ends_on": "2014-07-31",
    "item_codes": ["legal-advice"],
}


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
        (date(2014, 7, 1), date(2014, 7, 31), range(4, 20)),
        (date(2014, 6, 1), date(2014, 6, 27), range(1)),
        (None, date(2014, 7, 1), range(5)),
        (date(2014, 7, 16), None, range(19, 20)),
        (date(2014, 8, 1), None, range(0)),
        (None, date(2014, 6, 26), range(0)),
    ],
)
def test_its_dates_are_counted_from_the_plan_s_first_day(
    starts_on: date | None, ends_on: date | None, days: range
) -> None:
    said = CampaignTheme(
        id="t",
        campaign=CAMPAIGN,
        made_at=JUNE,
        name="红七月",
        name_en="Red July",
        starts_on=starts_on,
        ends_on=ends_on,
        item_codes=["legal-advice"],
    )
    assert said.counted(date(2014, 6, 27), 20) == Theme("红七月", frozenset({"legal-advice"}), frozenset(days))


async def test_a_plan_made_after_the_theme_was_said_prefers_it_and_says_so(house: House) -> None:
    await accept_order(house, "order-0", GAOLOU, ["legal-advice"])
    before = await candidate_of(house)
    assert booth_of(before, "order-0-legal-advice")["on"] == "2014-06-27"
    assert figure(before["score"], "lines_on_theme")["value"] == 0
    await ask(house, "POST", "/campaign-themes", THEME, status=201)
    await ask(house, "POST", "/campaign-themes", THEME | {"campaign": "入秋服务月", "ends_on": None}, status=201)
    after = await candidate_of(house)
    assert booth_of(after, "order-0-legal-advice")["on"] == "2014-07-01"
    compared = await ask(house, "GET", f"/candidates/{before['id']}/comparison", **{"with": after["id"]})
    assert figure(compared["difference"], "lines_on_theme") == {
        "level": 4,
        "goal": "lines_on_theme",
        "value": 1,
        "more_is_better": True,
        "detail": "在相应主题日提供的服务",
    }
    assert [(change["how"], change["after"][0]["on"]) for change in compared["changes"]] == [("moved", "2014-07-01")]


async def test_a_theme_is_said_once_corrected_and_taken_back(house: House) -> None:
    key = {"Idempotency-Key": "red-july-2014"}
    path = "/api/dispatch/campaign-themes"
    first = await house.client.post(path, json=THEME, headers=key)
    again = await house.client.post(path, json=THEME, headers=key)
    assert (first.status_code, again.json()) == (201, first.json())
    other = await house.client.post(path, json=THEME | {"name": "服务月"}, headers=key)
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_key_reused")
    listed = await ask(house, "GET", "/campaign-themes", campaign=CAMPAIGN)
    assert listed == {"items": [first.json()], "next_after": None}
    assert (await ask(house, "GET", "/campaign-themes", campaign="入秋服务月"))["items"] == []
    mine = f"/campaign-themes/{first.json()['id']}"
    march = {"name": "学雷锋月", "name_en": "Lei Feng Month", "item_codes": ["health-clinic"]}
    corrected = await ask(house, "PUT", mine, march)
    assert corrected == first.json() | march | {"starts_on": None, "ends_on": None}
    await ask(house, "DELETE", mine, status=204)
    log = await ask(house, "GET", "/audit")
    written = [(row["action"], change) for row in log for change in row["changes"]]
    assert [(action, change["how"]) for action, change in written if change["kind"] == "campaign_theme"] == [
        ("change_themes", how) for how in ("made", "changed", "removed")
    ]
    gone = await ask(house, "PUT", mine, march, status=404)
    assert (gone["code"], "活动主题" in gone["title"]) == ("campaign_theme.not_found", True)


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"item_codes": ["legal-advice", "dragon-dance"]}, "unknown_item", "item_codes[1]"),
        ({"starts_on": "2014-08-01"}, "days_reversed", "ends_on"),
    ],
)
async def test_a_theme_that_can_t_be_is_refused_and_nothing_is_stored(
    house: House,
    change: dict[str, Any],
    code: str,
    field: str,
) -> None:
    refused = await ask(house, "POST", "/campaign-themes", THEME | change, status=422)
    assert (refused["code"], refused["field"]) == (code, field)
    made = await ask(house, "POST", "/campaign-themes", THEME, status=201)
    about = {name: value for name, value in (THEME | change).items() if name != "campaign"}
    refused = await ask(house, "PUT", f"/campaign-themes/{made['id']}", about, status=422)
    assert refused["code"] == code
    assert (await ask(house, "GET", "/campaign-themes"))["items"] == [made]


async def test_a_candidate_of_the_release_before_has_no_figure_and_counts_as_none(house: House) -> None:
    await accept_order(house, "order-0", GAOLOU, ["legal-advice"])
    await ask(house, "POST", "/campaign-themes", THEME, status=201)
    found = await candidate_of(house)
    assert figure(found["score"], "lines_on_theme")["value"] == 1
    old = await candidate_of(house)
    async with house.uow("dispatch").transaction() as tx:
        stored = (await tx.session.execute(select(candidate.c.score).where(candidate.c.id == old["id"]))).scalar_one()
        worth = {goal: value for goal, value in stored.items() if goal != "lines_on_theme"}
        await tx.session.execute(update(candidate).where(candidate.c.id == old["id"]).values(score=worth))
    for one, other, more in ((old, found, 1), (found, old, -1)):
        compared = await ask(house, "GET", f"/candidates/{one['id']}/comparison", **{"with": other["id"]})
        assert figure(compared["difference"], "lines_on_theme")["value"] == more
