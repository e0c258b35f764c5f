"""Two townships become one (撤并): entered ahead, handed over on the day, with all that was the former one's."""

from datetime import UTC, datetime
from typing import Any

from services.catalog.successions.use_cases.townships import hand_over_townships
from shared.contracts.catalog import TownshipChanged, TownshipRecoded
from shared.kernel.access import Role
from tests.catalog.consultation.forum import AGAINST, EDITION, OFFICER, Forum
from tests.catalog.corps import NAMES, put
from tests.catalog.successions.merging import compare, merge
from tests.catalog.successions.test_new_codes import recode, recoded, township
from tests.support.house import House
from tests.support.tokens import bearer

GAOLOU, MAYU, NEWER = "330381125000", "330381113000", "330381127000"
PLACE: dict[str, Any] = {"lat": 27.8, "lon": 120.3, "area_km2": 100.5}


async def enter_both(house: House) -> None:
    for code, population in ((GAOLOU, 52_318), (MAYU, 80_000)):
        names = {"name": f"镇{population}", "name_en": "Town"}
        await put(house, f"townships/{code}", names | PLACE | {"population": population})
    await put(
        house,
        "teams/health",
        NAMES | {"agency_code": "bureau", "members": 5, "area": [MAYU, GAOLOU]},
    )


async def test_from_its_day_on_it_is_part_of_the_other_one(forum: Forum) -> None:
    house = forum.house
    await enter_both(house)
    said = await forum.say(AGAINST, by=OFFICER)
    found = await compare(house, "townships", GAOLOU, MAYU)
    held = {each["what"]: each["gone"] for each in found["held"]}
    assert held == {"accounts": 0, "contacts": 0, "areas": 1, "opinions": 1}
    former = await merge(house, "townships", GAOLOU, MAYU, valid_from="2014-07-01")
    assert (former["valid_to"], former["new_code"], former["is_former"]) == (
        "2014-06-30",
        MAYU,
        False,
    )
    await hand_over_townships(house.uow("catalog"))
    assert await recoded(house) == [], "its day has not come"
    forum.clock.now = datetime(2014, 7, 1, 1, tzinfo=UTC)
    for _ in range(2):
        await hand_over_townships(house.uow("catalog"))
    (event,) = await recoded(house)
    assert (event.code, event.new_code, str(event.valid_from), event.joins) == (
        GAOLOU,
        MAYU,
        "2014-07-01",
        True,
    )
    joint = await township(house, MAYU)
    assert (joint["population"], joint["area_km2"]) == (132_318, 201.0)
    assert (await house.client.get("/api/catalog/teams/health")).json()["area"] == [MAYU]
    officer = bearer(Role.OFFICER, township_code=MAYU)
    (read,) = (await forum.ask("GET", f"{EDITION}/opinions", by=officer))["items"]
    assert (read["id"], read["township_code"]) == (said["id"], MAYU)
    history = await house.client.get(
        "/api/catalog/mergers", params={"kind": "township", "into": MAYU}
    )
    assert [(each["code"], each["merged_on"]) for each in history.json()] == [
        (GAOLOU, "2014-07-01")
    ]
    last = [each for each in await house.published("catalog") if isinstance(each, TownshipChanged)]
    assert (last[-1].code, last[-1].population) == (MAYU, 132_318)


async def test_a_chain_on_one_day_ends_at_the_last_code(forum: Forum) -> None:
    house = forum.house
    await enter_both(house)
    await merge(house, "townships", GAOLOU, MAYU, valid_from="2014-07-01")
    await recode(house, MAYU, NEWER, "2014-07-02")
    forum.clock.now = datetime(2014, 7, 3, 1, tzinfo=UTC)
    await hand_over_townships(house.uow("catalog"))
    events = [e for e in await house.published("catalog") if isinstance(e, TownshipRecoded)]
    assert {(each.code, each.new_code, each.joins) for each in events} == {
        (MAYU, NEWER, False),
        (GAOLOU, NEWER, True),
    }
    assert (await house.client.get("/api/catalog/teams/health")).json()["area"] == [NEWER]
    assert (await township(house, NEWER))["population"] == 132_318


async def test_what_can_t_be_is_refused_in_words(forum: Forum) -> None:
    house = forum.house
    await enter_both(house)
    same = await merge(house, "townships", GAOLOU, GAOLOU, valid_from="2014-07-01", status=422)
    assert same["code"] == "merged_with_itself"
    seen = (await compare(house, "townships", GAOLOU, MAYU))["seen"]
    body = {"name": "马屿镇", "name_en": "Mayu"} | PLACE | {"valid_to": "2014-06-30"}
    await put(house, f"townships/{MAYU}", body)
    stale = await merge(
        house, "townships", GAOLOU, MAYU, valid_from="2014-07-01", seen=seen, status=409
    )
    assert stale["code"] == "merged_entries_changed"
    over = await merge(house, "townships", GAOLOU, MAYU, valid_from="2014-07-01", status=422)
    assert (over["code"], over["field"]) == ("joins_invalid_code", "into")
    asked = await merge(house, "townships", GAOLOU, MAYU, valid_from="2014-06-01", status=409)
    assert [doubt["code"] for doubt in asked["errors"]] == ["recoded_in_the_past"]
    await merge(
        house,
        "townships",
        GAOLOU,
        MAYU,
        valid_from="2014-06-01",
        confirm="recoded_in_the_past",
    )
    assert (await township(house, GAOLOU))["is_former"]
    twice = await merge(house, "townships", GAOLOU, MAYU, valid_from="2014-06-20", status=409)
    assert twice["code"] == "township_recoded_before"
