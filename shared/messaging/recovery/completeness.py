"""Notices that events were lost on the way to this service, and requests them from their publisher."""

from collections.abc import Callable, Sequence
from time import monotonic

from shared.db.engine import Database
from shared.eventlog.position import Position
from shared.messaging.broker import Broker, BrokerUnavailable
from shared.messaging.inbox import count_received, recount
from shared.messaging.recovery.gaps import Gaps, Recount
from shared.telemetry import metrics
from shared.telemetry.logs import logger

log = logger(__name__)


class Completeness:
    """Performs what :class:`shared.messaging.recovery.gaps.Gaps` decides, on one service's store
    and broker.
    """

    def __init__(
        self,
        service: str,
        database: Database,
        broker: Broker,
        *,
        elapsed: Callable[[], float] = monotonic,
    ) -> None:
        """``elapsed``: seconds on a clock that is never set."""
        self._service = service
        self._database = database
        self._broker = broker
        self._elapsed = elapsed
        self._gaps = Gaps(service)

    async def on_positions(self, positions: Sequence[Position]) -> None:
        """Compares positions with what has arrived, once the events before them are stored."""
        publishers = {position.publisher for position in positions}
        async with self._database.reading() as session:
            received = await count_received(session, publishers)
        for position in positions:
            await self._compare(position, received.get((position.publisher, position.shard), 0))

    async def _compare(self, position: Position, received: int) -> None:
        now, connection = self._elapsed(), self._broker.connections
        step = self._gaps.on_position(position, received, now=now, connection=connection)
        if isinstance(step, Recount):
            received = await self._recount(position)
            step = self._gaps.on_position(position, received, now=now, connection=connection)
        metrics.SHARDS_INCOMPLETE.labels(self._service).set(self._gaps.searching)
        if step is None or isinstance(step, Recount):
            return
        source = (position.publisher, position.shard)
        said = {
            "publisher": source[0],
            "shard": source[1],
            "missing": position.sent_count - received,
        }
        try:
            await self._broker.request_resend(position.publisher, step)
        except BrokerUnavailable as error:
            self._gaps.request_failed(source)
            log.warning("events are missing, and the request failed", **said, error=repr(error))
        else:
            log.warning("events are missing, requested them", **said, last=step.last)

    async def _recount(self, position: Position) -> int:
        async with self._database.writing() as session:
            await recount(session, position.publisher)
            return (await count_received(session, {position.publisher}))[
                position.publisher, position.shard
            ]
