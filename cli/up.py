"""``diancai up``: the whole system in this process, and on first start its demonstration."""

import asyncio
import json
import logging
import os
import socket
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager, contextmanager
from functools import partial
from ipaddress import IPv4Address
from pathlib import Path

import uvicorn
from aiosmtpd.controller import Controller
from fastapi import APIRouter
from rich.console import Console
from starlette.routing import BaseRoute, Mount

from cli import report
from cli.accounts import (
    COLLEAGUE_LOGIN,
    demonstration_logins,
    demonstration_team,
    draw_qr,
    ensure_demonstration_accounts,
)
from cli.backup import AUTOMATIC, CLOCK, RESULT, BackupFailed, back_up, default_name
from cli.ceremony import arrange_ceremony, hold_ceremony
from cli.certificate import ensure_certificate
from cli.client import Client
from cli.demo import Demonstration, Progress
from cli.demonstration_clock import DemonstrationClock, clock_routes, demonstration_api
from cli.open_work import leave_open
from cli.outbox import (
    Outbox,
    Posts,
    ShownMailbox,
    outbox_routes,
    set_up_channels,
    stand_in_routes,
)
from cli.receiver import hook_routes
from cli.scenario import ruian_2014
from cli.sign_in import demonstration_session
from cli.subscriber import subscribe
from cli.terminal import language_of, words
from cli.trial import OPEN_WORK, Offer, Playing, is_demonstration, is_untouched, trial_routes
from cli.windows import end_first_stage, give_badges, open_windows
from services.embedded import RESIDENTS_PAGE, build_all, embedded
from shared import __version__
from shared.contracts import PUBLISHERS
from shared.db.lock import LOCK, InUse, held, lock_of
from shared.db.migrate import SchemaMismatch, SchemaTooNew, SchemaTooOld
from shared.http.root_app import RootApp
from shared.kernel.clock import Clock, utc_now
from shared.process import server_config
from shared.service import Service
from shared.telemetry.logs import configure_logs, logger

HOST = "127.0.0.1"
ANYWHERE = "0.0.0.0"  # noqa: S104 - asked for by whoever starts it
"""Stands for this machine's address in its network."""
ELSEWHERE = ("192.0.2.1", 9)
"""Of nobody (RFC 5737). Nothing is sent there; the way there shows this machine's own address."""

BACKLOG = 128
"""So many requests wait while the system becomes a demonstration."""

log = logger(__name__)


class CannotStart(Exception):
    """Says in words what stands in the way, and what to do."""


def network_address(host: str) -> str | None:
    """Returns the address at which phones on the same network reach this machine; None where only this machine is
    to reach it. ``host`` is what whoever starts it asked for: an address of this machine, or ``0.0.0.0``.

    :raises CannotStart: ``host`` is no IPv4 address, or this machine is in no network.
    """
    try:
        asked = IPv4Address(HOST if host == "localhost" else host)
    except ValueError as error:
        raise CannotStart(words("up.no_address", host=host)) from error
    if asked.is_loopback:
        return None
    if host != ANYWHERE:
        return host
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(ELSEWHERE)
            found = str(probe.getsockname()[0])
        except OSError as error:
            raise CannotStart(words("up.no_network")) from error
    if IPv4Address(found).is_loopback:
        raise CannotStart(words("up.no_network"))
    return found


def check_port(port: int, host: str = HOST) -> None:
    """:raises CannotStart: something else listens there, or ``host`` is no address of this machine."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise CannotStart(
                words("up.port_taken", port=port, why=error.strerror, next=port + 1)
            ) from error


def check_folder(data: Path) -> None:
    """:raises CannotStart: the folder can't be made or written."""
    try:
        data.mkdir(parents=True, exist_ok=True)
        probe = data / ".writable"
        probe.write_bytes(b"")
        probe.unlink()
    except OSError as error:
        raise CannotStart(words("up.folder_unwritable", folder=data, why=error.strerror)) from error


