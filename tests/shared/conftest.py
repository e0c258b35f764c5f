"""Fixtures for the tests of the mechanism."""

from collections.abc import AsyncIterator, Callable

import pytest

from tests.support.fixtures import NewUrl
from tests.support.private import RabbitMQ
from tests.support.rolls import Rolls, rolls_at


@pytest.fixture
async def rolls(store_url: str) -> AsyncIterator[Rolls]:
    """The see-through service, on SQLite and again on PostgreSQL."""
    async with rolls_at(store_url) as service:
        yield service


@pytest.fixture
def own_rabbit(
    private_server: Callable[[type[RabbitMQ]], RabbitMQ], rabbit_url: NewUrl
) -> tuple[RabbitMQ, str]:
    """A broker that a test may stop and block, and the URL of an empty virtual host on it."""
    server, url = private_server(RabbitMQ), rabbit_url()
    if str(server.port) not in url:
        pytest.skip("the broker in use is not ours to harm")
    return server, url
