"""``diancai``: start it, show it, examine it.

A command imports what it alone needs when it runs. Most commands talk HTTP, and the services, with FastAPI and
SQLAlchemy, take several times as long to import as such a command takes to run.
"""

import asyncio
import os
import sys
from collections.abc import Coroutine
from contextlib import ExitStack
from ipaddress import IPv4Address
from pathlib import Path
from typing import Annotated, Any, TypeVar

import httpx
import typer
from rich.table import Table

from cli import audit, plan, report
from cli.client import Client, NotDiancai, Refused, Unreachable
from cli.demo import PUBLISHERS, Demonstration, circuit_of
from cli.files import BadFile
from cli.options import DEFAULT_URL, As, BadAddress, Data, Url, address_of, client_for, session_for
from cli.parked import commands as parked_commands
from cli.person import commands as person_commands
from cli.queues import commands as queue_commands
from cli.reconcile import Disagreement, Reconciler, by_rule
from cli.sign_in import CannotSignIn, why_silent
from cli.storm import storm
from cli.terminal import console, errors, fail, print_json, words
from shared import __version__
from shared.kernel.clock import CHINA

app = typer.Typer(
    name="diancai", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False
)
events = typer.Typer(
    no_args_is_help=True, help="Watch the event logs, or send parts of them again."
)
app.add_typer(events, name="events")
app.add_typer(audit.app, name="audit")
app.add_typer(plan.app, name="plan")
app.command()(storm)

T = TypeVar("T")

Port = Annotated[int, typer.Option(envvar="PORT", min=1, max=65535)]

Since = Annotated[
    str | None,
    typer.Option(help="Begin with what happened then, with its zone: 2014-06-27T00:00:00+08:00."),
]
WAIT_SECONDS = 15


@app.command()
def up(
    data: Data = Path("var"),
    port: Port = 8000,
    host: Annotated[
        str | None,
        typer.Option(
            help="This machine's address in its network, or 0.0.0.0: phones reach it there by https.",
            show_default="HOST if that is an address, else this machine only",
        ),
    ] = None,
    demo: Annotated[bool, typer.Option(help="Play the circuit of 2014 on first start.")] = True,
) -> None:
    """Start the whole system in this process, and on first start play the circuit of 2014."""
    from cli.up import CannotStart, run
    from shared.db.migrate import SchemaMismatch

    try:
        _run(run(data.resolve(), port, host=host or _host(), demo=demo, console=console))
    except (CannotStart, SchemaMismatch) as error:
        fail(str(error))


def _host() -> str:
    """HOST, where it is an address: some shells and package managers name the machine there."""
    said = os.environ.get("HOST", "")
    try:
        return str(IPv4Address(said))
    except ValueError:
        return "127.0.0.1"


@app.command()
def backup(
    data: Data = Path("var"),
    out: Annotated[
        Path | None,
        typer.Option(
            help="The file to write.", show_default="a new one in the data folder's backups/"
        ),
    ] = None,
) -> None:
    """Write an embedded system's stores and secrets to one file, while it runs or not. Whoever has that file can read
    everything in it: keep it as safe as the data folder."""
    from cli.backup import AUTOMATIC, BackupFailed, back_up, default_name

    target = (out or data / AUTOMATIC / default_name()).resolve()
    try:
        made = back_up(data.resolve(), target)
    except BackupFailed as error:
        fail(str(error))
    said = words("backup.done", file=target, stores=len(made.revisions), files=len(made.files))
    console.print(said, soft_wrap=True, highlight=False, markup=False)


@app.command()
def restore(
    archive: Annotated[Path, typer.Argument(help="A file that `diancai backup` wrote.")],
    data: Data = Path("var"),
    replace: Annotated[
        bool,
        typer.Option(
            "--replace", help="Move a data folder that holds something aside, and take its place."
        ),
    ] = False,
) -> None:
    """Make the data folder what it was when a backup was made: all of it, or nothing."""
    from cli.backup import BackupFailed
    from cli.backup import restore as restore_backup
    from cli.up import CannotStart, having

    folder = data.resolve()
    try:
        with ExitStack() as stack:
            if replace and folder.is_dir() and any(folder.iterdir()):
                stack.enter_context(having(folder, ""))
            made, aside = restore_backup(archive.resolve(), folder, replace=replace)
    except (BackupFailed, CannotStart) as error:
        fail(str(error))
    said = words(
        "restore.done",
        folder=folder,
        made_at=f"{made.made_at.astimezone(CHINA):%Y-%m-%d %H:%M}",
        release=made.release,
    )
    console.print(said, soft_wrap=True, highlight=False, markup=False)
    if aside is not None:
        console.print(
            words("restore.moved_aside", aside=aside), soft_wrap=True, highlight=False, markup=False
        )