@contextmanager
def having(data: Path, url: str) -> Iterator[None]:
    """The folder and the stores in it are this process's alone for the length of the block.

    :raises CannotStart: another process has one of them; says which, and its number.
    """
    with ExitStack() as stack:
        try:
            stack.enter_context(held(data / LOCK, data, url=url))
            for name in PUBLISHERS:
                store = data / f"{name}.db"
                stack.enter_context(held(lock_of(store), store, url=url))
        except InUse as error:
            code = "up.in_use" if error.url else "up.in_use_unsaid"
            raise CannotStart(
                words(code, what=error.what, pid=error.pid or "?", url=error.url)
            ) from error
        yield


async def run(data: Path, port: int, *, host: str = HOST, demo: bool, console: Console) -> None:
    """Serves until it is told to stop: at this machine by http, and where ``host`` is an address in its network
    (see :func:`network_address`) there by https too.

    :raises CannotStart: see its text.
    """
    os.umask(0o077)  # what is kept here is for whoever started it: stores, secrets, log and mail
    check_folder(data)
    address = network_address(host)
    url = f"http://{HOST}:{port}"
    with having(data, url):
        check_port(port)
        if address is not None:
            check_port(port, address)
        _log_to(data / "diancai.log")
        outbox = Outbox()
        with (
            _mail_sink(data / "mail", outbox) as smtp_url,
            socket.create_server((HOST, port), backlog=BACKLOG) as listener,
        ):
            serve = partial(
                _serve, data, listener, url, smtp_url, outbox, address=address, console=console
            )
            if not demo and is_demonstration(data):
                console.print(words("up.stays_demonstration"), soft_wrap=True, markup=False)
            demo = demo or is_demonstration(data)
            while await serve(
                demo=demo
            ):  # anew, because somebody wants to try it with a demonstration
                demo = is_untouched(data)


async def _serve(
    data: Path,
    listener: socket.socket,
    url: str,
    smtp_url: str,
    outbox: Outbox,
    *,
    address: str | None,
    demo: bool,
    console: Console,
) -> bool:
    """Returns whether it ended because a demonstration is wanted in this folder."""
    clock = DemonstrationClock(data / CLOCK) if demo else utc_now
    port = listener.getsockname()[1]
    services = build_all(
        data,
        url=url if address is None else f"https://{address}:{port}",
        also_at=[] if address is None else [url],
        smtp_url=smtp_url,
        clock=clock,
        demonstration=demonstration_logins() if demo else None,
    )
    if isinstance(clock, DemonstrationClock):
        await _claim_for_demonstration(services, data, clock)
    await upgrade(services, data, console)
    catalog = next(service for service in services if service.name == "catalog")
    await ensure_demonstration_accounts(catalog, data, console, scoped=demo)
    playing = Playing(partial(_play_or_say, url, data, console, outbox)) if demo else None
    offer = Offer(data) if not demo and address is None else None
    notify = next(service for service in services if service.name == "notify")
    hooks = hook_routes(notify, url, catalog.api.state.authenticator)
    routes = _demonstration_routes(clock, playing or offer, catalog, outbox, hooks)
    app = embedded(services, routes)
    server = uvicorn.Server(server_config(app, host=HOST, port=port, seconds_to_stop=2))
    serving = await _started(server, data, listener)
    console.print(f"[bold]点菜 Diancai[/bold] {url}")
    residents = f"{url}{RESIDENTS_PAGE}"
    console.print(words("up.residents", url=residents), soft_wrap=True, markup=False)
    console.print(words("up.data", folder=data), soft_wrap=True, highlight=False, markup=False)
    # Begun last, it is stopped first: it passes the signal on to the server of this machine.
    outside = await _serve_network(app, data, address, port, console) if address else None
    async with AsyncExitStack() as stack:
        if playing is not None:
            await playing.start()
            stack.push_async_callback(playing.cancel)
        if offer is not None:
            await stack.enter_async_context(_ending_when_accepted(offer, server))
        if outside is not None:
            await outside
        await serving
    return offer is not None and offer.accepted.is_set()


