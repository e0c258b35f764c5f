"""Fixtures of the tests of badges."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.catalog.counter import Counter, running_counter
from tests.support.fixtures import NewUrl


@pytest.fixture
async def counter(new_store_url: NewUrl, tmp_path: Path) -> AsyncIterator[Counter]:
    """Catalog with a window, two posts and two clerks, and a clock that the test moves."""
    async with running_counter(new_store_url(), tmp_path) as counter:
        yield counter
