"""Entering the directory: what is published, what is refused."""

from shared.contracts.catalog import TeamChanged, TeamRegistered, TownshipChanged
from tests.support.house import OVERWRITING, House

GAOLOU = {"name": "高楼镇", "name_en": "Gaolou Town", "lat": 27.8136, "lon": 120.2775}
HEALTH = {
    "name": "医疗卫生志愿服务队",
    "name_en": "Health",
    "agency_code": "health-bureau",
    "members": 12,
}


async def test_full_width_digits_mean_the_same_township(catalog: House) -> None:
    typed = await catalog.client.put("/api/catalog/townships/３３０３８１１２５０００", json=GAOLOU)
    assert typed.status_code == 200
    assert typed.json()["code"] == "330381125000"
    assert [type(event) for event in await catalog.published("catalog")] == [TownshipChanged]


async def test_the_same_entry_twice_says_nothing_new(catalog: House) -> None:
    for _ in range(2):
        await catalog.client.put("/api/catalog/townships/330381125000", json=GAOLOU)
    assert len(await catalog.published("catalog")) == 1


async def test_a_team_is_registered_once_and_then_changed(catalog: House) -> None:
    await catalog.client.put(
        "/api/catalog/agencies/health-bureau", json={"name": "卫生局", "name_en": "Health Bureau"}
    )
    await catalog.client.put("/api/catalog/teams/health", json=HEALTH)
    await catalog.client.put(
        "/api/catalog/teams/health", json=HEALTH | {"members": 14}, headers=OVERWRITING
    )
    events = await catalog.published("catalog")
    assert [type(event) for event in events] == [TeamRegistered, TeamChanged]
    assert isinstance(events[1], TeamChanged)
    assert events[1].members == 14
    assert events[1].agency_name == "卫生局"


async def test_a_team_of_an_unknown_agency_is_refused_and_nothing_is_stored(catalog: House) -> None:
    refused = await catalog.client.put("/api/catalog/teams/health", json=HEALTH)
    assert refused.status_code == 422
    problem = refused.json()
    assert (problem["code"], problem["field"]) == ("unknown_code", "agency_code")
    assert (await catalog.client.get("/api/catalog/teams")).json()["items"] == []
    assert await catalog.published("catalog") == []


async def test_every_broken_field_is_named_with_rule_and_remedy(catalog: House) -> None:
    refused = await catalog.client.put(
        "/api/catalog/townships/33",
        json={"name": "", "name_en": "x", "lat": 97.0, "colour": "red"},
        headers={"Accept-Language": "en"},
    )
    assert refused.headers["content-type"] == "application/problem+json"
    problem = refused.json()
    assert problem["code"] == "invalid_request"
    assert {error["field"] for error in problem["errors"]} == {
        "code",
        "name",
        "lat",
        "lon",
        "colour",
    }
    assert all(error["detail"] and error["remedy"] for error in problem["errors"])


async def test_a_body_that_is_not_text_is_refused_in_words(catalog: House) -> None:
    refused = await catalog.client.put(
        "/api/catalog/agencies/health-bureau",
        content=b"\xff\xfe\x00",
        headers={"Content-Type": "application/json"},
    )
    assert (refused.status_code, refused.json()["code"]) == (422, "body_unreadable")


async def test_an_invisible_character_is_refused_with_its_field(catalog: House) -> None:
    entry = {"name": "卫生\u0000局", "name_en": "Health Bureau"}
    refused = await catalog.client.put("/api/catalog/agencies/health-bureau", json=entry)
    assert (refused.status_code, refused.json()["field"]) == (422, "name")
    assert refused.json()["errors"][0]["code"] == "invalid.control_character"


async def test_a_position_beyond_all_numbers_is_refused(catalog: House) -> None:
    refused = await catalog.client.get("/api/catalog/events", params={"after": 10**30})
    assert (refused.status_code, refused.json()["field"]) == (422, "after")