async def _claim_for_demonstration(
    services: Sequence[Service], data: Path, clock: DemonstrationClock
) -> None:
    """Marks the folder as a demonstration's, by the clock that is kept in it.

    :raises CannotStart: a city has entered data of its own, in which nothing is to be played; or another release
        made a store.
    """
    await _stores_to_upgrade(services, data)
    if not is_demonstration(data) and not is_untouched(data):
        raise CannotStart(words("up.own_data", folder=data))
    clock.keep()


@asynccontextmanager
async def _ending_when_accepted(offer: Offer, server: uvicorn.Server) -> AsyncIterator[None]:
    async def end() -> None:
        await offer.accepted.wait()
        server.should_exit = True

    task = asyncio.create_task(end())
    try:
        yield
    finally:
        task.cancel()


async def _started(
    server: uvicorn.Server, data: Path, listener: socket.socket | None = None
) -> asyncio.Task[None]:
    """Serves at ``listener``, which stays open for the next server, else where the server's configuration says.

    :raises CannotStart: it did not start.
    """
    serving = asyncio.create_task(server.serve([listener.dup()] if listener else None))
    while not server.started:
        if serving.done():
            await serving
            raise CannotStart(words("up.did_not_start", log=data / "diancai.log"))
        await asyncio.sleep(0.01)
    return serving


async def _serve_network(
    app: RootApp, data: Path, address: str, port: int, console: Console
) -> asyncio.Task[None]:
    """Serves the same by https to the network, with a certificate of its own, and says how to get there."""
    own = ensure_certificate(data, {"localhost", HOST, address})
    config = server_config(app, host=address, port=port, seconds_to_stop=2)
    config.lifespan = "off"  # the services run already
    config.ssl_certfile, config.ssl_keyfile = str(own.certificate), str(own.key)
    serving = await _started(uvicorn.Server(config), data)
    url = f"https://{address}:{port}"
    console.print(words("up.phone", url=url), soft_wrap=True, markup=False, emoji=False)
    draw_qr(console, url)
    said = words("up.phone_warns", fingerprint=own.fingerprint)
    console.print(said, soft_wrap=True, highlight=False, markup=False, emoji=False)
    return serving


async def upgrade(services: Sequence[Service], data: Path, console: Console) -> None:
    """Brings the stores in ``data`` to this release's schemas; makes the folder's backup first, where there is
    something to upgrade.

    :raises CannotStart: another release made a store that this one can't upgrade; or the upgrade failed: says
        where the backup is.
    """
    backup = None
    if await _stores_to_upgrade(services, data):
        backup = data / AUTOMATIC / default_name(f"before-{__version__}")
        try:
            back_up(data, backup)
        except BackupFailed as error:
            raise CannotStart(str(error)) from error
        console.print(
            words("up.upgrading", release=__version__, backup=backup), soft_wrap=True, markup=False
        )
    try:
        for service in services:
            await service.migrate()
    except Exception as error:
        if backup is None:
            raise
        log.exception("the upgrade stopped")
        said = words("up.upgrade_failed", why=error, backup=backup, folder=data)
        raise CannotStart(said) from error


async def _stores_to_upgrade(services: Sequence[Service], data: Path) -> list[str]:
    """Whose stores an earlier release made. :raises CannotStart: one of them can't be upgraded."""
    found = []
    for service in services:
        if not (data / f"{service.name}.db").is_file():
            continue
        try:
            await service.migrations.check(service.database)
        except (SchemaTooOld, SchemaTooNew) as error:
            code = "up.too_old" if isinstance(error, SchemaTooOld) else "up.too_new"
            said = words(
                code, folder=data, service=service.name, found=error.found, release=__version__
            )
            raise CannotStart(said) from error
        except SchemaMismatch as error:
            if error.found is not None:
                found.append(service.name)
    return found


