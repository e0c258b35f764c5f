"""Somebody at the broker who may do anything there."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aio_pika
from aio_pika.abc import AbstractChannel


@asynccontextmanager
async def operator_at(url: str) -> AsyncIterator[AbstractChannel]:
    """A channel of theirs; ``url`` names the virtual host."""
    connection = await aio_pika.connect(url)
    async with connection, await connection.channel() as channel:
        yield channel
