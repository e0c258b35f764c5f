"""A process: the services it runs behind one HTTP application, started by one command line."""

import argparse
import asyncio
import gc
import re
import sys
from collections.abc import AsyncIterator, Callable, Collection, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from pathlib import Path

import uvicorn
from fastapi import FastAPI
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pydantic import ValidationError
from sqlalchemy.engine import make_url
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route

from shared.cache.memory import MemoryCache
from shared.cache.port import Cache
from shared.cache.redis import RedisCache
from shared.db.engine import NeedsSession, store_is_away
from shared.db.lock import InUse, held, lock_of
from shared.db.migrate import BrokenReferences, SchemaMismatch
from shared.db.vault import VaultError, reseal
from shared.doctor import examine
from shared.http.forwarding import is_from_this_machine
from shared.http.operations import health_router
from shared.http.root_app import RootApp
from shared.kernel.clock import utc_now
from shared.messaging.broker import Broker
from shared.messaging.memory import MemoryBroker
from shared.messaging.rabbitmq import RabbitBroker
from shared.service import ALL_ROLES, ProcessRole, Service
from shared.settings import ServiceSettings
from shared.telemetry.logs import configure_logs, logger
from shared.tls import trusting

STORE_PATIENCE_SECONDS = 30.0
"""How long a starting process waits for its store, which may be starting as well."""

log = logger(__name__)

Build = Callable[..., Service]
"""``bootstrap.build(settings, *, broker, cache, clock) -> Service``"""


def application(
    services: Sequence[Service],
    roles: Collection[ProcessRole] = ALL_ROLES,
    extra_routes: Sequence[BaseRoute] = (),
    *,
    is_public: bool = False,
) -> RootApp:
    """Returns one ASGI application for the given services, each under ``/api/<name>``, with
    ``/metrics``.

    ``is_public``: browsers reach this process itself, without a gateway that keeps ``/metrics``
    inside. The metrics are then served to this machine only.

    Starlette does not run the lifespan of a mounted application, so the services are started and
    stopped here.
    """

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            for service in services:
                await stack.enter_async_context(service.running(roles))
            yield

    routes: list[BaseRoute] = [
        Route("/metrics", _metrics_for_this_machine if is_public else _metrics)
    ]
    for service in services:
        app = service.api if ProcessRole.API in roles else _health_only(service)
        mount = Mount(f"/api/{service.name}", app)
        mount.path_regex = re.compile(
            mount.path_regex.pattern, re.DOTALL
        )  # a line feed (%0A) is part of a path too
        routes.append(mount)
    return RootApp([*routes, *extra_routes], lifespan)


def _health_only(service: Service) -> FastAPI:
    app = FastAPI(title=f"{service.name} worker", openapi_url=None, redirect_slashes=False)
    app.state.probe = service.probe
    app.include_router(health_router)
    return app


async def _metrics(_request: Request) -> Response:
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


async def _metrics_for_this_machine(request: Request) -> Response:
    """:raises HTTPException: 404 for a request from elsewhere, or one that a proxy on this machine
    passed on.
    """
    if not is_from_this_machine(request):
        raise HTTPException(404)
    return await _metrics(request)


def make_broker(settings: ServiceSettings) -> Broker:
    if settings.broker_url.startswith("amqp"):
        return RabbitBroker(
            settings.broker_url,
            name=settings.name,
            tls=trusting(settings.tls_ca_file),
            user_pattern=settings.broker_user_pattern,
            header_style=settings.cloudevents_headers,
        )
    return MemoryBroker()


def make_cache(settings: ServiceSettings) -> Cache:
    if settings.redis_url.startswith("redis"):
        return RedisCache(settings.redis_url, ca_file=settings.tls_ca_file)
    return MemoryCache()


def main(settings_class: type[ServiceSettings], build: Build) -> None:
    """The command line of a service: ``migrate``, ``reseal``, ``doctor``, or any of the roles
    (default: all).
    """
    parser = argparse.ArgumentParser(prog=f"python -m services.{settings_class.name}")
    parser.add_argument(
        "what",
        nargs="*",
        choices=[*ProcessRole, "migrate", "reseal", "doctor", []],
        help="roles of this process (default: all), migrate, reseal (personal data with the current key), or doctor",
    )
    what: list[str] = parser.parse_args().what
    settings = _settings_of(settings_class)
    configure_logs(settings.log_level)
    broker = make_broker(settings)
    if "doctor" in what:
        sys.exit(asyncio.run(_examine(build, settings, broker)))
    try:
        with _having_store(settings.database_url):
            _work(what, build, settings, broker)
    except InUse as error:
        sys.exit(f"{settings.name}: {error}")


def _settings_of(settings_class: type[ServiceSettings]) -> ServiceSettings:
    """Exits with a line for each setting that is missing or wrong, without repeating its value."""
    try:
        return settings_class()
    except ValidationError as error:
        lines = [
            _name_setting(settings_class, entry["loc"], entry["msg"]) for entry in error.errors()
        ]
        sys.exit("\n".join(lines))


