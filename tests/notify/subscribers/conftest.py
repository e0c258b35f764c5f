"""notify without webhook jobs of its own: tests say when something is sent."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from services.notify.settings import NotifySettings
from tests.notify.conftest import NewNotify, maker
from tests.notify.subscribers.partners import Server, subscriber_server
from tests.support.clock import PlayedClock
from tests.support.house import House, running_house


@pytest.fixture
def clock() -> PlayedClock:
    return PlayedClock()


@pytest.fixture
async def house(tmp_path: Path, clock: PlayedClock) -> AsyncIterator[House]:
    """On SQLite."""
    settings = NotifySettings(
        database_url=f"sqlite:///{tmp_path}/notify.db",
        vault_keys_file=tmp_path / "keys.json",
        vault_keys_create=True,
        webhook_slots=0,
    )
    async with running_house(maker(settings, reaches_itself=True), clock=clock) as found:
        yield found


@pytest.fixture
async def anywhere(
    new_notify: NewNotify, clock: PlayedClock, tmp_path: Path
) -> AsyncIterator[House]:
    """On either store."""
    async with new_notify(
        clock=clock,
        vault_keys_file=tmp_path / "keys.json",
        vault_keys_create=True,
        webhook_slots=0,
        reaches_itself=True,
    ) as found:
        yield found


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    async with subscriber_server() as found:
        yield found
