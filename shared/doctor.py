"""What ``doctor`` finds out about a service from where it runs: its store, broker, cache, keys and identity provider.

It changes nothing; what a service must not be allowed to do on the broker is tried in such a way that it leaves
nothing behind.
"""

import stat
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import aio_pika
from aio_pika.abc import AbstractChannel, AbstractConnection
from aio_pika.exceptions import (
    AMQPError,
    ChannelClosed,
    ChannelNotFoundEntity,
    ChannelPreconditionFailed,
)
from aiormq.exceptions import ChannelAccessRefused
from redis.asyncio import Redis
from redis.exceptions import NoPermissionError, RedisError
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from shared.cache.redis import connect, try_out
from shared.contracts import PUBLISHERS
from shared.db.migrate import SchemaMismatch
from shared.db.vault import DEFAULT_FILE, Ring, VaultError, count_stale
from shared.eventlog.position import POSITION
from shared.identity.keys import KeySource, KeysUnavailable
from shared.messaging.broker import replay_key
from shared.messaging.provenance import Users
from shared.messaging.topology import (
    EXCHANGE,
    POSITIONS,
    REPLAY,
    RESEND,
    UNROUTED,
    arguments_of,
    remedy_for_arguments,
    remedy_for_unresponsive,
    resend_key,
    resend_queue,
)
from shared.messaging.unresponsive import responds
from shared.service import Service
from shared.settings import ServiceSettings
from shared.tls import trusting

SECONDS = 5.0
UNKNOWN = "of unknown version"
REMEDY_FOR_CACHE = (
    "deploy/make-secrets writes what Redis allows anew; then make Redis' container anew"
)
LOCAL = {"localhost", "127.0.0.1", "::1", None}


@dataclass(frozen=True, slots=True)
class Finding:
    """``remedy`` is empty when all is well; ``advice`` is a remedy that can wait, and fails nothing."""

    what: str
    found: str
    remedy: str = ""
    advice: str = ""

    @property
    def mark(self) -> str:
        return "WRONG" if self.remedy else "advice" if self.advice else "ok"


async def examine(service: Service, settings: ServiceSettings) -> list[Finding]:
    """Looks at everything, whatever is wrong with the rest."""
    found: list[Finding] = []
    for part in (_store, _self_checks, _broker, _cache, _keys, _identity):
        found += [finding async for finding in part(service, settings)]
    return found


async def _store(service: Service, settings: ServiceSettings) -> AsyncIterator[Finding]:
    name = settings.name.upper()
    try:
        await service.migrations.check(service.database)
    except SchemaMismatch as error:
        yield Finding("schema", "not of this release", str(error))
    except (DBAPIError, OSError) as error:
        yield Finding(
            "store", f"can't be reached ({_first_line(error)})", f"see {name}_DATABASE_URL"
        )
        return
    else:
        yield Finding("schema", "of this release")
    if service.database.dialect != "postgresql":
        yield Finding("store", "SQLite, a file of this machine")
        return
    async with service.database.reading() as session:
        row = (await session.execute(text(_ABOUT_US))).one()
        others = list((await session.scalars(text(_OTHER_DATABASES))).all())
    user = f"PostgreSQL {row.version} as {row.name}"
    if row.mighty:
        yield Finding(
            "store",
            f"{user}, who may make users and databases",
            "give the service a user without such rights",
        )
    else:
        yield Finding("store", user)
    yield Finding(
        "store: neighbours",
        f"may open {', '.join(others)}" if others else "opens no other database",
        "REVOKE CONNECT ON DATABASE ... FROM PUBLIC, see deploy/postgres" if others else "",
    )
    yield _encryption(
        "store", row.tls, urlsplit(settings.database_url).hostname, f"{name}_TLS_CA_FILE"
    )


async def _self_checks(service: Service, _settings: ServiceSettings) -> AsyncIterator[Finding]:
    for check in service.self_checks:
        try:
            async with service.database.reading() as session:
                found = await check.count_differences(session)
        except (DBAPIError, OSError):
            return  # said where the store is looked at
        wrong = ", ".join(f"{kind}: {count}" for kind, count in found.items() if count)
        yield Finding(
            check.what,
            f"differs from what one counts anew ({wrong})" if wrong else "as one counts anew",
            check.remedy if wrong else "",
        )


