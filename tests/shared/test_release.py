"""A service that has stopped leaves nothing in memory."""

import gc
import weakref
from pathlib import Path

from services.catalog.bootstrap import build
from services.catalog.settings import CatalogSettings
from shared.service import Service
from tests.support.house import running_house


async def test_a_stopped_service_is_kept_by_nobody(tmp_path: Path) -> None:
    made: list[weakref.ref[Service]] = []
    settings = CatalogSettings(database_url=f"sqlite:///{tmp_path}/catalog.db")

    async with running_house(lambda b, c, t: build(settings, broker=b, cache=c, clock=t)) as house:
        assert (await house.client.get("/api/catalog/health/ready")).status_code == 200
        made.append(weakref.ref(house.services["catalog"]))
    del house

    gc.collect()
    assert made[0]() is None
