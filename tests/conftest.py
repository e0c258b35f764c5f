"""Fixtures that all tests share."""

import os
import sys
import tempfile
from collections.abc import AsyncIterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from services.catalog.bootstrap import build as build_catalog
from services.catalog.settings import CatalogSettings
from tests.support import keys, statements, tokens
from tests.support.house import House, running_house

tokens.trust()
keys.use()
statements.share()
_files = tempfile.TemporaryDirectory(prefix="diancai-test-files-")
for _service in ("CATALOG", "REQUESTS"):
    os.environ[f"{_service}_FILES_URL"] = Path(_files.name).as_uri()  # else in the checkout
# httpx looks for it at each request that stays in this process, and where it is not installed Python searches
# every folder again: a fourteenth of what such a request costs.
if find_spec("sniffio") is None:
    sys.modules["sniffio"] = None  # type: ignore[assignment]  # what Python documents for this

pytest_plugins = ["tests.support.fixtures", "tests.support.story"]


@pytest.fixture
async def catalog(tmp_path: Path) -> AsyncIterator[House]:
    """catalog alone, on SQLite and the in-process broker."""
    settings = CatalogSettings(database_url=f"sqlite:///{tmp_path}/catalog.db")
    async with running_house(
        lambda b, c, t: build_catalog(settings, broker=b, cache=c, clock=t)
    ) as house:
        yield house
