"""The planner counts volunteers who may come, where a team has entered all of them."""

from collections.abc import AsyncIterator
from datetime import date
from typing import Any

import pytest

from services.dispatch.planning.optimizer.list_planner import ListPlanner
from services.dispatch.plans.queries.planning_input import open_planning_input
from shared.contracts.catalog import QualificationGranted, ServiceItemChanged, VolunteerChanged
from tests.dispatch import desk
from tests.dispatch.conftest import CAMPAIGN, GAOLOU, house_with, order_all
from tests.dispatch.desk import ask
from tests.support.clock import PlayedClock
from tests.support.fixtures import NewUrl
from tests.support.house import House

LICENCE = "执业医师证"
MEMBERS = 6
"""As many as each team says that it can send at once."""


@pytest.fixture
async def house(new_store_url: NewUrl, clock: PlayedClock) -> AsyncIterator[House]:
    async with house_with(new_store_url(), ListPlanner(), clock) as found:
        item = ServiceItemChanged(
            code="health-clinic",
            name="医疗义诊",
            name_en="health-clinic",
            category_code="welfare",
            teams=("health",),
            volunteers_needed=3,
            minutes_per_resident=5,
            qualification=LICENCE,
        )
        await found.hear("item:health-clinic", item)
        await order_all(found)
        yield found


async def enter(house: House, count: int, *, until: date | None, licensed: int) -> None:
    for number in range(1, count + 1):
        no = f"V-{number:06}"
        events: list[Any] = [VolunteerChanged(volunteer_no=no, team_code="health", active=True)]
        if number <= licensed:
            granted = QualificationGranted(
                volunteer_no=no,
                team_code="health",
                qualification=LICENCE,
                granted_on=date(2012, 1, 1),
                expires_on=until,
            )
            events.append(granted)
        await house.hear(f"volunteer:{no}", *events)


async def team_of(house: House) -> Any:
    class July:
        campaign_id, start_township_code = CAMPAIGN, GAOLOU
        starts_on, ends_on, weekends = date(2014, 6, 27), date(2014, 7, 16), False

    async with house.uow("dispatch").reading() as session:
        found = await open_planning_input(session, July())
    return next(team for team in found.problem.teams if team.id == "health")


async def test_a_team_that_has_not_entered_all_is_counted_by_its_word(house: House) -> None:
    await enter(house, MEMBERS - 1, until=None, licensed=1)
    team = await team_of(house)
    assert (team.members, team.members_on, team.qualified) == (MEMBERS, {}, {LICENCE: MEMBERS})


async def test_those_who_hold_what_is_asked_are_counted_and_those_away_are_not(
    house: House,
) -> None:
    await enter(house, MEMBERS, until=date(2014, 7, 16), licensed=4)
    for no in ("V-000001", "V-000006"):
        days = {"volunteer_no": no, "first_on": "2014-06-28", "last_on": "2014-06-30"}
        await ask(house, "POST", "/unavailable-days", days, status=201)
    team = await team_of(house)
    assert team.qualified == {LICENCE: 4}
    assert team.members_on == {1: 4, 2: 4, 3: 4}


async def test_nobody_is_sent_where_too_few_hold_what_is_asked(house: House) -> None:
    await enter(house, MEMBERS, until=date(2014, 7, 15), licensed=MEMBERS)
    await enter(house, 2, until=None, licensed=2)
    candidate = await desk.candidate_of(house)
    assert "health" not in {booth["team_code"] for booth in candidate["booths"]}
    assert {line["reason"] for line in candidate["unserved"]} == {"unserved.too_few_qualified"}
