"""The servers that tests run on: those that URLs name, else private ones, started when first needed; and the browser.

    python -m tests.support.servers install     installs what is missing, where we may (root, with apt)
    python -m tests.support.servers             says what there is

DIANCAI_TEST_DATABASE_URL, DIANCAI_TEST_BROKER_URL and DIANCAI_TEST_REDIS_URL name servers to use.
"""

import asyncio
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar
from uuid import uuid4

import aio_pika
import psycopg
import redis
from sqlalchemy.engine import make_url

from tests.support.private import (
    QUICK_BROWSER,
    NotInstalled,
    PgBouncer,
    Playground,
    Postgres,
    PrivateServer,
    RabbitMQ,
    RedisServer,
    chromium_program,
    create_database,
    drop_database,
    empty_database,
    pgbouncer_program,
    postgres_programs,
    rabbitmq_programs,
    redis_program,
)

S = TypeVar("S", bound=PrivateServer)

URL_VARIABLES = {
    "postgresql": "DIANCAI_TEST_DATABASE_URL",
    "rabbitmq": "DIANCAI_TEST_BROKER_URL",
    "redis": "DIANCAI_TEST_REDIS_URL",
}
PROGRAMS: dict[str, Callable[[], object]] = {
    "postgresql": postgres_programs,
    "rabbitmq": rabbitmq_programs,
    "redis": redis_program,
    "pgbouncer": pgbouncer_program,
    "chromium": chromium_program,
}
PACKAGES = {
    "postgresql": ("postgresql",),
    "rabbitmq": ("rabbitmq-server",),
    "redis": ("redis-server",),
    "pgbouncer": ("pgbouncer",),
    "chromium": (QUICK_BROWSER, "fonts-noto-cjk"),
}
POLICY = Path("/usr/sbin/policy-rc.d")
VHOSTS_AT_ONCE = 8


class Servers:
    """Gives every test a database, a virtual host, a Redis of its own. Use as a context manager."""

    def __init__(self) -> None:
        self._playground: Playground | None = None
        self._private: dict[type[PrivateServer], PrivateServer] = {}
        self._poolers: dict[tuple[str, int], PgBouncer] = {}
        self._used_databases: list[str] = []
        self._fresh_vhosts: list[str] = []
        self._used_vhosts: list[str] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if url := given("postgresql"):
            for name in self._used_databases:
                drop_database(url, name)
        if self._playground is not None:
            self._playground.close()

    def private(self, kind: type[S]) -> S:
        """Our own server of this kind, running. :raises NotInstalled:"""
        server = self._private.get(kind)
        if not isinstance(server, kind):
            PROGRAMS[kind.name]()
            self._playground = self._playground or Playground()
            server = self._private[kind] = kind(self._playground)
        server.start()
        return server

    def new_database(self) -> str:
        """The URL of an empty database. :raises NotInstalled:"""
        server = given("postgresql") or self.private(Postgres).url
        if self._used_databases:  # half the work of creating one
            name = self._used_databases.pop()
            empty_database(server, name)
        else:
            name = f"diancai_test_{uuid4().hex[:12]}"
            create_database(server, name)
        # Patient: a machine that does much else at once is no fault that a test looks for.
        # Without TLS, whose handshake is half of what a connection costs; tests/shared/test_tls.py has it.
        url = (
            make_url(server)
            .set(database=name)
            .update_query_dict({"connect_timeout": "30", "sslmode": "disable"})
        )
        return url.render_as_string(hide_password=False)

    def pooled(self, url: str, *, mode: str = "transaction", size: int = 1) -> str:
        """The same database of our own server through a pooler; the address does not say so. :raises NotInstalled:"""
        pgbouncer_program()
        server = self.private(Postgres)
        assert self._playground is not None
        pooler = self._poolers.get((mode, size))
        if pooler is None:
            pooler = PgBouncer(self._playground, server_port=server.port, mode=mode, size=size)
            self._poolers[mode, size] = pooler
        pooler.start()
        return (
            make_url(url)
            .set(host="127.0.0.1", port=pooler.port)
            .render_as_string(hide_password=False)
        )

    def give_back_database(self, url: str) -> None:
        """Leaves a database to a later test, which gets it emptied."""
        self._used_databases.append(str(make_url(url).database))

    def new_vhost(self) -> str:
        """The URL of an empty virtual host; of the one that was given, which tests then share one after
        the other, where the broker is not ours. :raises NotInstalled:"""
        if url := given("rabbitmq"):
            return url
        server = self.private(RabbitMQ)
        if not self._fresh_vhosts:
            # Each call of the control tool takes half a second: one makes several, and drops the used.
            self._fresh_vhosts = [f"test-{uuid4().hex[:12]}" for _ in range(VHOSTS_AT_ONCE)]
            used, self._used_vhosts = self._used_vhosts, []
            server.control("eval", _erlang(drop=used, make=self._fresh_vhosts))
        return server.url_of(self._fresh_vhosts.pop())

    def drop_vhost(self, url: str) -> None:
        """Gives a virtual host back; it goes away with the next that are made, or with the server."""
        if not given("rabbitmq"):
            self._used_vhosts.append(url.rsplit("/", 1)[-1])

    def redis(self) -> str:
        """:raises NotInstalled:"""
        return given("redis") or self.private(RedisServer).url

    def versions(self) -> dict[str, str]:
        """Of the servers that were named, or started and still answer, by kind."""
        ours = {kind.name: server.url for kind, server in self._private.items() if server.answers()}
        urls = ours | {kind: url for kind in URL_VARIABLES if (url := given(kind))}
        return {kind: VERSION_OF[kind](url) for kind, url in urls.items()}


