"""A service: its parts, and how they start and stop. It is the same for all four."""

import asyncio
from collections.abc import (
    AsyncIterator,
    Awaitable,
    Callable,
    Collection,
    Coroutine,
    Mapping,
    Sequence,
)
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Depends, FastAPI
from fastapi.routing import APIRoute
from sqlalchemy import Column
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match, Route
from starlette.types import Scope

from shared import __version__
from shared.audit.chain import keep_sealing
from shared.cache.port import Cache
from shared.db.engine import Database
from shared.db.migrate import Migrations, SchemaMismatch
from shared.db.vault import Vault
from shared.eventlog.outbox import Outbox
from shared.http import problems
from shared.http.authentication import Authenticator
from shared.http.context import ServiceContext
from shared.http.entity_tags import EntityTags
from shared.http.entity_tags import document as document_versions
from shared.http.forwarding import networks_of
from shared.http.limits import Limiter, Rates
from shared.http.middleware import RequestTelemetry
from shared.http.openapi import SCHEME, TAKES_FILE
from shared.http.operations import events_router, health_router
from shared.http.people import people_router
from shared.http.request_check import check_request
from shared.http.request_limits import RequestLimits
from shared.http.streams import OpenStreams, StreamCaps
from shared.http.texts import Texts
from shared.identity.keys import KeySource
from shared.identity.links import Links
from shared.identity.revocation import Revocations
from shared.identity.tokens import TokenVerifier
from shared.kernel.access import Policy
from shared.kernel.clock import Clock
from shared.kernel.tasks import end
from shared.messaging import broker as broker_port
from shared.messaging.broker import Broker, BrokerUnavailable
from shared.messaging.consumer import Consumer, Subscriptions
from shared.messaging.partitioning import Partitioning
from shared.messaging.recovery.completeness import Completeness
from shared.messaging.recovery.resending import PositionPublisher, Resender
from shared.messaging.relay import Relay, outbox_depth
from shared.messaging.relay_wakeup import RelayWakeup
from shared.messaging.shards import ShardLease
from shared.privacy.retention import OLD_REVOCATIONS, Prune, retention
from shared.settings import ServiceSettings
from shared.telemetry import metrics
from shared.telemetry.logs import logger
from shared.tls import trusting
from shared.unit_of_work import UnitOfWork

SAMPLE_SECONDS = 5.0
BROKER_STOP_SECONDS = broker_port.STOP_SECONDS + 1.0
"""How long a consumer, or a relay with a whole round in hand, may take to stop. What it leaves half done
comes twice."""
STOP_SECONDS = 2.0
"""How long jobs may take to stop. A process with one role leaves within ten seconds."""
MIGRATION_BROKER_SECONDS = 60.0
"""A migration job has time: on a machine that just starts, the broker answers late."""

log = logger(__name__)


class ProcessRole(StrEnum):
    """What a process does for a service; each role can be scaled on its own."""

    API = "api"
    RELAY = "relay"
    CONSUMER = "consumer"


ALL_ROLES = frozenset(ProcessRole)


Job = Callable[[asyncio.Event], Coroutine[None, None, None]]
"""Long or periodic work beside the consumer: runs until the given event is set, then returns soon.
"""


@dataclass(frozen=True, slots=True)
class SelfCheck:
    """What a service keeps beside the facts that it follows from. ``count_differences`` counts, by kind, what is not as
    it should be; ``remedy`` says what helps."""

    what: str
    count_differences: Callable[[AsyncSession], Awaitable[Mapping[str, int]]]
    remedy: str


