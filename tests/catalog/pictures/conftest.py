"""Fixtures of the tests of pictures."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from services.catalog.bootstrap import build
from services.catalog.settings import CatalogSettings
from tests.catalog.corps import enter_corps
from tests.support.fixtures import NewUrl
from tests.support.house import House, running_house


@pytest.fixture
async def corps(new_store_url: NewUrl, tmp_path: Path) -> AsyncIterator[House]:
    """Catalog with an item and a draft with that item, and a folder for pictures."""
    settings = CatalogSettings(
        database_url=new_store_url(), files_url=(tmp_path / "files").as_uri()
    )
    async with running_house(lambda b, c, t: build(settings, broker=b, cache=c, clock=t)) as house:
        await enter_corps(house)
        yield house
