"""A person who was entered twice: one entry stays, with the values that were chosen; the others are erased."""

from typing import Any

import pytest
from sqlalchemy import select, update
from stdnum.cn import ric

from services.catalog.volunteers.tables import SEALED, volunteer
from services.catalog.volunteers.use_cases.entries import index_volunteers
from shared.contracts.catalog import PersonErased, VolunteerMerged
from shared.kernel.access import Role
from tests.catalog.administering import ask, coordinator, ensure, signed_in, volunteer_of
from tests.catalog.city import City
from tests.catalog.corps import enter_corps
from tests.catalog.successions.merging import compare, merge
from tests.catalog.volunteers.test_volunteers import IDENTITY, LIN
from tests.support.house import House

OTHER_IDENTITY = "33038119900202345" + ric.calc_check_digit("33038119900202345?")


async def enter(house: House, **changes: Any) -> str:
    answer = await house.client.post("/api/catalog/volunteers", json=LIN | changes)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["no"])


async def both(house: House) -> tuple[str, str]:
    """The one that goes has an identity number, the other one does not."""
    gone = await enter(house)
    return gone, await enter(house, team_code="clinic-two", identity=None, phone="13900139000")


async def sealed_values(house: House, no: str) -> list[str | None]:
    async with house.uow("catalog").reading() as session:
        row = (await session.execute(select(*SEALED).where(volunteer.c.no == no))).one()
    return list(row)


async def reveal(house: House, no: str, field: str) -> str:
    body = {"field": field, "purpose": "contact", "reason": "核对登记"}
    answer = await house.client.post(f"/api/catalog/volunteers/{no}/reveal", json=body)
    return str(answer.json()["value"])


@pytest.fixture
async def corps(catalog: House) -> House:
    await enter_corps(catalog)
    return catalog


async def test_both_are_shown_masked_with_what_differs(corps: House) -> None:
    gone, kept = await both(corps)
    found = await compare(corps, "volunteers", gone, kept)
    assert found["different"] == ["phone", "identity", "team_code"]
    assert (found["gone"]["phone"], found["kept"]["phone"]) == ("138****8000", "139****9000")
    assert "13800138000" not in str(found)


async def test_the_entry_that_stays_has_the_chosen_values_and_the_other_one_none(
    corps: House,
) -> None:
    gone, kept = await both(corps)
    shown = await merge(corps, "volunteers", gone, kept, take=["phone"])
    assert (shown["no"], shown["phone"], shown["team_code"]) == (kept, "138****8000", "clinic-two")
    assert await reveal(corps, kept, "phone") == "13800138000"
    assert await reveal(corps, kept, "identity") == IDENTITY
    former = (await corps.client.get(f"/api/catalog/volunteers/{gone}")).json()
    assert (former["state"], former["merged_into"], former["name"]) == ("merged", kept, None)
    assert await sealed_values(corps, gone) == [None] * len(SEALED)
    told = [each for each in await corps.published("catalog") if isinstance(each, VolunteerMerged)]
    assert [(each.volunteer_no, each.into_no) for each in told] == [(gone, kept)]
    history = await corps.client.get(f"/api/catalog/volunteers/{kept}/mergers")
    assert [(each["code"], each["name"]) for each in history.json()] == [(gone, "")]
    listed = (await corps.client.get("/api/catalog/volunteers")).json()["items"]
    assert [each["no"] for each in listed] == [kept]
    again = await corps.client.post("/api/catalog/volunteers", json=LIN)
    assert (again.status_code, again.json()["code"]) == (409, "identity_known")


async def test_a_merged_entry_is_changed_shown_and_merged_no_more(corps: House) -> None:
    gone, kept = await both(corps)
    third = await enter(corps, identity=OTHER_IDENTITY)
    await merge(corps, "volunteers", gone, kept, take=[])
    path = f"/api/catalog/volunteers/{gone}"
    version = (await corps.client.get(path)).headers["etag"]
    refused = [
        await corps.client.put(path, json={"active": False}, headers={"If-Match": version}),
        await corps.client.post(f"{path}/export"),
        await corps.client.post(f"{path}/erase", json={"reason": "本人要求"}),
    ]
    assert {each.json()["code"] for each in refused} == {"illegal_transition"}
    for pair in ((gone, third), (third, gone)):
        answer = await merge(corps, "volunteers", *pair, take=[], status=409)
        assert answer["code"] == "illegal_transition"
    lacking = await enter(corps, identity=None, name="王小明")
    nothing = await merge(corps, "volunteers", lacking, third, take=["identity"], status=422)
    assert nothing["code"] == "nothing_to_take"