@dataclass
class Service:
    """All parts of a service, made by its ``bootstrap.build``."""

    name: str
    database: Database
    broker: Broker
    cache: Cache
    clock: Clock
    uow: UnitOfWork
    wakeup: RelayWakeup
    migrations: Migrations
    relay: Relay
    consumer: Consumer | None
    texts: Texts
    api: FastAPI
    vault: Vault
    jobs: list[Job] = field(default_factory=list)
    after_migration: list[Callable[[], Awaitable[None]]] = field(default_factory=list)
    """What a new store begins with; repeatable."""
    sealed: Sequence[Column[Any]] = ()
    """The columns with sealed values, for ``reseal``."""
    self_checks: list[SelfCheck] = field(default_factory=list)
    """What ``doctor`` compares."""
    _lease: ShardLease = field(repr=False, kw_only=True)

    @classmethod
    def assemble(
        cls,
        settings: ServiceSettings,
        *,
        package: Path,
        title: str,
        broker: Broker,
        cache: Cache,
        clock: Clock,
        subscriptions: Subscriptions,
        routers: Sequence[APIRouter],
        policy: Policy,
        sealed: Sequence[Column[Any]] = (),
        prunes: Sequence[Prune] = (),
        linger_seconds: float = 0.0,
    ) -> "Service":
        """Builds the parts that all services have in common.

        ``package`` is the folder of the service. What its routes need beyond the unit of work,
        ``bootstrap.build`` puts into ``api.state``. ``linger_seconds``: how long its events may
        wait for more before they are published. They wait so long in the relay and, where that is
        another process, as long before its wake-up is sent.
        """
        database = Database(settings.database_url, ca_file=settings.tls_ca_file)
        outbox = Outbox(settings.name)
        wakeup = RelayWakeup(database, debounce_seconds=linger_seconds)
        lease = ShardLease(database)
        vault = Vault(settings.vault_keys_file, create=settings.vault_keys_create)
        uow = UnitOfWork(database, outbox, clock, wakeup.notify, vault)
        consumer = (
            Consumer(
                settings.name, uow, outbox, clock, subscriptions, partitions=settings.partitions
            )
            if subscriptions
            else None
        )
        if consumer is not None:
            broker.expect(consumer.queues)
        texts = Texts(package / "locales")
        api = FastAPI(
            title=title,
            version=__version__,
            docs_url=None,
            redoc_url=None,
            # No redirects to the address with or without a slash: they would lead to whatever the
            # Host header says.
            redirect_slashes=False,
        )
        service = cls(
            name=settings.name,
            database=database,
            broker=broker,
            cache=cache,
            clock=clock,
            uow=uow,
            wakeup=wakeup,
            migrations=Migrations(settings.name, package / "migrations"),
            relay=Relay(
                settings.name, database, broker, wakeup, lease, linger_seconds=linger_seconds
            ),
            consumer=consumer,
            texts=texts,
            api=api,
            vault=vault,
            sealed=sealed,
            jobs=[
                retention(database, clock, [OLD_REVOCATIONS, *prunes]),
                *([consumer.keep_measuring] if consumer else []),
            ],
            _lease=lease,
        )
        verifier = TokenVerifier(
            KeySource(
                settings.oidc_issuer, settings.oidc_jwks_url, tls=trusting(settings.tls_ca_file)
            ),
            clock,
            issuer=settings.oidc_issuer,
            audience=settings.oidc_audience,
            skew_seconds=settings.oidc_skew_seconds,
            roles_claim=settings.oidc_roles_claim,
            token_type=settings.oidc_token_type,
        )
        rates = Rates(
            account=settings.limit_account,
            address=settings.limit_address,
            township_writes=settings.limit_township_writes,
            stranger=settings.limit_stranger,
        )
        proxies = networks_of(settings.trusted_proxies)
        api.state.authenticator = Authenticator(
            verifier,
            Revocations(database),
            Limiter(cache, rates),
            clock,
            proxies,
            settings.forwarding_header,
        )
        _name_scheme(api, f"{settings.oidc_issuer}/.well-known/openid-configuration")
        api.state.uow = uow
        api.state.vault = service.vault
        api.state.links = Links(vault, clock)
        api.state.texts = texts
        api.state.cache = cache
        api.state.streams = OpenStreams(
            StreamCaps(
                account=settings.limit_streams_account, process=settings.limit_streams_process
            )
        )
        api.add_middleware(EntityTags)
        api.add_middleware(
            RequestLimits,
            max_bytes=settings.max_body_bytes,
            max_file_bytes=settings.max_file_bytes,
            takes_file=_takes_file(routers),
            max_seconds=settings.max_seconds,
        )
        api.add_middleware(
            RequestTelemetry, service=settings.name, on_fault=problems.install(api, texts)
        )
        api.state.probe = service.probe
        api.state.context = ServiceContext(settings.name, policy, broker, consumer, wakeup)
        api.router.routes.extend(_prepare(routers).routes)
        _limit_document(api)
        return service

    async def probe(self) -> dict[str, str]:
        """Returns what prevents this process from working, by part; empty when it is ready."""
        wrong: dict[str, str] = {}
        try:
            await self.migrations.check(self.database)
        except SchemaMismatch as error:
            wrong["schema"] = str(error)
        except Exception as error:
            log.info("store not ready", error=repr(error))
            wrong["store"] = "can't be reached"
        try:
            await self.broker.ping()
        except BrokerUnavailable as error:
            wrong["broker"] = str(error)
        return wrong

    async def migrate(self) -> None:
        """Brings the schema and the queues to what this release needs, before any traffic."""
        await self.migrations.upgrade(self.database)
        for prepare in self.after_migration:
            await prepare()
        await self._refresh_partitions()
        async with self.broker.running():
            await self.broker.declared(within_seconds=MIGRATION_BROKER_SECONDS)

    @asynccontextmanager
    async def running(self, roles: Collection[ProcessRole] = ALL_ROLES) -> AsyncIterator[None]:
        """Runs the parts that ``roles`` name for the length of the block.

        On leaving it accepts no more work, finishes what has begun, and then closes broker and
        store.

        :raises SchemaMismatch: the store was made for another release.
        """
        async with AsyncExitStack() as stack:
            stack.push_async_callback(self.database.close)
            await self.migrations.check(self.database)
            await self._refresh_partitions()
            await stack.enter_async_context(self.cache.running())
            await stack.enter_async_context(self.broker.running())
            await stack.enter_async_context(self.wakeup.forwarding())
            if self.consumer is not None:
                await stack.enter_async_context(_working([self._follow_partitions]))
            if ProcessRole.RELAY in roles:
                await stack.enter_async_context(self._relaying())
            if ProcessRole.CONSUMER in roles and self.consumer is not None:
                await stack.enter_async_context(
                    self._consuming(self.consumer, self.consumer.partitioning)
                )
                await stack.enter_async_context(_working(self.jobs))
            yield

    async def _refresh_partitions(self) -> None:
        if self.consumer is not None:
            self.broker.expect(await self.consumer.partitioning.refresh())

    async def _follow_partitions(self, stop: asyncio.Event) -> None:
        if self.consumer is not None:
            await self.consumer.partitioning.follow(stop, self.broker.expect)

    @asynccontextmanager
    async def _consuming(
        self, consumer: Consumer, partitioning: Partitioning
    ) -> AsyncIterator[None]:
        """Consumes the service's queues; starts again as soon as they are resized."""
        completeness = Completeness(self.name, self.database, self.broker)

        async def consume(stop: asyncio.Event) -> None:
            await partitioning.consume(
                self.broker, consumer.handle, completeness.on_positions, stop
            )

        async with _working([consume], seconds=BROKER_STOP_SECONDS):
            await partitioning.consuming.wait()
            yield

    @asynccontextmanager
    async def _relaying(self) -> AsyncIterator[None]:
        stop = asyncio.Event()
        positions = PositionPublisher(
            self.name, self.database, self.broker, self._lease, self.clock
        )
        resender = Resender(self.name, self.database, self.broker, self.clock)
        resends = self.broker.serve_resends(self.name, resender.resend)
        async with self._lease.holding(), self.wakeup.listening(), resends:
            sealing = asyncio.create_task(keep_sealing(self.database, self.clock, stop))
            publishing = asyncio.create_task(positions.run(stop))
            relaying, sampling = (
                asyncio.create_task(self.relay.run(stop)),
                asyncio.create_task(self._sample()),
            )
            tasks = [relaying, sealing, publishing, sampling]
            try:
                yield
            finally:
                stop.set()
                self.wakeup.notify()
                await asyncio.wait(tasks[:-1], timeout=BROKER_STOP_SECONDS)
                await end(*tasks)

    async def _sample(self) -> None:
        while True:
            with suppress(Exception):  # the store being away shows elsewhere
                metrics.OUTBOX_DEPTH.labels(self.name).set(await outbox_depth(self.database))
            await asyncio.sleep(SAMPLE_SECONDS)


