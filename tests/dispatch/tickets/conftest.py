"""A stop that is under way, at which the health team's booth gives tickets."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest

from services.dispatch.planning.optimizer.list_planner import ListPlanner
from tests.dispatch import desk
from tests.dispatch.conftest import GAOLOU, house_with
from tests.dispatch.tickets.booth import Booth
from tests.support.clock import PlayedClock
from tests.support.house import House


@pytest.fixture
def clock() -> PlayedClock:
    """The morning of the first stop, in China."""
    return PlayedClock(datetime(2014, 6, 27, 0, tzinfo=UTC))


@pytest.fixture
async def house(store_url: str, clock: PlayedClock) -> AsyncIterator[House]:
    async with house_with(store_url, ListPlanner(), clock) as house:
        yield house


@pytest.fixture
async def stop(house: House) -> dict[str, Any]:
    """Of three booths, on the clock's day; it has begun."""
    return await desk.begun_stop(house, GAOLOU)


@pytest.fixture
async def booth(house: House, stop: dict[str, Any]) -> Booth:
    mine = next(each for each in stop["assignments"] if each["team_code"] == "health")
    return Booth(house, stop["id"], mine["id"])
