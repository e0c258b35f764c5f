"""Keeps a connection to RabbitMQ: when it breaks, it is made again with all that depends on it.

The connections are our own, not aio-pika's "robust" ones, which don't consume again after the
server cancels a consumer. A supervisor rebuilds everything (connection, channel, queues, bindings,
consumers) after any close, cancelled consumer or publish timeout, and when the watchdog finds that
the broker forgot us.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, Protocol

import aio_pika
from aio_pika.abc import AbstractChannel, AbstractConnection
from aio_pika.exceptions import AMQPError, ChannelPreconditionFailed

from shared.messaging.backoff import MOST_SECONDS, backoff_seconds
from shared.telemetry.logs import logger

DOWN = (AMQPError, ConnectionError, OSError, TimeoutError, RuntimeError)
"""What aio-pika raises when the broker, the connection or the channel is gone."""

Connect = Callable[[str], Awaitable[AbstractConnection]]
"""Makes a connection that shows under this name at the broker."""

Session = Callable[[AbstractConnection], Awaitable[None]]
"""What is done with a connection; returns when it should be made anew."""


class Backoff(Protocol):
    """Returns how many seconds to wait after a number of failures in a row; about ``most`` at the
    most.
    """

    def __call__(self, failures: int, *, most: float) -> float: ...


MOST_SECONDS_OF_SESSIONS = 30.0
"""The longest wait, give or take half, after sessions that keep failing on sound connections."""

log = logger(__name__)


class OwnedConnection(aio_pika.Connection):
    """A connection that its supervisor closes.

    aio-pika's own finalizer starts a coroutine that closes it. Where no event loop runs nobody
    awaits that: at the end of the process, or in the worker thread in which the garbage collector
    happens to run.
    """

    def __del__(self) -> None:
        """Does nothing; the socket goes with the transport."""


async def connect(url: str, **options: Any) -> AbstractConnection:
    """Connects; the caller closes the connection. ``options`` are those of
    :func:`aio_pika.connect`.
    """
    connection: AbstractConnection = await aio_pika.connect(
        url, connection_class=OwnedConnection, **options
    )
    return connection


async def supervise(
    name: str,
    make: Connect,
    session: Session,
    stop: asyncio.Event,
    backoff: Backoff = backoff_seconds,
) -> None:
    """Connects, runs ``session`` until it ends or the connection breaks, and starts again, with
    jitter.

    The waits grow with failures in a row. They are up to two seconds while there is no connection,
    or it breaks, so that a server that is back is found soon. They are up to half a minute while
    connections hold and their sessions fail. Of many failures in a row the 1st, 2nd, 4th, 8th and
    so on are logged as warnings, the others as information.
    """
    failures = refusals = 0
    while not stop.is_set():
        connection: AbstractConnection | None = None
        began = asyncio.get_running_loop().time()
        error: Exception | None = None
        is_sound = False
        try:
            connection = await make(name)
            await session(connection)
        except Exception as failure:
            # Whatever it was: if this ended, the service could not publish or consume any more.
            error = failure
            # A server that is starting accepts connections and drops them: that says nothing of the
            # session.
            is_sound = connection is not None and connection.connected.is_set()
        finally:
            if connection is not None:
                await _close(connection)
        lasted = asyncio.get_running_loop().time() - began
        failures, refusals = (0, 0) if lasted > _lasts_long(error) else (failures, refusals)
        failures, refusals = failures + 1, refusals + is_sound
        _report(name, error, failures)
        if stop.is_set():
            return
        wait = (
            backoff(refusals, most=MOST_SECONDS_OF_SESSIONS)
            if is_sound
            else backoff(failures, most=MOST_SECONDS)
        )
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), wait)


def _lasts_long(error: Exception | None) -> float:
    """Returns after how many seconds a session counts as one that worked. A failed one may have
    waited that long.
    """
    return 10.0 if error is None else 120.0


def _report(name: str, error: Exception | None, failures: int) -> None:
    if error is None:
        log.info("connection to the broker ended", connection=name)
        return
    is_due = failures & (failures - 1) == 0
    if isinstance(error, ChannelPreconditionFailed):
        remedy = "delete that queue; it is made again, and what it held comes again out of the event logs"
        level = log.error if is_due else log.info
        level(
            "a queue was made with other arguments",
            connection=name,
            error=str(error),
            remedy=remedy,
        )
        return
    level = log.warning if is_due else log.info
    level("connection to the broker failed", connection=name, error=repr(error), failures=failures)


async def _close(connection: AbstractConnection) -> None:
    with suppress(*DOWN):
        async with asyncio.timeout(2):
            await connection.close()


async def first_of(*waits: Awaitable[Any]) -> None:
    """Returns when the first awaitable is done, and cancels the others."""
    tasks = [asyncio.ensure_future(wait) for wait in waits]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()


async def opened(connection: AbstractConnection) -> AbstractChannel:
    """Opens a channel for a few declarations; use it as a context manager."""
    return await connection.channel(publisher_confirms=False)
