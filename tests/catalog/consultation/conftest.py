"""A draft that is up for consultation, on both stores."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from services.catalog.bootstrap import build
from services.catalog.settings import CatalogSettings
from tests.catalog.consultation.forum import Forum
from tests.catalog.corps import enter_corps, put
from tests.support.clock import PlayedClock
from tests.support.fixtures import NewUrl
from tests.support.house import running_house

TOWNSHIPS = {"330381125000": "高楼镇", "330381113000": "马屿镇"}


@pytest.fixture
async def forum(new_store_url: NewUrl, tmp_path: Path) -> AsyncIterator[Forum]:
    """Two townships, two teams, and a draft of one item on which opinions are taken until 10 July 2014; residents may
    speak. Business stands at 27 June."""
    settings = CatalogSettings(
        database_url=new_store_url(),
        vault_keys_file=tmp_path / "vault_keys.json",
        vault_keys_create=True,
    )
    clock = PlayedClock()
    async with running_house(
        lambda b, c, t: build(settings, broker=b, cache=c, clock=t), clock=clock
    ) as house:
        await enter_corps(house)
        for code, name in TOWNSHIPS.items():
            await put(
                house,
                f"townships/{code}",
                {"name": name, "name_en": name, "lat": 27.7, "lon": 120.3},
            )
        forum = Forum(house, clock)
        await forum.open()
        yield forum
