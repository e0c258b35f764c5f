"""requests on a clock that the test moves, with an order that was accepted."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from services.requests.bootstrap import build
from services.requests.settings import RequestsSettings
from tests.requests.township import EDITION, JULY, TOWNSHIP, Dispatch, accepted_order
from tests.support.clock import PlayedClock
from tests.support.house import running_house


@dataclass
class Days:
    """Business begins at 27 June 2014, on which the order's stop is."""

    dispatch: Dispatch
    clock: PlayedClock


@pytest.fixture
async def days(tmp_path: Path) -> AsyncIterator[Days]:
    settings = RequestsSettings(database_url=f"sqlite:///{tmp_path}/requests.db")
    clock = PlayedClock()
    async with running_house(
        lambda b, c, t: build(settings, broker=b, cache=c, clock=t), clock=clock
    ) as house:
        await house.hear("township:330381125000", TOWNSHIP)
        await house.hear("edition:summer-2014", EDITION)
        await house.hear(f"campaign:{JULY.campaign_id}", JULY)
        yield Days(Dispatch(house, await accepted_order(house)), clock)