_ABOUT_US = """
SELECT current_setting('server_version') AS version, current_user AS name, ssl.version AS tls,
       rolsuper OR rolcreaterole OR rolcreatedb AS mighty
FROM pg_roles LEFT JOIN pg_stat_ssl ssl ON ssl.pid = pg_backend_pid() WHERE rolname = current_user
"""
_OTHER_DATABASES = """
SELECT datname FROM pg_database
WHERE datallowconn AND datname <> current_database() AND has_database_privilege(datname, 'CONNECT') ORDER BY datname
"""


async def _broker(service: Service, settings: ServiceSettings) -> AsyncIterator[Finding]:
    url, name = settings.broker_url, settings.name.upper()
    if not url.startswith("amqp"):
        yield Finding("broker", "in this process")
        return
    try:
        connection = await aio_pika.connect(
            url, timeout=SECONDS, ssl_context=trusting(settings.tls_ca_file)
        )
    except (AMQPError, OSError, TimeoutError) as error:
        yield Finding(
            "broker", f"can't be reached ({_first_line(error)})", f"see {name}_BROKER_URL"
        )
        return
    async with connection:
        yield Finding(
            "broker", f"RabbitMQ {_rabbitmq_version(connection)} as {urlsplit(url).username}"
        )
        yield _encryption(
            "broker",
            "TLS" if url.startswith("amqps:") else None,
            urlsplit(url).hostname,
            f"amqps:// in {name}_BROKER_URL",
        )
        if service.consumer is not None:
            with suppress(DBAPIError, OSError):  # said where the store is looked at
                await service.consumer.partitioning.refresh()
        missing = [
            queue for queue in _queues(service) if not await _may(connection, _inspects(queue))
        ]
        yield Finding(
            "broker: own queues",
            f"missing or closed to it: {', '.join(missing)}" if missing else "all there",
            f"python -m services.{settings.name} migrate" if missing else "",
        )
        yield await _silent_queues(
            connection, [*(name for name in _queues(service) if name not in missing), UNROUTED]
        )
        async for finding in _queue_arguments(
            connection, [name for name in _queues(service) if name not in missing]
        ):
            yield finding
        if service.consumer is not None and service.consumer.queues.is_settled:
            queues = service.consumer.queues
            surplus = queues.possible_names()[queues.partitions :]
            if left := [queue for queue in surplus if await _may(connection, _inspects(queue))]:
                tidy = f"diancai queues resize {settings.name} {queues.partitions}"
                yield Finding(
                    "broker: surplus queues", f"nobody takes from {', '.join(left)}", tidy
                )
        other = next(publisher for publisher in PUBLISHERS if publisher != settings.name)
        users = Users.of_url(url, settings.name, settings.broker_user_pattern)
        stranger = f"not-{users.own}"
        allowed = [
            what
            for what, attempt in (
                (f"make {other}'s queues", _makes(f"{other}.doctor")),
                (f"publish {other}'s events", _says(EXCHANGE, f"{other}.doctor.v1.s0")),
                (f"replay {other}'s events", _says(REPLAY, replay_key(other, other, 0))),
                (f"tell {other}'s positions", _says(POSITIONS, f"{other}.{POSITION}.s0")),
                (f"ask for events in {other}'s name", _says(RESEND, resend_key(other, other))),
                ("write to any queue", _says("", resend_queue(other))),
                (
                    f"send as the user {stranger!r}",
                    _says(EXCHANGE, f"{settings.name}.doctor.v1.s0", stranger),
                ),
            )
            if await _may(connection, attempt)
        ]
        yield Finding(
            "broker: neighbours",
            f"may {', '.join(allowed)}"
            if allowed
            else "may neither make their queues nor publish in their name",
            "give it permissions and topic permissions as deploy/make-secrets does"
            if allowed
            else "",
        )
        yield (
            Finding(
                "broker: senders", "each message names its service's user, and consumers compare it"
            )
            if users.are_separate
            else Finding(
                "broker: senders",
                f"the user {users.own!r} is not {users.user_of(settings.name)!r}, so senders are not compared",
                advice=f"a user for each service, or {name}_BROKER_USER_PATTERN as they are named",
            )
        )


