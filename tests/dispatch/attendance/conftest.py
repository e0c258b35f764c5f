from collections.abc import AsyncIterator
from datetime import date, datetime, timedelta

import pytest

from services.dispatch.planning.optimizer.list_planner import ListPlanner
from shared.contracts.catalog import VolunteerChanged
from shared.kernel.clock import CHINA
from tests.dispatch import desk
from tests.dispatch.attendance.day import V1, V2, Day
from tests.dispatch.conftest import house_with
from tests.support.clock import PlayedClock
from tests.support.fixtures import NewUrl


@pytest.fixture
async def day(new_store_url: NewUrl, clock: PlayedClock) -> AsyncIterator[Day]:
    async with house_with(new_store_url(), ListPlanner(), clock) as house:
        for no in (V1, V2, "V-000003"):
            person = VolunteerChanged(volunteer_no=no, team_code="health", active=True)
            await house.hear(f"volunteer:{no}", person)
        plan = await desk.published_plan(house)
        stop, booth = next(
            (stop, entry)
            for stop in plan["stops"]
            for entry in stop["assignments"]
            if entry["team_code"] == "health"
        )
        await desk.accept(house, booth)
        body = {"volunteers": [V1, V2]}
        await desk.ask(house, "POST", f"/assignments/{booth['id']}/roster", body)
        clock.now = datetime.combine(
            date.fromisoformat(stop["on"]), datetime.min.time(), CHINA
        ) + timedelta(hours=8)
        yield Day(house, clock, stop, booth)
