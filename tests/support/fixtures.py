"""Fixtures that hand out servers: each test gets a database, a virtual host, a store of its own."""

import gc
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Generator, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

import aio_pika
import pytest

from shared.contracts import PUBLISHERS
from shared.messaging.broker import Broker
from shared.messaging.memory import MemoryBroker
from shared.messaging.rabbitmq import RabbitBroker
from shared.messaging.topology import EXCHANGE, REPLAY, UNROUTED
from shared.process import keep_what_was_imported
from tests.support.node import node_program, run_script
from tests.support.private import NotInstalled, PrivateServer
from tests.support.servers import PROGRAMS, URL_VARIABLES, Servers, given, must_not_miss

NewUrl = Callable[[], str]
NewBroker = Callable[[], Broker]
"""Gives one more connection to the test's broker, as another process would have."""

S = TypeVar("S", bound=PrivateServer)
T = TypeVar("T")

MOST_WORKERS = 4
MEMORY = Path("/dev/shm")
ROOM_BYTES = 4 * 2**30
_FIGURES = "figures"

NOT_RUN = "NOT RUN, for there is no"


@pytest.fixture(scope="session")
def servers() -> Iterator[Servers]:
    with Servers() as ours:
        yield ours
        for kind, version in ours.versions().items():
            _figures.note(kind, version)


@pytest.fixture
def postgres_url(servers: Servers) -> Iterator[NewUrl]:
    """Each call gives the URL of a new, empty PostgreSQL database."""
    made: list[str] = []

    def new() -> str:
        made.append(or_skip(servers.new_database))
        return made[-1]

    yield new
    for url in made:
        servers.give_back_database(url)


@pytest.fixture
def pooled(servers: Servers) -> Callable[..., str]:
    """``pooled(url, mode="transaction", size=1)``: the address of the same database through PgBouncer."""
    if given("postgresql"):
        pytest.skip("the server was given: a pooler in front of our own is what these tests need")
    return lambda url, **how: or_skip(lambda: servers.pooled(url, **how))


@pytest.fixture
def rabbit_url(servers: Servers) -> Iterator[NewUrl]:
    """Each call gives the URL of an empty RabbitMQ virtual host."""
    made: list[str] = []

    def new() -> str:
        made.append(or_skip(servers.new_vhost))
        return made[-1]

    yield new
    for url in made:
        servers.drop_vhost(url)


@pytest.fixture
def redis_url(servers: Servers) -> str:
    return or_skip(servers.redis)


@pytest.fixture
def private_server(servers: Servers) -> Callable[[type[S]], S]:
    """Gives a server that may be killed and started: ``private_server(RabbitMQ)``."""
    return lambda kind: or_skip(lambda: servers.private(kind))


@pytest.fixture
def programs() -> None:
    """The programs of all kinds of server that the system needs are there, for a test that starts its own."""
    for kind in URL_VARIABLES:
        or_skip(PROGRAMS[kind])


@pytest.fixture
def run_node() -> Callable[..., Awaitable[Any]]:
    """Runs a script of tests/clients: ``await run_node("sign_in.mjs", issuer=...)`` gives what it prints."""
    or_skip(node_program)
    return run_script


@pytest.fixture(params=["sqlite", "postgresql"])
def new_store_url(request: pytest.FixtureRequest, tmp_path: Path) -> NewUrl:
    """Each call gives the URL of a new, empty store: the test runs on SQLite, and again on PostgreSQL."""
    if request.param == "sqlite":
        return lambda: f"sqlite:///{tmp_path}/{uuid4().hex}.db"
    new: NewUrl = request.getfixturevalue("postgres_url")
    return new


on_sqlite = pytest.mark.parametrize("new_store_url", ["sqlite"], indirect=True)
"""For a test of what is answered before the store is asked: one store shows it."""


@pytest.fixture
def store_url(new_store_url: NewUrl) -> str:
    return new_store_url()


@pytest.fixture
async def rabbit_vhost(rabbit_url: NewUrl) -> AsyncIterator[str]:
    """The URL of an empty virtual host."""
    url = rabbit_url()
    await _empty_given(url)
    yield url
    await _empty_given(url)


