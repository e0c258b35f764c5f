"""Registrations of people who leave, are merged or erased, and what an export has of them."""

from typing import Any

from services.catalog.activities.use_cases.registering import see_to_registrations
from tests.catalog.activities.conftest import Corps
from tests.catalog.successions.merging import merge, values_of


async def test_who_left_the_corps_gives_the_place_to_who_waits(corps: Corps) -> None:
    path = await corps.plan(capacity=1)
    first, second = corps.nos[:2]
    await corps.register(path, first, second)
    headers = {"If-Match": "*"}
    await corps.ask("PUT", f"/volunteers/{first}", {"active": False}, headers=headers)
    await corps.ask("PUT", f"/volunteers/{second}", {"team_code": "clinic-two"}, headers=headers)
    for _ in range(2):
        await see_to_registrations(corps.house.uow("catalog"))
    assert await corps.states(path) == {second: "registered"}
    page = await corps.ask("GET", f"{path}/registrations", leader="clinic-two")
    assert [each["volunteer_no"] for each in page["items"]] == [second]
    gone = await corps.register(path, first, status=422)
    assert gone["code"] == "volunteers_gone"


async def test_of_merged_entries_the_better_registration_stays(corps: Corps) -> None:
    path = await corps.plan(capacity=2)
    twice, other, kept, third = corps.nos[:4]
    await corps.register(path, twice, other, kept, third)
    await _merge(corps, twice, kept)
    assert await corps.states(path) == {kept: "registered", other: "registered", third: "waiting"}
    # A registration of both: one place becomes free.
    await corps.withdraw(path, other)
    await corps.register(path, other)
    await _merge(corps, third, kept)
    assert await corps.states(path) == {kept: "registered", other: "registered"}


async def test_an_erased_person_is_out_and_an_export_has_what_was_held(corps: Corps) -> None:
    path = await corps.plan(capacity=1)
    first, second = corps.nos[:2]
    await corps.register(path, first, second)
    await corps.ask("POST", f"/volunteers/{first}/export", status=202)
    part = await corps.ask("GET", f"/people/{first}/export")
    (held,) = [each for each in part["records"] if each["kind"] == "registration"]
    assert (held["activity"], held["state"]) == ("入党宣誓仪式", "registered")
    body = {"reason": "本人要求"}
    await corps.ask("POST", f"/volunteers/{first}/erase", body, status=202)
    assert await corps.states(path) == {second: "registered"}


async def test_activities_of_a_merged_team_are_the_other_ones(corps: Corps) -> None:
    path = await corps.plan(team_code="clinic-two")
    await corps.register(path, corps.nos[5])
    values = values_of(await corps.ask("GET", "/teams/health"))
    await merge(corps.house, "teams", "clinic-two", "health", values=values)
    assert (await corps.ask("GET", path))["team_code"] == "health"
    page = await corps.ask("GET", f"{path}/registrations", leader="health")
    assert [each["volunteer_no"] for each in page["items"]] == [corps.nos[5]]


async def _merge(corps: Corps, no: str, into: str) -> Any:
    return await merge(corps.house, "volunteers", no, into, take=[])