def _demonstration_routes(
    clock: Clock,
    playable: Playing | Offer | None,
    catalog: Service,
    outbox: Outbox,
    hooks: APIRouter,
) -> list[BaseRoute]:
    """Only a demonstration has a clock that can be moved, and an outbox; elsewhere the console is told that there is
    none."""
    authenticator = catalog.api.state.authenticator
    played = clock if isinstance(clock, DemonstrationClock) else None
    shown = (
        [] if played is None else [stand_in_routes(outbox), outbox_routes(outbox, authenticator)]
    )
    api = demonstration_api(
        clock_routes(played, authenticator), trial_routes(playable, authenticator), hooks, *shown
    )
    return [Mount("/api/demonstration", api)]


async def _play_or_say(
    url: str, data: Path, console: Console, outbox: Outbox, tell: Progress
) -> None:
    try:
        await _play(url, data, console, outbox, tell)
    except Exception as error:
        console.print(
            words("up.demonstration_stopped", why=error), style="red", soft_wrap=True, markup=False
        )
        raise


async def _play(url: str, data: Path, console: Console, outbox: Outbox, tell: Progress) -> None:
    result = data / RESULT
    if result.exists():
        summary = json.loads(result.read_text("utf-8"))
        console.print(words("up.played_before", stops=summary["stops"], notices=summary["notices"]))
    else:
        session = demonstration_session(url, data, "coordinator")
        async with Client.at(url, session=session, language=language_of()) as client:
            with report.progress_on(console) as bars:

                def progress(step: str, done: int, total: int) -> None:
                    bars(step, done, total)
                    tell(step, done, total)

                await subscribe(url, data)
                story = Demonstration(client, progress)
                team = demonstration_team()
                outcome = await story.play(
                    [
                        ("2014-06-27", partial(arrange_ceremony, client, but=team)),
                        ("2014-06-27", partial(open_windows, client)),
                        ("2014-06-29", partial(give_badges, client)),
                        ("2014-07-07", partial(end_first_stage, client)),
                    ]
                )
                progress(OPEN_WORK, 0, 1)
                await hold_ceremony(client)
                await leave_open(client, team, COLLEAGUE_LOGIN)
                await story.settle()
                progress(OPEN_WORK, 1, 1)
        report.show(console, outcome)
        result.write_text(json.dumps(outcome.summary, ensure_ascii=False), "utf-8")
    await _connect(url, data, outbox)
    console.print(words("up.serving", url=url))


async def _connect(url: str, data: Path, outbox: Outbox) -> None:
    """From now on messages go out to the stand-ins, where the outbox shows them: none of what was played is news."""
    township, team = (
        f"township.{ruian_2014().first_stop['township']}",
        f"team.{demonstration_team()}",
    )
    posts = Posts(
        url,
        robots={"coordinator": "总队工作群", township: "乡镇联络群", team: "服务队群"},
        mobiles={
            "coordinator": "13800000001",
            township: "13800000002",
            team: "13800000003",
        },
    )
    coordinator, operator = (
        demonstration_session(url, data, role) for role in ("coordinator", "operator")
    )
    async with (
        Client.at(url, session=coordinator) as corps,
        Client.at(url, session=operator) as operations,
    ):
        await set_up_channels(corps, operations, outbox, posts)


def _log_to(file: Path) -> None:
    """The terminal is for people; what the services log goes to a file."""
    configure_logs("WARNING")
    root = logging.getLogger()
    handler = logging.FileHandler(file, encoding="utf-8")
    handler.setFormatter(root.handlers[0].formatter)
    root.handlers = [handler]


@contextmanager
def _mail_sink(folder: Path, outbox: Outbox) -> Iterator[str]:
    """A mail server on a free loopback port that keeps what it gets as a maildir, and shows it; gives its URL."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port = probe.getsockname()[1]
    controller = Controller(ShownMailbox(folder, outbox), hostname=HOST, port=port)
    controller.start()
    try:
        yield f"smtp://{HOST}:{port}"
    finally:
        controller.stop()
