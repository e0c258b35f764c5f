"""notify alone, with its neighbours played by the tests."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import pytest

from services.notify.bootstrap import build
from services.notify.settings import NotifySettings
from shared.cache.port import Cache
from shared.kernel.clock import Clock, utc_now
from shared.messaging.broker import Broker
from shared.service import Service
from tests.support.fixtures import NewUrl
from tests.support.house import House, running_house

NewNotify = Callable[..., AbstractAsyncContextManager[House]]


def maker(
    settings: NotifySettings, *, reaches_itself: bool = False
) -> Callable[[Broker, Cache, Clock], Service]:
    return lambda broker, cache, clock: build(
        settings, broker=broker, cache=cache, clock=clock, reaches_itself=reaches_itself
    )


@pytest.fixture
def new_notify(new_store_url: Callable[[], str]) -> NewNotify:
    """Each call gives a notify of its own on a fresh store, on SQLite and again on PostgreSQL."""

    def new(
        *, clock: Clock = utc_now, reaches_itself: bool = False, **settings: Any
    ) -> AbstractAsyncContextManager[House]:
        own = NotifySettings(database_url=new_store_url(), **settings)
        return running_house(maker(own, reaches_itself=reaches_itself), clock=clock)

    return new


@pytest.fixture
async def anywhere(new_notify: NewNotify) -> AsyncIterator[House]:
    """notify on SQLite, and again on PostgreSQL."""
    async with new_notify() as house:
        yield house


@pytest.fixture
async def on_postgres(postgres_url: NewUrl) -> AsyncIterator[House]:
    """notify on PostgreSQL, where transactions overlap."""
    async with running_house(maker(NotifySettings(database_url=postgres_url()))) as house:
        yield house


@pytest.fixture
async def notify(tmp_path: Path) -> AsyncIterator[House]:
    """notify on SQLite."""
    async with running_house(
        maker(NotifySettings(database_url=f"sqlite:///{tmp_path}/notify.db"))
    ) as house:
        yield house
