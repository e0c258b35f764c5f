"""Fixtures of the tests of imports."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from services.catalog.bootstrap import build
from services.catalog.settings import CatalogSettings
from tests.support.house import House, running_house


@pytest.fixture
async def catalog(tmp_path: Path) -> AsyncIterator[House]:
    """catalog alone, with keys to seal what files hold."""
    settings = CatalogSettings(
        database_url=f"sqlite:///{tmp_path}/catalog.db",
        vault_keys_file=tmp_path / "vault_keys.json",
        vault_keys_create=True,
    )
    async with running_house(lambda b, c, t: build(settings, broker=b, cache=c, clock=t)) as house:
        yield house
