"""Days on which volunteers and teams can't come, what dispatch keeps of volunteers, and how plans obey."""

from collections.abc import AsyncIterator
from datetime import date
from typing import Any

import pytest

from services.dispatch.availability.queries import Volunteer, volunteers_of
from services.dispatch.planning.optimizer.list_planner import ListPlanner
from shared.contracts.catalog import (
    PersonErased,
    PersonExportRequested,
    QualificationGranted,
    QualificationRevoked,
    TeamMerged,
    VolunteerChanged,
    VolunteerMerged,
)
from shared.contracts.dispatch import PersonDataCollected, PersonDataErased
from shared.kernel.access import Role
from tests.dispatch.conftest import house_with, order_all
from tests.dispatch.desk import JULY, ask
from tests.support.clock import PlayedClock
from tests.support.fixtures import NewUrl
from tests.support.house import House
from tests.support.tokens import bearer

LEADER = bearer(Role.LEADER, team_code="health")
OTHER_LEADER = bearer(Role.LEADER, team_code="justice")
PATH = "/api/dispatch/unavailable-days"


def myself(no: str) -> dict[str, str]:
    return bearer(Role.VOLUNTEER, team_code="health", volunteer_no=no)


@pytest.fixture
async def house(new_store_url: NewUrl, clock: PlayedClock) -> AsyncIterator[House]:
    """dispatch on either store with two volunteers of the health team, and one of another."""
    async with house_with(new_store_url(), ListPlanner(), clock) as found:
        for no, team in (("V-000001", "health"), ("V-000002", "health"), ("V-000003", "justice")):
            await tell(found, no, team)
        yield found


async def tell(house: House, no: str, team: str = "health", **more: Any) -> None:
    event = VolunteerChanged(volunteer_no=no, team_code=team, active=True)
    await house.hear(f"volunteer:{no}", event.model_copy(update=more))


async def enter(house: House, *, status: int = 201, headers: Any = None, **body: Any) -> Any:
    body = {"first_on": "2014-06-27", "last_on": "2014-06-28"} | body
    answer = await house.client.post(PATH, json=body, headers=headers or {})
    assert answer.status_code == status, answer.text
    return answer.json()


async def listed(house: House, headers: Any = None, **query: str) -> list[str]:
    answer = await house.client.get(PATH, params=query, headers=headers or {})
    return [each["code"] for each in answer.json()["items"]]


async def team(house: House, code: str = "health") -> list[Volunteer]:
    async with house.uow("dispatch").reading() as session:
        return await volunteers_of(session, code)


# --- days -----------------------------------------------------------------------------------------
async def test_volunteers_say_it_of_themselves_and_leaders_of_their_team(house: House) -> None:
    mine = await enter(house, volunteer_no="ｖ－000001", headers=myself("V-000001"))
    assert mine["code"] == "V-000001"
    await enter(house, volunteer_no="V-000002", part="morning", headers=LEADER)
    await enter(house, team_code="health", headers=LEADER)
    assert await listed(house, myself("V-000001")) == ["V-000001"]
    assert sorted(await listed(house, LEADER)) == ["V-000001", "V-000002", "health"]
    assert await listed(house, OTHER_LEADER) == []
    assert await listed(house, LEADER, volunteer_no="V-000002") == ["V-000002"]
    for headers, body in (
        (myself("V-000001"), {"volunteer_no": "V-000002"}),
        (myself("V-000001"), {"team_code": "health"}),
        (LEADER, {"volunteer_no": "V-000003"}),
        (LEADER, {"team_code": "justice"}),
        (LEADER, {"volunteer_no": "V-999999"}),
    ):
        await enter(house, status=403, headers=headers, **body)


async def test_said_twice_it_is_noted_once_and_taken_back_once(house: House) -> None:
    first = await enter(house, volunteer_no="V-000001")
    assert await enter(house, volunteer_no="V-000001") == first
    path = f"{PATH}/{first['id']}/remove"
    assert (await house.client.post(path, headers=OTHER_LEADER)).status_code == 404
    assert (await house.client.post(path, headers=myself("V-000002"))).status_code == 404
    assert (await house.client.post(path, headers=myself("V-000001"))).status_code == 204
    assert (await house.client.post(path)).status_code == 404
    assert await listed(house) == []


