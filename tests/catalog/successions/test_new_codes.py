"""A township gets a new division code: entered ahead, handed over on its day, with all that was the former one's."""

from datetime import UTC, datetime, timedelta
from typing import Any

from services.catalog.successions.use_cases.townships import hand_over_townships
from shared.contracts.catalog import AccessRevoked, TownshipChanged, TownshipRecoded
from shared.kernel.access import Role
from tests.catalog.administering import PHONE, ask, coordinator, ensure, signed_in
from tests.catalog.city import City
from tests.catalog.consultation.forum import AGAINST, EDITION, OFFICER, Forum
from tests.catalog.corps import NAMES, put
from tests.support.house import House
from tests.support.tokens import bearer

OLD, NEW, OTHER = "330381125000", "330381126000", "330381113000"
CENTRE: dict[str, Any] = {"name": "高楼镇", "name_en": "Gaolou", "lat": 27.8, "lon": 120.3}
WHOLE = CENTRE | {"population": 52_318, "area_km2": 161.5, "valid_from": "2011-04-01"}


async def recode(
    house: House, code: str, new_code: str, day: str, *, status: int = 200, **query: str
) -> Any:
    answer = await house.client.post(
        f"/api/catalog/townships/{code}/recode",
        json={"new_code": new_code, "valid_from": day},
        params=query,
    )
    assert answer.status_code == status, answer.text
    return answer.json()


async def township(house: House, code: str) -> Any:
    return (await house.client.get(f"/api/catalog/townships/{code}")).json()


async def recoded(house: House) -> list[TownshipRecoded]:
    events = await house.published("catalog")
    return [event for event in events if isinstance(event, TownshipRecoded)]


async def test_a_code_entered_ahead_is_announced_and_handed_over_on_its_day(forum: Forum) -> None:
    house = forum.house
    await put(house, f"townships/{OLD}", WHOLE)
    team = NAMES | {"agency_code": "bureau", "members": 5, "area": [OTHER, OLD]}
    await put(house, "teams/health", team)
    successor = await recode(house, OLD, NEW, "2014-07-01")
    assert successor == WHOLE | {
        "code": NEW,
        "valid_from": "2014-07-01",
        "valid_to": None,
        "former_code": OLD,
        "new_code": None,
        "is_former": False,
    }
    former = await township(house, OLD)
    assert (former["valid_to"], former["new_code"], former["is_former"]) == (
        "2014-06-30",
        NEW,
        False,
    )
    announced = [e for e in await house.published("catalog") if isinstance(e, TownshipChanged)][-2:]
    assert [(event.code, str(event.valid_from), event.former_code) for event in announced] == [
        (NEW, "2014-07-01", OLD),
        (OLD, "2011-04-01", None),
    ]
    await hand_over_townships(house.uow("catalog"))
    assert await recoded(house) == [], "its day has not come"
    forum.clock.now = datetime(2014, 7, 1, 1, tzinfo=UTC)
    for _ in range(2):
        await hand_over_townships(house.uow("catalog"))
    (event,) = await recoded(house)
    assert (event.code, event.new_code, str(event.valid_from)) == (OLD, NEW, "2014-07-01")
    assert (await township(house, OLD))["is_former"]
    served = (await house.client.get("/api/catalog/teams/health")).json()
    assert served["area"] == [OTHER, NEW]


async def test_opinions_go_with_the_township(forum: Forum) -> None:
    said = await forum.say(AGAINST, by=OFFICER)
    await recode(forum.house, OLD, NEW, "2014-06-27")
    officer = bearer(Role.OFFICER, township_code=NEW)
    (read,) = (await forum.ask("GET", f"{EDITION}/opinions", by=officer))["items"]
    assert (read["id"], read["township_code"], read["text"]) == (said["id"], NEW, AGAINST["text"])
    again = await forum.say(AGAINST | {"township_code": NEW}, by=officer, status=409)
    assert again["code"] == "opinion_given_already"


async def test_officers_sign_in_again_and_are_of_the_new_code(city: City) -> None:
    headers = await coordinator(city)
    house = city.house
    house.client.headers.update(headers)
    await put(house, f"townships/{OLD}", CENTRE)
    account = await ensure(city, PHONE, Role.OFFICER, township_code=OLD)
    before = await signed_in(city, PHONE)
    await recode(house, OLD, NEW, "2014-06-01", confirm="recoded_in_the_past")
    refused = await house.client.get("/api/catalog/tasks", headers=before)
    assert refused.status_code == 401
    city.clock.now += timedelta(seconds=1)
    after = await signed_in(city, PHONE)
    assert (await house.client.get("/api/catalog/tasks", headers=after)).status_code == 200
    found = (await ask(city, "/search", headers, township_code=NEW)).json()["items"]
    assert [each["id"] for each in found] == [account]
    revoked = [e for e in await house.published("catalog") if isinstance(e, AccessRevoked)]
    assert [event.subject for event in revoked] == [account]


async def test_what_can_t_be_is_refused_in_words(catalog: House) -> None:
    await put(catalog, f"townships/{OLD}", WHOLE)
    await put(catalog, f"townships/{OTHER}", CENTRE)
    taken = await recode(catalog, OLD, OTHER, "2099-07-01", status=422)
    assert (taken["code"], taken["field"]) == ("township_code_taken", "new_code")
    same = await recode(catalog, OLD, OLD, "2099-07-01", status=422)
    assert same["code"] == "township_code_taken"
    early = await recode(catalog, OLD, NEW, "2011-04-01", status=422)
    assert (early["code"], early["field"]) == ("recoded_too_early", "valid_from")
    asked = await recode(catalog, OLD, NEW, "2014-06-01", status=409)
    assert [doubt["code"] for doubt in asked["errors"]] == ["recoded_in_the_past"]
    assert (await township(catalog, OLD))["new_code"] is None
    await recode(catalog, OLD, NEW, "2099-07-01")
    twice = await recode(catalog, OLD, "330381127000", "2099-08-01", status=409)
    assert (twice["code"], NEW in twice["detail"]) == ("township_recoded_before", True)
    settled = await put(catalog, f"townships/{OLD}", WHOLE | {"valid_to": "2098-01-01"}, status=409)
    assert (settled["code"], settled["field"]) == ("township_has_new_code", "valid_to")
    renamed = WHOLE | {"valid_to": "2099-06-30", "name": "高楼"}
    assert (await put(catalog, f"townships/{OLD}", renamed))["new_code"] == NEW
    missing = await recode(catalog, "330381999000", "330381998000", "2099-07-01", status=404)
    assert missing["code"] == "township.not_found"
