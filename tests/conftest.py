"""Fixtures that all tests share."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from services.catalog.bootstrap import build as build_catalog
from services.catalog.settings import CatalogSettings
from tests.support import keys, tokens
from tests.support.house import House, running_house

tokens.trust()
keys.use()

pytest_plugins = ["tests.support.fixtures"]


@pytest.fixture
async def catalog(tmp_path: Path) -> AsyncIterator[House]:
    """catalog alone, on SQLite and the in-process broker."""
    settings = CatalogSettings(database_url=f"sqlite:///{tmp_path}/catalog.db")
    async with running_house(
        lambda b, c, t: build_catalog(settings, broker=b, cache=c, clock=t)
    ) as house:
        yield house
