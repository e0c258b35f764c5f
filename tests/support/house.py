"""A service under test: real store, real relay and consumer, real broker; its neighbours played by the test."""

from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime

import httpx

from shared.cache.memory import MemoryCache
from shared.cache.port import Cache
from shared.contracts import Event
from shared.eventlog.envelope import Envelope
from shared.eventlog.reader import read_log
from shared.http.root_app import RootApp
from shared.kernel.clock import Clock, utc_now
from shared.messaging.broker import Broker
from shared.messaging.memory import MemoryBroker
from shared.process import application
from shared.service import Service
from shared.unit_of_work import UnitOfWork
from tests.support.clock import StandingClock, from_a_full_hour
from tests.support.schema import bring_up
from tests.support.tokens import EVERYTHING, bearer

OVERWRITING = {"If-Match": "*"}
"""Headers of a PUT that replaces whatever is there, for tests that are about something else."""


class House:
    """What a test talks to. ``client`` reaches the services' HTTP routes at ``/api/<name>/...``."""

    def __init__(
        self, services: dict[str, Service], broker: Broker, client: httpx.AsyncClient, app: RootApp
    ) -> None:
        self.services = services
        self.broker = broker
        self.client = client
        self._sent: Counter[tuple[str, str]] = Counter()
        self.app = app

    def uow(self, service: str) -> UnitOfWork:
        return self.services[service].uow

    async def hear(self, stream: str, *events: Event) -> None:
        """Publishes ``events`` as the next of ``stream`` (e.g. ``order:1``), as their publisher would;
        returns when every listening service has stored their effects."""
        envelopes = [self.envelope(stream, event) for event in events]
        for envelope in envelopes:
            assert await self.broker.publish([envelope]) == [True], f"{envelope.id} was not taken"

    def envelope(
        self, stream: str, event: Event, *, seq: int | None = None, at: datetime | None = None
    ) -> Envelope:
        """The envelope of ``event``, numbered next in its stream unless ``seq`` says otherwise."""
        if seq is None:
            self._sent[event.publisher, stream] += 1
            seq = self._sent[event.publisher, stream]
        return Envelope(
            publisher=event.publisher,
            type=event.type,
            aggregate_id=stream,
            aggregate_seq=seq,
            occurred_at=at or utc_now(),
            body=event.model_dump_json().encode(),
            traceparent=f"00-{'a' * 32}-{'b' * 16}-01",
            correlation_id="a" * 32,
            causation_id="test",
        )

    async def published(self, service: str) -> list[Event]:
        """All events in the log of ``service``, oldest first."""
        async with self.uow(service).reading() as session:
            envelopes = await read_log(session, service, after=0, limit=10_000)
        return [event for envelope in envelopes if (event := envelope.event())]


@asynccontextmanager
async def running_house(
    *makers: Callable[[Broker, Cache, Clock], Service],
    broker: Broker | None = None,
    clock: Clock | None = None,
) -> AsyncIterator[House]:
    """Migrates and starts the services that ``makers`` give, all in this process on one broker; by default business
    stands on the first morning of Rui'an's circuit."""
    clock = clock or StandingClock()
    broker = broker or MemoryBroker()
    cache = MemoryCache(now=from_a_full_hour())
    services = {
        service.name: service for service in (make(broker, cache, clock) for make in makers)
    }
    for service in services.values():
        await bring_up(service.migrations, service.database)
    app = application(list(services.values()))
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(app.router.lifespan_context(app))
        transport = httpx.ASGITransport(app=app)
        client = await stack.enter_async_context(
            httpx.AsyncClient(
                transport=transport, base_url="http://house", headers=bearer(*EVERYTHING)
            )
        )
        yield House(services, broker, client, app)
