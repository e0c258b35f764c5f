"""Fixtures of the tests of contacts."""

from collections.abc import AsyncIterator

import pytest

from services.catalog.bootstrap import build
from services.catalog.settings import CatalogSettings
from tests.catalog.contacts.directory import Directory
from tests.catalog.corps import enter_corps
from tests.support.clock import PlayedClock
from tests.support.fixtures import NewUrl
from tests.support.house import running_house


@pytest.fixture
async def directory(new_store_url: NewUrl) -> AsyncIterator[Directory]:
    """Catalog with an agency, two teams and two townships, and a clock that the test moves."""
    settings = CatalogSettings(database_url=new_store_url())
    clock = PlayedClock()
    async with running_house(
        lambda b, c, t: build(settings, broker=b, cache=c, clock=t), clock=clock
    ) as house:
        directory = Directory(house, clock)
        await enter_corps(house)
        await directory.enter_townships()
        yield directory
