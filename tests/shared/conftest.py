"""Fixtures for the tests of the mechanism."""

from collections.abc import AsyncIterator

import pytest

from tests.support.rolls import Rolls, rolls_at


@pytest.fixture
async def rolls(store_url: str) -> AsyncIterator[Rolls]:
    """The see-through service, on SQLite and again on PostgreSQL."""
    async with rolls_at(store_url) as service:
        yield service