def _name_setting(
    settings_class: type[ServiceSettings], place: Sequence[object], problem: str
) -> str:
    field = str(place[0]) if place else ""
    variable = f"{settings_class.name}_{field}"
    what = (
        settings_class.model_fields[field].description
        if field in settings_class.model_fields
        else None
    )
    said = f"{settings_class.name}: {variable.upper()}: {problem}"
    return (
        f"{said} ({what}); set it, or write it to the file {variable} in the folder of secrets"
        if what
        else said
    )


@contextmanager
def _having_store(url: str) -> Iterator[None]:
    """Locks a SQLite store, which one process may use. A PostgreSQL store may be used by many.

    :raises InUse: another process has it.
    """
    store = make_url(url)
    if store.get_backend_name() != "sqlite" or not store.database:
        yield
        return
    file = Path(store.database).absolute()
    file.parent.mkdir(parents=True, exist_ok=True)
    with held(lock_of(file), file):
        yield


def _work(what: Sequence[str], build: Build, settings: ServiceSettings, broker: Broker) -> None:
    if "migrate" in what:
        asyncio.run(_migrate(build, settings, broker))
        return
    if "reseal" in what:
        asyncio.run(_reseal(build, settings, broker))
        return
    roles = frozenset(ProcessRole(role) for role in what) or ALL_ROLES
    service = build(settings, broker=broker, cache=make_cache(settings), clock=utc_now)
    _preflight(service, roles)
    serve(application([service], roles), settings.host, settings.port)


def _preflight(service: Service, roles: Collection[ProcessRole]) -> None:
    """Waits for a store that is just starting. Exits with one line of advice instead of a
    traceback.
    """
    try:
        if ProcessRole.RELAY in roles:
            service.database.need_session("the relay")
        asyncio.run(_check_store(service))
    except SchemaMismatch as error:
        sys.exit(str(error))
    except NeedsSession as error:
        sys.exit(f"{service.name}: {error}; see {service.name.upper()}_DATABASE_URL")
    except Exception as error:
        if not store_is_away(error):
            raise
        name = service.name.upper()
        sys.exit(
            f"{service.name}: the store can't be reached ({error.__class__.__name__}); see {name}_DATABASE_URL"
        )


async def _check_store(service: Service) -> None:
    loop = asyncio.get_running_loop()
    deadline = loop.time() + STORE_PATIENCE_SECONDS
    try:
        while True:
            try:
                return await service.migrations.check(service.database)
            except Exception as error:
                if not store_is_away(error) or loop.time() > deadline:
                    raise
                log.warning("waiting for the store", error=type(error).__name__)
            await asyncio.sleep(1)
    finally:
        await service.database.close()


async def _migrate(build: Build, settings: ServiceSettings, broker: Broker) -> None:
    service = build(settings, broker=broker, cache=MemoryCache(), clock=utc_now)
    try:
        await service.migrate()
    except (SchemaMismatch, BrokenReferences) as error:
        sys.exit(str(error))
    finally:
        await service.database.close()


async def _reseal(build: Build, settings: ServiceSettings, broker: Broker) -> None:
    service = build(settings, broker=broker, cache=MemoryCache(), clock=utc_now)
    try:
        count = (
            await reseal(service.database, service.vault, service.sealed) if service.sealed else 0
        )
    except VaultError as error:
        sys.exit(f"{service.name}: {error}")
    finally:
        await service.database.close()
    log.info("sealed anew", values=count)


async def _examine(build: Build, settings: ServiceSettings, broker: Broker) -> int:
    """Prints the findings, a line each; returns 1 when something is wrong."""
    service = build(settings, broker=broker, cache=MemoryCache(), clock=utc_now)
    try:
        findings = await examine(service, settings)
    finally:
        await service.database.close()
    for finding in findings:
        line = f"{finding.mark:7} {finding.what}: {finding.found}"
        print(f"{line}; {remedy}" if (remedy := finding.remedy or finding.advice) else line)  # noqa: T201
    return 1 if any(finding.remedy for finding in findings) else 0


COLLECT_AFTER = (20_000, 20, 20)
"""Thresholds of the garbage collector's generations."""

IDLE_SECONDS = 75
"""How long an idle connection stays open: longer than whoever calls keeps one (nginx: 60 s, httpx:
5 s), so that only the caller ends it. With uvicorn's 5 s a request could be sent just as the
connection was being closed."""


def server_config(app: RootApp, *, host: str, port: int, seconds_to_stop: int) -> uvicorn.Config:
    """Returns the configuration with which every process serves.

    uvicorn's own reading of X-Forwarded-For stays off, for it would believe any sender on this
    machine. Which proxies are trusted is a setting (:mod:`shared.http.forwarding`).
    """
    return uvicorn.Config(
        app,
        host=host,
        port=port,
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_keep_alive=IDLE_SECONDS,
        timeout_graceful_shutdown=seconds_to_stop,
    )


def keep_what_was_imported() -> None:
    """Makes the garbage collector leave out all that there is by now, and look less often through what comes.

    What was imported stays: looking through it again and again would cost a tenth of the CPU.
    """
    gc.freeze()
    gc.set_threshold(*COLLECT_AFTER)


def serve(app: RootApp, host: str, port: int) -> None:
    """Serves until SIGTERM or SIGINT; exits with status 3 when the start failed."""
    keep_what_was_imported()
    server = uvicorn.Server(server_config(app, host=host, port=port, seconds_to_stop=3))
    server.run()
    if not server.started:
        sys.exit(3)