@app.command()
def token(
    as_role: Annotated[str, typer.Option("--as", help="Role or login name.")],
    url: Url = DEFAULT_URL,
    data: Data = Path("var"),
) -> None:
    """Sign in and print an access token, good for five minutes: as a demonstration account of an embedded
    system, or as DIANCAI_LOGIN."""

    async def sign_in() -> str:
        try:
            return await session_for(url, data, as_role).token()
        except httpx.TransportError as error:
            raise Unreachable(address_of(url, data), why_silent(error)) from error

    print(_run(sign_in()))


@app.command()
def demo(
    url: Url = DEFAULT_URL,
    data: Data = Path("var"),
    as_role: As = "coordinator",
    as_json: Annotated[bool, typer.Option("--json", help="End with one JSON object.")] = False,
    circuit: Annotated[
        bool, typer.Option(help="With --json: add the circuit, to compare runs.")
    ] = False,
    patience: Annotated[
        float, typer.Option(help="Seconds to keep trying while a part is away.")
    ] = 90.0,
) -> None:
    """Play the circuit of 2014 on a running system, through its public APIs. Can be stopped and repeated."""
    shown = errors if as_json else console

    async def play() -> None:
        async with client_for(url, data, as_role, patience_seconds=patience) as client:
            with report.progress_on(shown) as progress:
                outcome = await Demonstration(client, progress).play()
        if as_json:
            extra = {"circuit": circuit_of(outcome.plan)} if circuit else {}
            print_json(outcome.summary | extra)
        else:
            report.show(console, outcome)

    _run(play())


@app.command()
def doctor(
    url: Annotated[
        str | None, typer.Option(help="Examine a running system instead of this machine.")
    ] = None,
    data: Data = Path("var"),
    port: Port = 8000,
) -> None:
    """Say whether everything is as it must be, and if not, what helps. Exit status 1 when something is wrong."""
    from cli.doctor import check_machine, examine

    findings = (
        _run(examine(address_of(url, data), data)) if url else check_machine(data.resolve(), port)
    )
    table = Table("what", "found", "remedy")
    for finding in findings:
        said = (
            f"[red]{finding.remedy}[/red]"
            if finding.remedy
            else finding.advice or "[green]ok[/green]"
        )
        table.add_row(finding.what, finding.found, said)
    console.print(table)
    raise typer.Exit(1 if any(finding.remedy for finding in findings) else 0)


@app.command()
def openapi(
    service: Annotated[str, typer.Argument(help="catalog, requests, dispatch or notify")],
) -> None:
    """Print a service's OpenAPI document."""
    from cli import documents
    from services.embedded import build_all

    found = next((entry for entry in build_all(Path()) if entry.name == service), None)
    if found is None:
        fail(f"there is no service {service!r}; choose one of: {', '.join(PUBLISHERS)}")
    print_json(documents.openapi(found), indent=2)


@app.command()
def asyncapi() -> None:
    """Print the AsyncAPI document of all events."""
    from cli import documents

    print_json(documents.asyncapi(__version__), indent=2)


@app.command()
def reconcile(
    url: Url = DEFAULT_URL,
    data: Data = Path("var"),
    as_role: As = "operator",
    grace: Annotated[
        float, typer.Option(min=0, help="Seconds; what is younger may still be under way.")
    ] = 30.0,
    watch: Annotated[
        float, typer.Option(min=0, help="Go on, and look again after so many seconds; 0: once.")
    ] = 0.0,
    metrics_port: Annotated[
        int, typer.Option(min=0, max=65535, help="With --watch: gauges for an alarm.")
    ] = 0,
) -> None:
    """Compare every order with its assignments, stops and notices across the services. Exit status 1 when something
    disagrees."""
    _run(_reconcile(url, data, as_role, grace, watch, metrics_port))


