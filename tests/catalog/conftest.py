"""Fixtures of catalog's tests."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.catalog.city import City, running_city
from tests.catalog.corps import enter_corps
from tests.support.fixtures import NewUrl
from tests.support.house import House


@pytest.fixture
async def city(new_store_url: NewUrl, tmp_path: Path) -> AsyncIterator[City]:
    """Catalog with its own provider, two accounts, and a clock that the test moves."""
    async with running_city(new_store_url(), tmp_path) as city:
        yield city


@pytest.fixture
async def corps(catalog: House) -> House:
    """Catalog with two teams, an item of one of them, and a draft with that item."""
    await enter_corps(catalog)
    return catalog