@pytest.fixture(params=["memory", "rabbitmq"])
def new_broker(request: pytest.FixtureRequest) -> NewBroker:
    """Each call gives a connection to the one broker of the test: in-process, and again RabbitMQ."""
    if request.param == "memory":
        one = MemoryBroker(stop_seconds=1)
        return lambda: one
    url: str = request.getfixturevalue("rabbit_vhost")
    return lambda: RabbitBroker(url, stop_seconds=1)


@pytest.fixture
def broker(new_broker: NewBroker) -> Broker:
    return new_broker()


def or_skip(make: Callable[[], T]) -> T:
    try:
        return make()
    except NotInstalled as error:
        if must_not_miss():
            pytest.fail(f"CI is set, and there is no {error}", pytrace=False)
        pytest.skip(f"{NOT_RUN} {error}")


async def _empty_given(url: str) -> None:
    """Takes the house's queues and exchanges from a virtual host that is not ours to drop."""
    if not given("rabbitmq"):
        return
    connection = await aio_pika.connect(url)
    async with connection, connection.channel() as channel:
        underlay = await channel.get_underlay_channel()
        for name in (
            *(f"{service}.{number}" for service in PUBLISHERS for number in range(16)),
            UNROUTED,
        ):
            await underlay.queue_delete(name)
        for name in (EXCHANGE, REPLAY, UNROUTED):
            await underlay.exchange_delete(name)


class Figures:
    """What a test saw, to be printed when all have run."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def note(self, what: str, seen: object) -> None:
        self.lines.append(f"{what}: {seen}")


_figures = Figures()


@pytest.fixture(scope="session")
def figures() -> Figures:
    return _figures


def pytest_configure() -> None:
    """The files of tests and of their servers lie in memory, where there is room for them: SQLite waits for the disk at
    every commit, RabbitMQ at every confirm, and nothing that is shown here depends on what a disk keeps."""
    with suppress(OSError):
        if shutil.disk_usage(MEMORY).free > ROOM_BYTES:
            os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))
            tempfile.tempdir = os.environ.get("TMPDIR", str(MEMORY))


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """What is imported and collected stays: the garbage collector looks for nothing meanwhile, which is a fifth of the
    work, and need not look through it again and again later."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.collect()
        keep_what_was_imported()
        gc.enable()


def pytest_xdist_auto_num_workers() -> int:
    """Each worker starts servers of its own; a broker that was given is one, which tests use one after the other.

    Half as many again as there are processors, for a third of a test's time is spent waiting."""
    return 0 if given("rabbitmq") else min((os.cpu_count() or 1) * 3 // 2, MOST_WORKERS)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A worker sends its figures to the one who prints (pytest-xdist's ``workeroutput``)."""
    if (output := getattr(session.config, "workeroutput", None)) is not None:
        output[_FIGURES] = _figures.lines


def pytest_testnodedown(node: object) -> None:
    _figures.lines += getattr(node, "workeroutput", {}).get(_FIGURES, [])


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Prints the figures that tests noted, and says loudly what was left out for want of a server."""
    if _figures.lines:
        terminalreporter.section("figures")
        for line in dict.fromkeys(_figures.lines):  # workers may have seen the same
            terminalreporter.line(line)
    reasons = [
        str(report.longrepr[2])
        for report in terminalreporter.stats.get("skipped", [])
        if report.longrepr
    ]
    left_out = [reason for reason in reasons if NOT_RUN in reason]
    if left_out:
        terminalreporter.section(
            f"{len(left_out)} TESTS WERE NOT RUN", sep="!", red=True, bold=True
        )
        for reason in sorted(set(left_out)):
            what = reason.partition(NOT_RUN)[2].strip()
            terminalreporter.line(
                f"{left_out.count(reason)} tests need {what}: not installed", red=True
            )
        terminalreporter.line(
            "Servers, as root on Debian: python -m tests.support.servers install; clients: make clients",
            red=True,
        )