async def _reconcile(
    url: str, data: Path, as_role: str, grace: float, watch: float, metrics_port: int
) -> None:
    from prometheus_client import Gauge, start_http_server

    gauges = looked_at = None
    if watch and metrics_port:
        gauges = Gauge("diancai_disagreements", "What disagrees between the services", ["rule"])
        looked_at = Gauge(
            "diancai_reconcile_looked_at_seconds", "When that was found out, seconds since 1970"
        )
        start_http_server(metrics_port, "127.0.0.1")
    async with client_for(url, data, as_role, patience_seconds=60) as client:
        reconciler = Reconciler(client)
        while True:
            found = await reconciler.look(grace)
            _show(reconciler, found)
            if gauges is not None and looked_at is not None:
                for rule, count in by_rule(found).items():
                    gauges.labels(rule).set(count)
                looked_at.set_to_current_time()
            if not watch:
                raise typer.Exit(1 if found else 0)
            await asyncio.sleep(watch)


def _show(reconciler: Reconciler, found: list[Disagreement]) -> None:
    books = reconciler.books
    read = f"{books.taken.total()} events: {len(books.orders)} orders, {len(books.assignments)} assignments"
    if not found:
        console.print(f"{read}, {len(books.stops)} stops: all agree")
        return
    table = Table("rule", "about", "what disagrees")
    for entry in found:
        table.add_row(entry.rule, entry.about, entry.detail)
    console.print(table)
    console.print(f"{read}: {len(found)} disagreements")


@events.command("tail")
def events_tail(
    url: Url = DEFAULT_URL,
    service: Annotated[list[str] | None, typer.Option(help="Only these publishers.")] = None,
    data: Data = Path("var"),
    as_role: As = "operator",
    after: Annotated[int, typer.Option(min=0, help="Begin behind this position.")] = 0,
    since: Since = None,
    follow: Annotated[bool, typer.Option(help="Go on with what comes.")] = True,
) -> None:
    """Print events as they are published: one CloudEvents JSON object a line."""

    async def tail() -> None:
        async with client_for(url, data, as_role, patience_seconds=10) as client:
            await asyncio.gather(
                *(tail_one(client, publisher) for publisher in service or PUBLISHERS)
            )

    async def tail_one(client: Client, publisher: str) -> None:
        position = await _begin(client, publisher, after, since)
        while True:
            batch = await client.get(
                f"/api/{publisher}/events",
                after=position,
                limit=500,
                wait=WAIT_SECONDS if follow else 0,
            )
            for event in batch:
                print_json(event)
                position = event["position"]
            sys.stdout.flush()
            if not batch and not follow:
                return

    _run(tail())


@events.command("replay")
def events_replay(
    source: Annotated[str, typer.Option("--from", help="The publisher whose log is read.")],
    to: Annotated[
        str, typer.Option(help="The service that gets the events; its inbox keeps what it has.")
    ],
    url: Url = DEFAULT_URL,
    data: Data = Path("var"),
    as_role: As = "operator",
    after: Annotated[int, typer.Option(min=0, help="Begin behind this position.")] = 0,
    since: Since = None,
) -> None:
    """Send a service's event log, or the part behind a position or a time, again to one other service."""

    async def replay() -> None:
        async with client_for(url, data, as_role, patience_seconds=10) as client:
            sent, position = 0, await _begin(client, source, after, since)
            while True:
                done = await client.post(
                    f"/api/{source}/events/replay",
                    {"to": to, "after": position, "limit": 500},
                    key=f"replay-{position}",
                )
                sent += done["sent"]
                errors.print(f"{sent} events sent")
                if done["next_after"] is None:
                    return
                position = done["next_after"]

    _run(replay())


async def _begin(client: Client, publisher: str, after: int, since: str | None) -> int:
    """The position behind which to begin."""
    if since is None:
        return after
    found = await client.get(f"/api/{publisher}/events/position", since=since)
    return max(after, int(found["after"]))


def _run(work: Coroutine[Any, Any, T]) -> T:
    """Runs a command; what a user can mend ends in one line that says how."""
    try:
        return asyncio.run(work)
    except (BadAddress, CannotSignIn, TimeoutError) as error:
        fail(str(error))
    except BadFile as error:
        fail(error.said_in())
    except Unreachable as error:
        fail(words("nothing_answers", url=error.url, why=error.why))
    except NotDiancai as error:
        fail(words("not_diancai", url=error))
    except httpx.TransportError as error:
        fail(words("nothing_answers", url=error.request.url, why=why_silent(error)))
    except Refused as error:
        fail(str(error))
    except KeyboardInterrupt:
        raise typer.Exit(130) from None


app.add_typer(person_commands(_run), name="person")
app.add_typer(parked_commands(_run), name="parked")
app.add_typer(queue_commands(_run), name="queues")

if __name__ == "__main__":
    app()
