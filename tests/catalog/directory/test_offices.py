"""What is kept of agencies, townships and teams besides their names, and what is refused."""

from typing import Any

import pytest

from shared.contracts.catalog import TeamRegistered, TownshipChanged
from tests.catalog.corps import NAMES, put
from tests.support.house import House

CREDIT_CODE = "11330381MB1A00012J"
GAOLOU, HULING = "330381125000", "330381122000"
CENTRE: dict[str, Any] = {"name": "高楼镇", "name_en": "Gaolou", "lat": 27.8, "lon": 120.3}


@pytest.mark.parametrize(
    "typed",
    [
        CREDIT_CODE,
        CREDIT_CODE.lower(),
        "1133 0381 MB1A 0001 2J",
        "１１３３０３８１ＭＢ１Ａ０００１２Ｊ",
    ],
)
async def test_a_credit_code_is_kept_as_it_is_meant(catalog: House, typed: str) -> None:
    agency = await put(catalog, "agencies/bureau", NAMES | {"credit_code": typed})
    assert agency["credit_code"] == CREDIT_CODE


@pytest.mark.parametrize(
    "typed",
    [
        "11330381MB1A000127",  # another check character
        "11330381MB1A00021J",  # two digits swapped
        "11330381MB1A0001",
        "11330381MB1AOOO12J",  # letters O, which no code has
        "卫生局",
        "",
    ],
)
async def test_what_is_no_credit_code_is_refused_in_words(catalog: House, typed: str) -> None:
    answer = await catalog.client.put(
        "/api/catalog/agencies/bureau",
        json=NAMES | {"credit_code": typed},
        headers={"Accept-Language": "zh-CN"},
    )
    (error,) = answer.json()["errors"]
    assert (answer.status_code, error["field"]) == (422, "credit_code")
    assert (error["label"], bool(error["remedy"])) == ("统一社会信用代码", True)


async def test_a_second_agency_with_the_same_credit_code_is_a_doubt(catalog: House) -> None:
    await put(catalog, "agencies/bureau", NAMES | {"credit_code": CREDIT_CODE})
    asked = await put(
        catalog, "agencies/hospital", NAMES | {"credit_code": CREDIT_CODE}, status=409
    )
    assert [doubt["code"] for doubt in asked["errors"]] == ["credit_code_twice"]
    assert "卫生局" in asked["errors"][0]["detail"]
    again = "agencies/hospital?confirm=credit_code_twice"
    assert (await put(catalog, again, NAMES | {"credit_code": CREDIT_CODE}))["code"] == "hospital"
    await put(catalog, "agencies/bureau", NAMES | {"credit_code": CREDIT_CODE, "name": "卫健局"})


async def test_townships_are_announced_with_population_and_validity(catalog: House) -> None:
    kept = {"population": 52_318, "area_km2": 161.5, "valid_from": "2011-04-01"}
    township = await put(catalog, f"townships/{GAOLOU}", CENTRE | kept)
    assert township.items() >= (CENTRE | kept | {"code": GAOLOU, "valid_to": None}).items()
    (event,) = await catalog.published("catalog")
    assert isinstance(event, TownshipChanged)
    assert event.model_dump(mode="json", include={"population", "valid_from", "valid_to"}) == {
        "population": 52_318,
        "valid_from": "2011-04-01",
        "valid_to": None,
    }


async def test_a_code_that_ends_before_it_begins_is_refused(catalog: House) -> None:
    days = {"valid_from": "2014-07-01", "valid_to": "2014-06-30"}
    refused = await put(catalog, f"townships/{GAOLOU}", CENTRE | days, status=422)
    assert (refused["code"], refused["field"]) == ("validity_backwards", "valid_to")
    await put(catalog, f"townships/{GAOLOU}", CENTRE | days | {"valid_to": "2014-07-01"})


async def test_a_team_serves_townships_that_there_are_each_once(catalog: House) -> None:
    await put(catalog, "agencies/bureau", NAMES)
    await put(catalog, f"townships/{GAOLOU}", CENTRE)
    team = NAMES | {"agency_code": "bureau", "members": 5}
    unknown = await put(catalog, "teams/health", team | {"area": [GAOLOU, HULING]}, status=422)
    assert (unknown["code"], unknown["field"]) == ("unknown_code", "area")
    twice = await put(catalog, "teams/health", team | {"area": [GAOLOU, GAOLOU]}, status=422)
    assert (twice["code"], twice["field"]) == ("repeated_code", "area")
    assert (await put(catalog, "teams/health", team | {"area": [GAOLOU]}))["area"] == [GAOLOU]
    event = (await catalog.published("catalog"))[-1]
    assert isinstance(event, TeamRegistered)
    assert event.area == (GAOLOU,)
