"""requests alone, its neighbours played by the tests."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from services.requests.bootstrap import build
from services.requests.settings import RequestsSettings
from tests.requests.township import EDITION, JULY, MARCH, TOWNSHIP, Dispatch, accepted_order
from tests.support.house import House, running_house


@pytest.fixture
async def empty(tmp_path: Path) -> AsyncIterator[House]:
    """requests as it is first started: it knows nothing."""
    settings = RequestsSettings(
        database_url=f"sqlite:///{tmp_path}/requests.db",
        vault_keys_file=tmp_path / "vault_keys.json",
        vault_keys_create=True,
        files_url=(tmp_path / "files").as_uri(),
    )
    async with running_house(lambda b, c, t: build(settings, broker=b, cache=c, clock=t)) as house:
        yield house


@pytest.fixture
async def requests(empty: House) -> House:
    """requests with a menu and a township to order from it."""
    await empty.hear("township:330381125000", TOWNSHIP)
    await empty.hear("edition:summer-2014", EDITION)
    for campaign in (JULY, MARCH):
        await empty.hear(f"campaign:{campaign.campaign_id}", campaign)
    return empty


@pytest.fixture
async def dispatch(requests: House) -> Dispatch:
    """dispatch's voice about an order of two lines that was accepted."""
    return Dispatch(requests, await accepted_order(requests))
