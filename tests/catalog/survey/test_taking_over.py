"""What the answers come to for an item, and that the corps decides on what it has seen."""

import asyncio
from typing import Any

import pytest

from services.catalog.items.domain import ServiceItem
from services.catalog.survey.domain.outcome import wanted_of
from services.catalog.survey.domain.reply import SurveyLine
from shared.contracts.catalog import ServiceItemChanged
from tests.catalog.corps import EDITION, ITEM, post, put, state_of
from tests.catalog.survey.conftest import SURVEY, Asked
from tests.catalog.survey.test_answering import YES
from tests.support.clock import PlayedClock

TODAY = PlayedClock().now.date()
NO = {"item_code": "clinic", "offers": False, "remark": "人手不够"}


def _line(offers: bool = True, **said: Any) -> SurveyLine:
    return SurveyLine(item_code="clinic", offers=offers, said_on=TODAY, **said)


def _item(**content: object) -> ServiceItem:
    said = ITEM | {"teams": ["health", "justice"], "weekly_capacity": 5} | content
    return ServiceItem(code="clinic", **said)


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ({}, {"teams": ["health", "justice"], "weekly_capacity": 5, "volunteers_needed": 2}),
        # A team that has not answered stays, and so does what needs every answer.
        (
            {"health": _line(times_a_week=1, volunteers=6)},
            {"teams": ["health", "justice"], "weekly_capacity": 5, "volunteers_needed": 6},
        ),
        (
            {
                "health": _line(times_a_week=1, volunteers=6),
                "justice": _line(times_a_week=2, volunteers=4),
            },
            {"teams": ["health", "justice"], "weekly_capacity": 3, "volunteers_needed": 4},
        ),
        # Who offers it no more goes, who offers it newly comes.
        (
            {
                "health": _line(offers=False),
                "justice": _line(times_a_week=2),
                "new": _line(times_a_week=1),
            },
            {"teams": ["justice", "new"], "weekly_capacity": 3, "volunteers_needed": 2},
        ),
        # One that names no number of times leaves the limit as it is.
        (
            {"health": _line(), "justice": _line(times_a_week=2)},
            {"teams": ["health", "justice"], "weekly_capacity": 5, "volunteers_needed": 2},
        ),
        (
            {"health": _line(offers=False), "justice": _line(offers=False)},
            {"teams": [], "weekly_capacity": 5, "volunteers_needed": 2},
        ),
    ],
)
def test_the_rule(said: dict[str, SurveyLine], wanted: dict[str, object]) -> None:
    found = dict(wanted_of(_item(), said))
    assert {name: found[name] for name in wanted} == wanted


def test_a_township_provides_what_any_team_needs() -> None:
    item = _item(township_provides=["room"])
    health = _line(township_provides=["power", "tables"])
    justice = _line(township_provides=["chairs", "tables"])
    assert wanted_of(item, {"health": health})["township_provides"] == ["tables", "power", "room"]
    both = wanted_of(item, {"health": health, "justice": justice})
    assert both["township_provides"] == ["tables", "chairs", "power"]


async def test_an_outcome_shows_what_it_changes_and_is_taken_over(asked: Asked) -> None:
    await put(asked.house, "editions/autumn-2014", EDITION | {"title": "上一版"})
    await post(asked.house, "editions/autumn-2014/publish")
    await put(asked.house, "editions/summer-2014", EDITION | {"based_on": "autumn-2014"})
    await put(asked.house, "items/clinic", ITEM | {"weekly_capacity": 9})
    await asked.open()
    await asked.answer("health", YES | {"township_provides": ["power"]})
    await asked.answer("clinic-two", YES)
    outcome = await asked.outcome()
    assert outcome["state"] == "open"
    assert outcome["changed"] == {
        "teams": [["health"], ["health", "clinic-two"]],
        "weekly_capacity": [9, 6],
        "volunteers_needed": [2, 4],
        "township_provides": [[], ["power"]],
    }
    assert outcome["since"] == {
        "weekly_capacity": [None, 6],
        "volunteers_needed": [2, 4],
        "township_provides": [[], ["power"]],
    }
    taken = await asked.decide("take-over")
    assert (taken["state"], taken["changed"]) == ("taken", {})
    item = await asked.ask("GET", "/api/catalog/items/clinic")
    assert (item["teams"], item["weekly_capacity"]) == (["health", "clinic-two"], 6)
    last = [e for e in await asked.house.published("catalog") if isinstance(e, ServiceItemChanged)]
    assert (last[-1].weekly_capacity, last[-1].teams) == (6, ("health", "clinic-two"))


async def test_an_item_is_kept_until_the_answers_change(asked: Asked) -> None:
    await asked.open()
    await asked.answer("health", YES)
    assert (await asked.decide("keep"))["state"] == "kept"
    item = await asked.ask("GET", "/api/catalog/items/clinic")
    assert item["volunteers_needed"] == ITEM["volunteers_needed"]
    await asked.answer("health", YES | {"volunteers": 5})
    assert (await asked.outcome())["state"] == "open"


async def test_an_item_that_nobody_offers_is_not_taken_over(asked: Asked) -> None:
    await asked.open()
    await asked.answer("health", NO)
    assert (await asked.outcome())["state"] == "nobody"
    refused = await asked.decide("take-over", status=409)
    assert refused["code"] == "nobody_offers"
    assert (await asked.decide("keep"))["state"] == "kept"


async def test_whoever_decides_on_what_is_old_is_told(asked: Asked) -> None:
    await asked.open()
    await asked.answer("health", YES)
    seen = {"seen": (await asked.outcome())["seen"]}
    await asked.answer("health", YES | {"volunteers": 5})
    url = f"{SURVEY}/items/clinic/take-over"
    refused = await asked.ask("POST", url, seen, status=409)
    assert refused["code"] == "outcome_changed"
    seen = {"seen": (await asked.outcome())["seen"]}
    both = await asyncio.gather(
        *(asked.house.client.post(url, json=seen) for _ in range(2)),
        return_exceptions=False,
    )
    assert sorted(answer.status_code for answer in both) == [200, 409]
    assert (await asked.outcome())["state"] == "taken"


async def test_a_team_that_leaves_the_corps_is_counted_no_more(asked: Asked) -> None:
    await asked.open()
    await asked.answer("health", YES)
    await asked.answer("clinic-two", YES)
    await post(asked.house, "teams/clinic-two/retire")
    outcome = await asked.outcome()
    assert [each["team_code"] for each in outcome["answers"]] == ["health"]
    assert "teams" not in outcome["changed"]


async def test_a_published_edition_is_frozen(asked: Asked) -> None:
    await asked.open()
    await asked.answer("health", YES)
    seen = {"seen": (await asked.outcome())["seen"]}
    await post(asked.house, "editions/summer-2014/publish")
    refused = await asked.ask("POST", f"{SURVEY}/items/clinic/take-over", seen, status=409)
    assert refused["code"] == "survey_is_past"
    refused = await asked.ask("POST", f"{SURVEY}/items/clinic/keep", seen, status=409)
    assert refused["code"] == "survey_is_past"
    assert await state_of(asked.house, "editions/summer-2014") == "published"
    path = await asked.reply_of("health")
    refused = await asked.ask("POST", f"{path}/send", team="health", status=409)
    assert refused["code"] == "survey_not_open"
