"""``diancai up``: the whole system in this process, and on first start its demonstration."""

import asyncio
import json
import logging
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path

import uvicorn
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Mailbox
from rich.console import Console

from cli import report
from cli.accounts import demonstration_session, ensure_demonstration_accounts
from cli.client import Client
from cli.demo import Demonstration
from services.embedded import build_all, embedded
from shared.telemetry.logs import configure_logs, logger

HOST = "127.0.0.1"
RESULT = "demonstration.json"

log = logger(__name__)


class CannotStart(Exception):
    """Says in words what stands in the way, and what to do."""


def check_port(port: int) -> None:
    """:raises CannotStart: something else listens there."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise CannotStart(
                f"port {port} is taken ({error.strerror}); choose another: PORT={port + 1} make run"
            ) from error


def check_folder(data: Path) -> None:
    """:raises CannotStart: the folder can't be made or written."""
    try:
        data.mkdir(parents=True, exist_ok=True)
        probe = data / ".writable"
        probe.write_bytes(b"")
        probe.unlink()
    except OSError as error:
        raise CannotStart(
            f"the folder {data} can't be written ({error.strerror}); choose another: DIANCAI_DATA=/some/folder make run"
        ) from error


async def run(data: Path, port: int, *, demo: bool, console: Console) -> None:
    """Serves until it is told to stop.

    :raises CannotStart: see its text.
    """
    check_folder(data)
    check_port(port)
    _log_to(data / "diancai.log")
    with _mail_sink(data / "mail") as smtp_url:
        url = f"http://{HOST}:{port}"
        services = build_all(data, url=url, smtp_url=smtp_url)
        for service in services:
            await service.migrations.upgrade(service.database)
        catalog = next(service for service in services if service.name == "catalog")
        await ensure_demonstration_accounts(catalog, data, console)
        config = uvicorn.Config(
            embedded(services), host=HOST, port=port, log_config=None, access_log=False, timeout_graceful_shutdown=2
        )
        server = uvicorn.Server(config)
        serving = asyncio.create_task(server.serve())
        while not server.started:
            if serving.done():
                await serving
                raise CannotStart(f"the services did not start; see {data / 'diancai.log'}")
            await asyncio.sleep(0.01)
        console.print(f"[bold]点菜 Diancai[/bold] {url}  (data: {data})")
        async with _playing(url, data, console) if demo else _nothing():
            await serving


@asynccontextmanager
async def _playing(url: str, data: Path, console: Console) -> AsyncIterator[None]:
    """Plays the demonstration beside the server, unless an earlier start has finished it."""
    task = asyncio.create_task(_play_or_say(url, data, console))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _play_or_say(url: str, data: Path, console: Console) -> None:
    try:
        await _play(url, data, console)
    except Exception as error:
        log.exception("the demonstration stopped")
        console.print(f"[red]The demonstration stopped:[/red] {error}; the next start goes on with it.", soft_wrap=True)


async def _play(url: str, data: Path, console: Console) -> None:
    result = data / RESULT
    if result.exists():
        summary = json.loads(result.read_text("utf-8"))
        console.print(f"The circuit of 2014 was played before: {summary['stops']} stops, {summary['notices']} notices.")
    else:
        async with Client.at(url, session=demonstration_session(url, data, "coordinator")) as client:
            with report.progress_on(console) as progress:
                outcome = await Demonstration(client, progress).play()
        report.show(console, outcome)
        result.write_text(json.dumps(outcome.summary, ensure_ascii=False), "utf-8")
    console.print(f"Serving at {url} - stop with Ctrl-C.")


@asynccontextmanager
async def _nothing() -> AsyncIterator[None]:
    yield


def _log_to(file: Path) -> None:
    """The terminal is for people; what the services log goes to a file."""
    configure_logs("WARNING")
    root = logging.getLogger()
    handler = logging.FileHandler(file, encoding="utf-8")
    handler.setFormatter(root.handlers[0].formatter)
    root.handlers = [handler]


@contextmanager
def _mail_sink(folder: Path) -> Iterator[str]:
    """A mail server on a free loopback port that keeps what it gets as a maildir; gives its URL."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port = probe.getsockname()[1]
    controller = Controller(Mailbox(folder), hostname=HOST, port=port)
    controller.start()
    try:
        yield f"smtp://{HOST}:{port}"
    finally:
        controller.stop()