@pytest.mark.parametrize(
    ("body", "code", "field"),
    [
        ({"last_on": "2014-06-26"}, "days_reversed", "last_on"),
        (
            {"first_on": "2014-05-01", "last_on": "2014-05-31"},
            "unavailable_is_over",
            "last_on",
        ),
        ({"first_on": "2104-06-27", "last_on": "2104-06-28"}, "unavailable_is_far", "first_on"),
        ({"last_on": "2015-06-28"}, "unavailable_is_long", "last_on"),
        ({"team_code": "health"}, "team_or_volunteer", "volunteer_no"),
        ({"volunteer_no": "V-777777"}, "unknown_volunteer", "volunteer_no"),
    ],
)
async def test_days_that_can_not_be_meant_are_refused_at_their_field(
    house: House, body: dict[str, str], code: str, field: str
) -> None:
    refused = await enter(house, status=422, **({"volunteer_no": "V-000001"} | body))
    assert (refused["code"], refused["field"]) == (code, field)


async def test_no_plan_sends_a_team_on_a_day_on_which_it_can_not_come(house: House) -> None:
    """Otherwise the plan begins on its first day."""
    await order_all(house)
    last = "2014-07-10"
    await enter(house, team_code="health", last_on=last)
    plan = await ask(house, "POST", "/plans", JULY, status=201)
    days = [
        stop["on"]
        for stop in plan["stops"]
        for entry in stop["assignments"]
        if entry["team_code"] == "health"
    ]
    assert len(days) == 3
    assert min(days) > last
    await ask(house, "POST", f"/plans/{plan['id']}/publish")
    booked = await enter(house, status=409, team_code="health", last_on=max(days))
    assert [each["code"] for each in booked["errors"]] == ["team_is_booked"]


# --- copies ---------------------------------------------------------------------------------------
async def test_what_catalog_says_is_kept(house: House) -> None:
    stream = "volunteer:V-000001"
    until = date(2016, 8, 31)
    granted = QualificationGranted(
        volunteer_no="V-000001",
        team_code="health",
        qualification="执业 医师证",
        granted_on=date(2014, 1, 1),
        expires_on=until,
    )
    await house.hear(stream, granted)
    await tell(house, "V-000001", minor=True, novice=True, agreement_until=until)
    first = (await team(house))[0]
    assert (first.minor, first.novice, first.agreement_until) == (True, True, until)
    assert list(first.held.values()) == [until]
    revoked = QualificationRevoked(
        volunteer_no="V-000001",
        team_code="health",
        qualification="执业 医师证",
        reason_code="withdrawn",
    )
    await house.hear(stream, revoked)
    assert not (await team(house))[0].held
    await tell(house, "V-000001", active=False)
    assert [each.no for each in await team(house)] == ["V-000002"]


async def test_the_days_of_a_double_are_the_other_entry_s(house: House) -> None:
    await enter(house, volunteer_no="V-000002")
    merged = VolunteerMerged(volunteer_no="V-000002", into_no="V-000001")
    await house.hear("volunteer:V-000001", merged)
    await tell(house, "V-000002")  # late
    assert [each.no for each in await team(house)] == ["V-000001"]
    assert await listed(house) == ["V-000001"]


async def test_volunteers_follow_their_team(house: House) -> None:
    await enter(house, team_code="health")
    merged = TeamMerged(code="health", name="卫生", name_en="Health", into_code="justice")
    await house.hear("team:justice", merged)
    await tell(house, "V-000004", "health")  # said before the merger was known there
    assert [each.no for each in await team(house, "justice")] == [
        f"V-00000{n}" for n in (1, 2, 3, 4)
    ]
    assert await listed(house) == ["justice"]


async def test_a_person_gets_what_is_held_and_has_it_erased(house: House) -> None:
    await enter(house, volunteer_no="V-000001")
    stream = "volunteer:V-000001"
    await house.hear(stream, PersonExportRequested(volunteer_no="V-000001", request_id="r1"))
    part = await ask(house, "GET", "/people/V-000001/export")
    assert [record["kind"] for record in part["records"]] == ["unavailable_day"]
    await house.hear(stream, PersonErased(volunteer_no="V-000001", request_id="r2"))
    assert await listed(house) == []
    answers = [
        event.records
        for event in await house.published("dispatch")
        if isinstance(event, PersonDataCollected | PersonDataErased)
    ]
    assert answers == [1, 2]  # the days, and the part that was collected