def _postgresql_version(url: str) -> str:
    with psycopg.connect(url.replace("postgresql+psycopg:", "postgresql:")) as connection:
        return str(connection.info.parameter_status("server_version"))


def _rabbitmq_version(url: str) -> str:
    async def ask() -> str:
        async with await aio_pika.connect(url) as connection:
            properties = (
                connection.transport.connection.server_properties if connection.transport else {}
            )
            return str(properties.get("version"))

    return asyncio.run(ask())


def _redis_version(url: str) -> str:
    with redis.Redis.from_url(url) as client:
        return str(client.info("server")["redis_version"])


VERSION_OF: dict[str, Callable[[str], str]] = {
    "postgresql": _postgresql_version,
    "rabbitmq": _rabbitmq_version,
    "redis": _redis_version,
}


def given(kind: str) -> str | None:
    """The URL of the server of this kind that the environment names."""
    return (os.environ.get(URL_VARIABLES[kind]) or None) if kind in URL_VARIABLES else None


def missing() -> list[str]:
    """The kinds of server that are neither given nor installed."""
    return [kind for kind in PROGRAMS if not given(kind) and not _installed(kind)]


def must_not_miss() -> bool:
    """Whether a missing server is an error: on a build server nobody reads what was skipped."""
    return os.environ.get("CI", "").lower() in {"1", "true"}


def install() -> None:
    """Installs Debian's packages of the missing servers, and the quick browser even where there is another, if we are
    root and have apt; the packages start nothing. Leaves things as they are elsewhere, and says so."""
    packages = [package for kind in missing() for package in PACKAGES[kind]]
    may = os.geteuid() == 0 and shutil.which("apt-get") is not None
    if may and not os.environ.get("DIANCAI_BROWSER") and shutil.which(QUICK_BROWSER) is None:
        packages = list(dict.fromkeys([*packages, QUICK_BROWSER]))
    if not packages:
        return
    if not may:
        print(  # noqa: T201
            f"not installed: {', '.join(packages)}; the tests that need them will not run",
            file=sys.stderr,
        )
        return
    print(f"installing {', '.join(packages)} for the tests", file=sys.stderr)  # noqa: T201
    with _NoServiceStarts():
        environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        for command in (["update"], ["install", "--yes", "--no-install-recommends", *packages]):
            done = subprocess.run(
                ["apt-get", "-q", *command],
                env=environment,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                check=False,
            )
            if done.returncode:
                print(f"apt-get {command[0]} failed: {done.stderr[-500:]}", file=sys.stderr)  # noqa: T201


class _NoServiceStarts:
    """While it stands, installing a package does not start its service (Debian policy 9.3.3.2). A
    policy that the machine has already stays as it is."""

    def __enter__(self) -> None:
        self._ours = not POLICY.exists()
        if self._ours:
            POLICY.write_text("#!/bin/sh\nexit 101\n")
            POLICY.chmod(0o755)

    def __exit__(self, *_: object) -> None:
        if self._ours:
            POLICY.unlink()


def _installed(kind: str) -> bool:
    try:
        PROGRAMS[kind]()
    except NotInstalled:
        return False
    return True


def _erlang(*, drop: list[str], make: list[str]) -> str:
    """Functions that RabbitMQ 3.10 to 4.x have alike."""
    steps = [f'rabbit_vhost:delete(<<"{name}">>, <<"tests">>)' for name in drop]
    for name in make:
        steps.append(f'rabbit_vhost:add(<<"{name}">>, <<"tests">>)')
        everything = '<<".*">>, <<".*">>, <<".*">>'
        steps.append(
            f'rabbit_auth_backend_internal:set_permissions(<<"guest">>, <<"{name}">>, {everything}, <<"tests">>)'
        )
    return ", ".join([*steps, "ok."])


def main(arguments: list[str]) -> int:
    if arguments == ["install"]:
        install()
    for kind in PROGRAMS:
        source = (
            "given by " + URL_VARIABLES[kind]
            if given(kind)
            else "installed"
            if _installed(kind)
            else "MISSING"
        )
        print(f"{kind}: {source}")  # noqa: T201
    return 1 if missing() and must_not_miss() else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