async def test_export_and_erasure_are_of_the_whole_person(corps: House) -> None:
    gone, kept = await both(corps)
    third = await enter(corps, identity=None, phone="13700137000")
    await corps.client.post(f"/api/catalog/volunteers/{gone}/export")
    await merge(corps, "volunteers", gone, kept, take=[])
    await merge(corps, "volunteers", kept, third, take=["phone"])
    asked = (await corps.client.get(f"/api/catalog/volunteers/{third}/requests")).json()
    assert [each["purpose"] for each in asked] == ["export"]
    await corps.client.post(f"/api/catalog/volunteers/{third}/export")
    part = (await corps.client.get(f"/api/catalog/people/{third}/export")).json()
    (entry,) = [each for each in part["records"] if each["kind"] == "volunteer"]
    assert entry["former_numbers"] == [gone, kept]
    former = await corps.client.get(f"/api/catalog/people/{gone}/export")
    assert former.status_code == 404, "what had been collected holds values that are erased"
    await corps.client.post(f"/api/catalog/volunteers/{third}/erase", json={"reason": "本人要求"})
    told = [
        each
        for each in await corps.published("catalog")
        if isinstance(each, VolunteerMerged | PersonErased)
    ]
    assert [(each.type, each.volunteer_no) for each in told] == [
        (VolunteerMerged.type, gone),
        (VolunteerMerged.type, gone),
        (VolunteerMerged.type, kept),
        (PersonErased.type, third),
    ]
    assert [each.into_no for each in told if isinstance(each, VolunteerMerged)] == [
        kept,
        third,
        third,
    ]


async def test_an_account_follows_and_one_person_has_one(city: City) -> None:
    headers = await coordinator(city)
    house = city.house
    house.client.headers.update(headers)
    gone = await volunteer_of(city)
    kept, third = [await volunteer_of(city, "legal") for _ in range(2)]
    account = await ensure(city, "lin", Role.VOLUNTEER, volunteer_no=gone)
    before = await signed_in(city, "lin")
    await merge(house, "volunteers", gone, kept, take=[])
    assert (await house.client.get("/api/catalog/tasks", headers=before)).status_code == 401
    found = (await ask(city, "/search", headers, role="volunteer")).json()["items"]
    (followed,) = [each for each in found if each["id"] == account]
    assert (followed["volunteer_no"], followed["team_code"]) == (kept, "legal")
    await ensure(city, "other", Role.VOLUNTEER, volunteer_no=third)
    await merge(house, "volunteers", kept, third, take=[])
    found = (await ask(city, "/search", headers, role="volunteer")).json()["items"]
    assert [each["login"] for each in found if each["volunteer_no"]] == ["other"]


async def test_likely_doubles_are_found_by_name_in_a_team_and_by_phone(corps: House) -> None:
    first = await enter(corps)
    same_name = await enter(corps, identity=None, name="林 志远", phone="13700137000")
    elsewhere = await enter(corps, identity=None, name="王小明", team_code="clinic-two")
    await enter(corps, identity=None, team_code="clinic-two", phone="13600136000")
    expected = [(same_name, first, ["same_name"]), (elsewhere, first, ["same_phone"])]
    for indexed_anew in (False, True):
        if indexed_anew:  # as a release before had stored them
            async with corps.uow("catalog").transaction() as tx:
                nothing = update(volunteer).values(name_index=None, phone_index=None)
                await tx.session.execute(nothing)
            assert (await corps.client.get("/api/catalog/doubles")).json()["volunteers"] == []
            await index_volunteers(corps.uow("catalog"))
        found = (await corps.client.get("/api/catalog/doubles")).json()["volunteers"]
        assert [(e["code"], e["other_code"], e["reasons"]) for e in found] == expected
        assert {each["other_name"] for each in found} == {"林*"}
    await merge(corps, "volunteers", same_name, first, take=[])
    await corps.client.post(f"/api/catalog/volunteers/{elsewhere}/erase", json={"reason": "本人"})
    assert (await corps.client.get("/api/catalog/doubles")).json()["volunteers"] == []