def _limit_document(api: FastAPI) -> None:
    """Counts requests for the OpenAPI document, which is no operation, as those of somebody without
    an account.
    """
    route = next(
        each for each in api.routes if isinstance(each, Route) and each.path == api.openapi_url
    )
    answer = route.endpoint

    async def counted(request: Request) -> Response:
        await api.state.authenticator.count_request(request)
        response: Response = await answer(request)
        return response

    api.router.routes.remove(route)
    api.add_route(route.path, counted, include_in_schema=False)


_prepared: dict[tuple[int, ...], APIRouter] = {}


def _prepare(routers: Sequence[APIRouter]) -> APIRouter:
    """The routes of a service, with those that every service has. The applications of one process
    share them, for FastAPI prepares the operations of a router again for each application that
    includes it.
    """
    those = tuple(id(router) for router in routers)
    if those not in _prepared:
        _prepared[those] = APIRouter(dependencies=[Depends(check_request)])
        for router in (health_router, *routers, people_router, events_router):
            _prepared[those].include_router(router)
    return _prepared[those]


def _takes_file(routers: Sequence[APIRouter]) -> Callable[[Scope], bool]:
    """Returns what says whether a request is for an operation whose body is a file."""
    routes = [
        route
        for router in routers
        for route in router.routes
        if isinstance(route, APIRoute) and (route.openapi_extra or {}).get(TAKES_FILE)
    ]
    return lambda scope: any(route.matches(scope)[0] is Match.FULL for route in routes)


def _name_scheme(api: FastAPI, discovery: str) -> None:
    """Makes the OpenAPI document define the scheme that its operations name (OpenAPI 3.1, 4.8.27)."""
    generate = api.openapi

    def openapi() -> dict[str, Any]:
        if (
            api.openapi_schema is not None
        ):  # FastAPI keeps it: what is added below must be added once
            return api.openapi_schema
        document = generate()
        schemes = document.setdefault("components", {}).setdefault("securitySchemes", {})
        for path, operations in document.get("paths", {}).items():
            if path.endswith("}") or "}/" in path:
                document_versions(operations)
        schemes[SCHEME] = {"type": "openIdConnect", "openIdConnectUrl": discovery}
        return document

    api.openapi = openapi  # type: ignore[method-assign]  # FastAPI documents this as the way to extend it


@asynccontextmanager
async def _working(jobs: Sequence[Job], *, seconds: float = STOP_SECONDS) -> AsyncIterator[None]:
    stop = asyncio.Event()
    tasks = [asyncio.create_task(job(stop)) for job in jobs]
    try:
        yield
    finally:
        stop.set()
        if tasks:
            await asyncio.wait(tasks, timeout=seconds)
        await end(*tasks)
