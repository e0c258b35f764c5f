"""Campaigns are things of catalog, with an id, days and themes, and two that are one are asked about."""

from datetime import date
from typing import Any

import pytest

from services.catalog.campaigns.domain import alike
from shared.contracts.catalog import CampaignChanged
from tests.catalog.corps import post, put
from tests.support.house import OVERWRITING, House

RED_JULY: dict[str, Any] = {
    "name": "红七月、服务月",
    "name_en": "Red July, Month of Service",
    "starts_on": "2014-06-27",
    "ends_on": "2014-07-16",
    "themes": [
        {
            "name": "五水共治",
            "name_en": "Five waters",
            "starts_on": "2014-07-01",
            "ends_on": None,
            "item_codes": ["clinic"],
        }
    ],
}


async def enter(
    house: House, code: str, body: dict[str, Any], status: int = 200, **query: str
) -> Any:
    answer = await house.client.put(
        f"/api/catalog/campaigns/{code}", json=body, params=query, headers=OVERWRITING
    )
    assert answer.status_code == status, answer.text
    return answer.json()


async def announced(house: House, code: str) -> list[CampaignChanged]:
    return [entry for entry in await log_of(house) if entry.campaign_id == code]


async def log_of(house: House) -> list[CampaignChanged]:
    return [
        event for event in await house.published("catalog") if isinstance(event, CampaignChanged)
    ]


async def test_a_campaign_is_created_corrected_closed_and_opened_again_and_announced_as_a_whole(
    corps: House,
) -> None:
    made = await enter(corps, "hongqiyue-2014", RED_JULY)
    given = {"code": "hongqiyue-2014", "state": "open", "revision": 1, "runs": True}
    assert made == RED_JULY | given
    assert await enter(corps, "hongqiyue-2014", RED_JULY) == made
    longer = RED_JULY | {"ends_on": "2014-07-31"}
    assert (await enter(corps, "hongqiyue-2014", longer))["revision"] == 2
    closed = await post(corps, "campaigns/hongqiyue-2014/close")
    assert (closed["state"], closed["runs"]) == ("closed", False)
    refused = await enter(corps, "hongqiyue-2014", RED_JULY, 409)
    assert (refused["code"], refused["possible"]) == ("illegal_transition", ["reopen"])
    assert (await post(corps, "campaigns/hongqiyue-2014/reopen"))["state"] == "open"
    said = await announced(corps, "hongqiyue-2014")
    assert [(one.revision, one.state, one.ends_on.day) for one in said] == [
        (1, "open", 16),
        (2, "open", 31),
        (3, "closed", 31),
        (4, "open", 31),
    ]
    assert (said[0].name, said[0].themes[0].item_codes) == ("红七月、服务月", ("clinic",))


@pytest.mark.parametrize(
    "name", ["红七月、服务月", "红七月､ 服务月", "红七月服务月", "“红七月”服务月", "红七月·服務月"]
)
async def test_a_new_campaign_that_looks_like_another_is_asked_about_and_nothing_is_stored(
    corps: House, name: str
) -> None:
    await enter(corps, "hongqiyue-2014", RED_JULY)
    asked = await enter(corps, "another", RED_JULY | {"name": name}, 409)
    (reason,) = asked["errors"]
    assert (asked["code"], reason["code"], reason["field"]) == (
        "confirmation_needed",
        "campaign_like_another",
        "name",
    )
    assert "“红七月、服务月”，" in reason["detail"]
    assert (await corps.client.get("/api/catalog/campaigns/another")).status_code == 404
    made = await enter(corps, "another", RED_JULY | {"name": name}, confirm="campaign_like_another")
    assert made["state"] == "open"


async def test_a_campaign_is_renamed_to_another_s_name_only_when_that_is_confirmed(
    corps: House,
) -> None:
    await enter(corps, "hongqiyue-2014", RED_JULY)
    march = RED_JULY | {"name": "学雷锋月", "themes": []}
    await enter(corps, "xueleifeng-2014", march)
    asked = await enter(corps, "xueleifeng-2014", march | {"name": "红七月 服务月"}, 409)
    assert asked["code"] == "confirmation_needed"
    assert (await corps.client.get("/api/catalog/campaigns/xueleifeng-2014")).json()[
        "name"
    ] == "学雷锋月"


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("２０１４红七月", "2014 红七月", True),
        ("Summer Camp", "summer  CAMP", True),
        ("红七月、服务月", "七月服务月", True),
        ("学雷锋月", "红七月、服务月", False),
        ("常态服务（2014年）", "常态服务（2015年）", False),
        ("敬老月", "助残月", False),
        ("！", "？", False),
    ],
)
def test_names_are_alike_by_what_people_read(one: str, other: str, same: bool) -> None:
    assert alike(one, other) is same


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"ends_on": "2014-06-26"}, "days_reversed", "ends_on"),
        ({"ends_on": "2019-06-26"}, "campaign_too_long", "ends_on"),
        ({"starts_on": "2014-07-05"}, "theme_outside_campaign", "themes[0]"),
        (
            {"themes": [RED_JULY["themes"][0] | {"ends_on": "2014-06-29"}]},
            "days_reversed",
            "themes[0].ends_on",
        ),
        (
            {"themes": [RED_JULY["themes"][0] | {"item_codes": ["dragon"]}]},
            "unknown_code",
            "themes[0].item_codes",
        ),
        (
            {"themes": [RED_JULY["themes"][0] | {"item_codes": ["clinic", "clinic"]}]},
            "repeated_code",
            "themes[0].item_codes",
        ),
    ],
)
async def test_a_campaign_that_can_t_be_is_refused_and_nothing_is_stored(
    corps: House, change: dict[str, Any], code: str, field: str
) -> None:
    refused = await enter(corps, "hongqiyue-2014", RED_JULY | change, 422)
    assert (refused["code"], refused["field"]) == (code, field)
    assert await announced(corps, "hongqiyue-2014") == []
    made = await enter(corps, "hongqiyue-2014", RED_JULY)
    await enter(corps, "hongqiyue-2014", RED_JULY | change, 422)
    assert (await corps.client.get("/api/catalog/campaigns/hongqiyue-2014")).json() == made


async def test_each_year_in_which_an_edition_is_in_force_has_its_standing_campaign(
    corps: House,
) -> None:
    edition = {
        "title": "2014—2015年菜单",
        "effective_on": "2014-06-01",
        "retires_on": "2015-05-31",
        "item_codes": ["clinic"],
    }
    await put(corps, "editions/two-years", edition)
    await post(corps, "editions/two-years/publish")
    await post(corps, "editions/summer-2014/publish")
    for year in (2014, 2015):
        (said,) = await announced(corps, f"changtai-{year}")
        assert (said.name, said.starts_on, said.ends_on) == (
            f"常态服务（{year}年）",
            date(year, 1, 1),
            date(year, 12, 31),
        )


async def test_this_year_has_its_standing_campaign_from_the_start_once(catalog: House) -> None:
    service = catalog.services["catalog"]
    for _ in range(2):
        for prepare in service.after_migration:
            await prepare()
    this_year = f"changtai-{service.uow.today().year}"
    said = [one.campaign_id for one in await log_of(catalog)]
    assert said.count(this_year) == 1
    assert len(said) == len(set(said))
