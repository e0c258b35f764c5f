"""requests on a clock that the test moves, with two townships, and dispatch played by the test; on both stores."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from services.requests import bootstrap
from services.requests.bootstrap import build
from services.requests.settings import RequestsSettings
from tests.requests.regularisation.needs import Needs
from tests.requests.township import EDITION, JULY, TOWNSHIP
from tests.requests.wishes.wishing import OTHER_TOWNSHIP
from tests.support.clock import PlayedClock
from tests.support.house import running_house

YEAR = JULY.model_copy(update={"ends_on": JULY.ends_on.replace(year=2015)})
LONG_EDITION = EDITION.model_copy(update={"retires_on": EDITION.retires_on.replace(year=2015)})


async def _idle(stop: asyncio.Event) -> None:
    await stop.wait()


@pytest.fixture
async def needs(store_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Needs]:
    """Without the service's own daily work, which would do by itself what a test is about to do when the clock has
    moved."""
    monkeypatch.setattr(bootstrap, "regular_needs", lambda _uow, _limits: _idle)
    settings = RequestsSettings(database_url=store_url)
    clock = PlayedClock()
    async with running_house(
        lambda b, c, t: build(settings, broker=b, cache=c, clock=t), clock=clock
    ) as house:
        for township in (TOWNSHIP, OTHER_TOWNSHIP):
            await house.hear(f"township:{township.code}", township)
        await house.hear(f"edition:{EDITION.edition_id}", LONG_EDITION)
        await house.hear(f"campaign:{JULY.campaign_id}", YEAR)
        yield Needs(house, clock)
