"""Finds and replaces queues that exist but execute no command.

A RabbitMQ node that is killed within seconds of declaring a quorum queue may come back with a queue
that has no leader (seen with 3.10.8 on a lone node, nearly always for the queue declared last). The
broker still lists it and answers passive declarations from its own tables. A consumer gets no
Consume-Ok, a publisher no confirm, both without an error. Deleting the queue and declaring it again
helps. Its events are resent from the publishers' event logs.
"""

import asyncio
from collections.abc import Sequence

from aio_pika.abc import AbstractConnection
from aio_pika.exceptions import ChannelClosed

from shared.messaging.broker import BrokerUnavailable
from shared.messaging.resizing import delete, exists
from shared.messaging.supervisor import opened
from shared.messaging.topology import Declare, remedy_for_unresponsive
from shared.telemetry import metrics
from shared.telemetry.logs import logger

PROBE_SECONDS = 5.0
"""How long a queue may take to respond before it is reported."""

REPLACE_SECONDS = 20.0
"""How long a queue must be unresponsive, on a broker that responds otherwise, until it is replaced.

Recovering a long queue after a restart takes time too."""

DELETE_SECONDS = 20.0
"""RabbitMQ itself waits five seconds for the leader before it removes the queue by force.
"""

log = logger(__name__)


async def responds(
    connection: AbstractConnection, queue: str, seconds: float = PROBE_SECONDS
) -> bool:
    """Returns whether the queue's leader executes a command within ``seconds``.

    The command is Basic.Consume with a prefetch of one message, which goes back when the channel is
    closed. Where the queue has an active consumer already, this one waits behind it and is sent
    nothing. A queue that does not exist or is closed to this user counts as answering: that is
    somebody else's error.
    """
    try:
        async with asyncio.timeout(seconds):
            channel = await opened(connection)
            await channel.set_qos(prefetch_count=1)
            underlay = await channel.get_underlay_channel()
            await underlay.basic_consume(queue, _leave)
            await channel.close()
    except TimeoutError:
        return False
    except ChannelClosed:
        pass
    return True


async def _leave(_message: object) -> None:
    """Neither handles the message nor acknowledges it."""


class UnresponsiveQueues:
    """The queues of this process that did not respond when they were last probed."""

    def __init__(
        self, *, probe_seconds: float = PROBE_SECONDS, replace_seconds: float = REPLACE_SECONDS
    ) -> None:
        self._probe_seconds = probe_seconds
        self._replace_seconds = replace_seconds
        self._queues: set[str] = set()

    def __str__(self) -> str:
        return "; ".join(
            f"{queue} answers nobody ({remedy_for_unresponsive(queue)})"
            for queue in sorted(self._queues)
        )

    async def resolve(
        self, connection: AbstractConnection, queues: Sequence[str], declare: Declare
    ) -> None:
        """Returns when each of the ``queues`` responds. One that stays unresponsive is deleted and
        declared again.

        :raises BrokerUnavailable: the broker itself no longer responds, so nothing is known of the
        queues.
        """
        # Concurrently, for all queues of a node are silent for the same reason.
        replaced = await asyncio.gather(*(self._resolve(connection, queue) for queue in queues))
        if any(replaced):
            async with asyncio.timeout(DELETE_SECONDS), await opened(connection) as channel:
                await declare(channel)

    async def _resolve(self, connection: AbstractConnection, queue: str) -> bool:
        """Returns whether the queue was deleted."""
        silent_seconds = 0.0
        try:
            while not await responds(connection, queue, self._probe_seconds):
                silent_seconds += self._probe_seconds
                await self._check_broker(connection, queue)
                self._queues.add(queue)
                remedy = remedy_for_unresponsive(queue)
                log.warning(
                    "queue answers nobody",
                    queue=queue,
                    silent_seconds=silent_seconds,
                    remedy=remedy,
                )
                metrics.QUEUES_SILENT.labels(queue).set(1)
                if silent_seconds >= self._replace_seconds:
                    async with asyncio.timeout(DELETE_SECONDS):
                        await delete(connection, queue)
                    log.warning("silent queue deleted, to be declared again", queue=queue)
                    return True
            return False
        finally:
            # Also when the connection breaks: the next one looks again.
            if queue in self._queues:
                self._queues.discard(queue)
                metrics.QUEUES_SILENT.labels(queue).set(0)

    async def _check_broker(self, connection: AbstractConnection, queue: str) -> None:
        """:raises BrokerUnavailable: the broker itself does not respond."""
        try:
            async with asyncio.timeout(self._probe_seconds):
                await exists(connection, queue)
        except TimeoutError:
            raise BrokerUnavailable("the broker stays silent") from None