def _rabbitmq_version(connection: AbstractConnection) -> str:
    said = connection.transport.connection.server_properties if connection.transport else {}
    return str(said.get("version", UNKNOWN))


Attempt = Callable[[AbstractChannel], Awaitable[object]]


async def _may(connection: AbstractConnection, attempt: Attempt) -> bool:
    """Tries it on a channel of its own, which a refusal closes."""
    channel = await connection.channel(publisher_confirms=False)
    try:
        await attempt(channel)
    except (ChannelAccessRefused, ChannelNotFoundEntity, ChannelClosed):
        return False
    finally:
        if not channel.is_closed:
            await channel.close()
    return True


def _inspects(queue: str) -> Attempt:
    return lambda channel: channel.declare_queue(queue, passive=True)


def _makes(queue: str) -> Attempt:
    return lambda channel: channel.declare_queue(queue, exclusive=True, auto_delete=True)


def _says(exchange_name: str, routing_key: str, user_id: str | None = None) -> Attempt:
    async def attempt(channel: AbstractChannel) -> None:
        exchange = await channel.get_exchange(exchange_name, ensure=False)
        transaction = channel.transaction()
        await transaction.select()
        await exchange.publish(aio_pika.Message(b"", user_id=user_id), routing_key, mandatory=False)
        await transaction.rollback()  # so that it is never heard

    return attempt


async def _silent_queues(connection: AbstractConnection, queues: Sequence[str]) -> Finding:
    silent = [name for name in queues if not await responds(connection, name, SECONDS)]
    return Finding(
        "broker: queues answer",
        f"exist and answer nobody: {', '.join(silent)}" if silent else "all",
        "; ".join(map(remedy_for_unresponsive, silent)),
    )


async def _queue_arguments(
    connection: AbstractConnection, queues: Sequence[str]
) -> AsyncIterator[Finding]:
    """To declare again what is there changes nothing, and is refused where its arguments are others."""
    wrong = False
    for name in queues:
        channel = await connection.channel(publisher_confirms=False)
        try:
            await channel.declare_queue(name, durable=True, arguments=arguments_of(name))
        except ChannelPreconditionFailed as error:
            wrong = True
            yield Finding("broker: queue arguments", _first_line(error), remedy_for_arguments(name))
        finally:
            if not channel.is_closed:
                await channel.close()
    if not wrong:
        yield Finding("broker: queue arguments", "as this release needs them")


def _queues(service: Service) -> list[str]:
    return [
        *(service.consumer.queues.names() if service.consumer is not None else []),
        resend_queue(service.name),
    ]


async def _cache(service: Service, settings: ServiceSettings) -> AsyncIterator[Finding]:
    url, name = settings.redis_url, settings.name.upper()
    if not url.startswith("redis"):
        yield Finding("cache", "in this process")
        return
    client = connect(url, ca_file=settings.tls_ca_file, connect_seconds=SECONDS)
    try:
        await client.ping()
        yield Finding(
            "cache",
            f"Redis {await _redis_version(client)} as {urlsplit(url).username or 'default'}",
        )
        encrypted = "TLS" if url.startswith("rediss:") else None
        yield _encryption(
            "cache", encrypted, urlsplit(url).hostname, f"rediss:// in {name}_REDIS_URL"
        )
        try:
            await try_out(client, settings.name)
        except NoPermissionError as error:
            yield Finding(
                "cache: counts and signals", f"refused ({_first_line(error)})", REMEDY_FOR_CACHE
            )
        else:
            yield Finding("cache: counts and signals", "may make them")
        try:
            await client.get("doctor")
        except NoPermissionError:
            yield Finding("cache: foreign keys", "may not read them")
        else:
            yield Finding(
                "cache: foreign keys",
                "may read all",
                advice="give it a user as deploy/make-secrets does",
            )
    except (RedisError, OSError) as error:
        yield Finding("cache", f"can't be reached ({_first_line(error)})", f"see {name}_REDIS_URL")
    finally:
        await client.aclose()


