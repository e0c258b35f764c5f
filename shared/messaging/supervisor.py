"""A connection to RabbitMQ that is made anew, with all that hangs on it.

The connections are ours, not aio-pika's "robust" ones, which don't consume again after the server cancels a consumer. A
supervisor rebuilds everything (connection, channel, queues, bindings, consumers) on any close, cancelled consumer,
publish timeout, or when the watchdog finds that the broker forgot us.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from aio_pika.abc import AbstractChannel, AbstractConnection
from aio_pika.exceptions import AMQPError, ChannelPreconditionFailed

from shared.messaging.backoff import backoff_seconds
from shared.telemetry.logs import logger

DOWN = (AMQPError, ConnectionError, OSError, TimeoutError, RuntimeError)
"""What aio-pika raises when the broker, the connection or the channel is gone."""

Connect = Callable[[str], Awaitable[AbstractConnection]]
"""Makes a connection that shows under this name at the broker."""

Session = Callable[[AbstractConnection], Awaitable[None]]
"""What is done with a connection; returns when it should be made anew."""

log = logger(__name__)


async def supervise(name: str, connect: Connect, session: Session, stop: asyncio.Event) -> None:
    """Connects, runs ``session`` until it ends or the connection breaks, and again, with jitter."""
    failures = 0
    while not stop.is_set():
        connection: AbstractConnection | None = None
        began = asyncio.get_running_loop().time()
        try:
            connection = await connect(name)
            await session(connection)
            log.info("connection to the broker ended", connection=name)
        except ChannelPreconditionFailed as error:
            remedy = "delete that queue; it is made again, and what it held comes again out of the event logs"
            log.error("a queue was made with other arguments", connection=name, error=str(error), remedy=remedy)
        except Exception as error:
            # Whatever it was: a supervisor that ends leaves a service deaf, or mute, until its restart.
            log.warning("connection to the broker failed", connection=name, error=repr(error))
        finally:
            if connection is not None:
                await _close(connection)
        if stop.is_set():
            return
        lasted = asyncio.get_running_loop().time() - began
        failures = 1 if lasted > 10 else failures + 1
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), backoff_seconds(failures))


async def _close(connection: AbstractConnection) -> None:
    with suppress(*DOWN):
        async with asyncio.timeout(2):
            await connection.close()


async def first_of(*waits: Awaitable[Any]) -> None:
    """Returns when the first of them is over, and stops waiting for the others."""
    tasks = [asyncio.ensure_future(wait) for wait in waits]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()


async def opened(connection: AbstractConnection) -> AbstractChannel:
    """A channel for a few declarations; use it as a context manager."""
    return await connection.channel(publisher_confirms=False)