async def _redis_version(client: Redis) -> str:
    """As its greeting says; INFO is for administrators."""
    ask: Any = client.execute_command  # which is untyped
    try:
        hello: dict[bytes, bytes] = await ask("HELLO", 3)
    except NoPermissionError:
        return UNKNOWN
    return hello[b"version"].decode()


async def _keys(service: Service, settings: ServiceSettings) -> AsyncIterator[Finding]:
    try:
        ring = service.vault.ring()
        yield Finding("vault", f"{len(ring.keys)} key(s), seals with {ring.current!r}")
        with suppress(DBAPIError, OSError):  # said where the store is looked at
            yield await _sealed_values(service, settings, ring)
    except VaultError as error:
        yield Finding("vault", "no keys for personal data", str(error))
    signing = [getattr(settings, name, None) for name in ("signing_keys_file", "badge_keys_file")]
    for file in filter(None, (settings.vault_keys_file or DEFAULT_FILE, *signing)):
        if file.exists():
            yield _guarded(file)


async def _sealed_values(service: Service, settings: ServiceSettings, ring: Ring) -> Finding:
    """Whether the keys before the current one are still needed: removing one makes what it sealed unreadable."""
    if stale := await count_stale(service.database, service.vault, service.sealed):
        remedy = f"python -m services.{settings.name} reseal, before a key is removed"
        return Finding(
            "vault: sealed values", f"{stale} need a key before {ring.current!r}", advice=remedy
        )
    return Finding("vault: sealed values", f"all open with {ring.current!r}")


def _guarded(file: Path) -> Finding:
    """A secret may be read by all where its folder is a mount for this container alone."""
    mode = stat.S_IMODE(file.stat().st_mode)
    said = f"{file}: {mode:04o}"
    if mode & (stat.S_IWGRP | stat.S_IWOTH):
        return Finding("file of keys", said, f"others may change it: chmod 600 {file}")
    if mode & stat.S_IROTH and file.parent != DEFAULT_FILE.parent:
        return Finding("file of keys", said, f"others may read it: chmod 600 {file}")
    return Finding("file of keys", said)


async def _identity(service: Service, settings: ServiceSettings) -> AsyncIterator[Finding]:
    name = settings.name.upper()
    if not settings.oidc_issuer:
        yield Finding(
            "identity", "no provider is named, so every token is refused", f"set {name}_OIDC_ISSUER"
        )
        return
    keys = KeySource(
        settings.oidc_issuer, settings.oidc_jwks_url, tls=trusting(settings.tls_ca_file)
    )
    try:
        warnings = await keys.read()
        yield Finding("identity", f"{settings.oidc_issuer} gives its keys")
        for warning in warnings:
            yield Finding(
                "identity: a key of the set is odd",
                warning,
                advice="ask whoever runs the identity provider",
            )
    except KeysUnavailable as error:
        yield Finding(
            "identity",
            f"no keys ({_first_line(error)})",
            f"see {name}_OIDC_ISSUER and {name}_OIDC_JWKS_URL",
        )
    issuer = urlsplit(settings.oidc_issuer)
    yield _encryption(
        "identity",
        "https" if issuer.scheme == "https" else None,
        issuer.hostname,
        "an https:// issuer",
    )


def _encryption(what: str, version: str | None, host: str | None, remedy: str) -> Finding:
    if version:
        return Finding(f"{what}: encryption", version)
    if host in LOCAL:
        return Finding(f"{what}: encryption", "none, on this machine")
    return Finding(
        f"{what}: encryption",
        f"none, to {host}",
        advice=f"unless that network is your own alone: {remedy}",
    )


def _first_line(error: BaseException) -> str:
    """Without what a driver may add, such as statements."""
    cause = getattr(error, "orig", None) or error
    return (str(cause).strip() or type(cause).__name__).splitlines()[0][:160]
