"""``diancai parked``: events that a service could not apply; look at them, try again, or let one go."""

from pathlib import Path
from typing import Annotated, Any

import typer

from cli.client import Client, Json
from cli.options import DEFAULT_URL, As, Data, Url, client_for
from cli.terminal import console, print_json
from shared.contracts import PUBLISHERS
from shared.kernel.ids import new_id


async def of_service(client: Client, service: str, **only: Any) -> list[Json]:
    """What is parked there, oldest first."""
    found: list[Json] = await client.get(f"/api/{service}/events/parked", limit=1000, **only)
    return found


async def redrive_all(client: Client, service: str) -> list[tuple[Json, Json]]:
    """Tries again every aggregate in which an event failed; gives the event and what came of it."""
    failed = {
        (e["publisher"], e["aggregate_id"]): e
        for e in await of_service(client, service, failed=True)
    }
    path = f"/api/{service}/events/parked/redrive"
    return [
        (
            event,
            await client.post(
                path, {"publisher": publisher, "aggregate_id": aggregate_id}, key=new_id()
            ),
        )
        for (publisher, aggregate_id), event in failed.items()
    ]


def _show(service: str, event: Json) -> None:
    """Three lines, since an id alone is as wide as half a terminal; the first is what the other commands take."""
    where = f"{service} {event['publisher']} {event['aggregate_id']} {event['aggregate_seq']}"
    why = event["error"] or "waits behind another"
    for line in (where, f"  {event['type']}, parked at {event['parked_at']}", f"  {why}"):
        console.print(line, soft_wrap=True, highlight=False, markup=False)


def commands(run: Any) -> typer.Typer:
    """The subcommands. ``run`` runs a coroutine and ends with a line that says what helps, where that fails."""
    app = typer.Typer(
        no_args_is_help=True, help="Events that a service could not apply: see, try again, let go."
    )
    service_argument = typer.Argument(help="The service that could not apply it.")
    publisher_argument = typer.Argument(help="Who published it.")
    aggregate_argument = typer.Argument(help="What it is about, e.g. order:0198...")
    sequence_argument = typer.Argument(help="Its number among those.")

    @app.command("list")
    def list_command(
        service: Annotated[list[str] | None, typer.Option(help="Only these services.")] = None,
        url: Url = DEFAULT_URL,
        data: Data = Path("var"),
        as_role: As = "operator",
    ) -> None:
        """Say what is parked, oldest first. Exit status 1 when an event failed."""

        async def work() -> None:
            failed = count = 0
            async with client_for(url, data, as_role, patience_seconds=10) as client:
                for name in service or PUBLISHERS:
                    for event in await of_service(client, name):
                        failed += event["error"] is not None
                        count += 1
                        _show(name, event)
            if not count:
                console.print("nothing is parked")
            raise typer.Exit(1 if failed else 0)

        run(work())

    @app.command("show")
    def show_command(
        service: Annotated[str, service_argument],
        publisher: Annotated[str, publisher_argument],
        aggregate_id: Annotated[str, aggregate_argument],
        aggregate_seq: Annotated[int, sequence_argument],
        url: Url = DEFAULT_URL,
        data: Data = Path("var"),
        as_role: As = "operator",
    ) -> None:
        """Print one event in full, as JSON."""

        async def work() -> None:
            which = {
                "publisher": publisher,
                "aggregate_id": aggregate_id,
                "aggregate_seq": aggregate_seq,
            }
            async with client_for(url, data, as_role, patience_seconds=10) as client:
                found = await client.get(f"/api/{service}/events/parked/event", **which)
            print_json(found, indent=2)

        run(work())

    @app.command("redrive")
    def redrive_command(
        service: Annotated[str, service_argument],
        url: Url = DEFAULT_URL,
        data: Data = Path("var"),
        as_role: As = "operator",
    ) -> None:
        """Try again all that a service parked. Exit status 1 when something fails once more."""

        async def work() -> None:
            async with client_for(url, data, as_role, patience_seconds=60) as client:
                outcomes = await redrive_all(client, service)
            for event, outcome in outcomes:
                said = f"{event['publisher']} {event['aggregate_id']}: {outcome['applied']} applied"
                console.print(
                    f"{said}, then failed: {outcome['error']}" if outcome["error"] else said
                )
            if not outcomes:
                console.print("nothing had failed")
            raise typer.Exit(1 if any(outcome["error"] for _, outcome in outcomes) else 0)

        run(work())

    @app.command("discard")
    def discard_command(
        service: Annotated[str, service_argument],
        publisher: Annotated[str, publisher_argument],
        aggregate_id: Annotated[str, aggregate_argument],
        aggregate_seq: Annotated[int, sequence_argument],
        reason: Annotated[str, typer.Option(help="Why; the audit log keeps it.")],
        url: Url = DEFAULT_URL,
        data: Data = Path("var"),
        as_role: As = "operator",
    ) -> None:
        """Let an event go that never can be applied, and go on behind it."""

        async def work() -> None:
            which = {
                "publisher": publisher,
                "aggregate_id": aggregate_id,
                "aggregate_seq": aggregate_seq,
            }
            async with client_for(url, data, as_role, patience_seconds=60) as client:
                outcome = await client.post(
                    f"/api/{service}/events/parked/discard",
                    which | {"reason": reason},
                    key=new_id(),
                )
            console.print(f"let go; {outcome['applied']} applied behind it")
            if outcome["error"]:
                console.print(f"then failed: {outcome['error']}")
                raise typer.Exit(1)

        run(work())

    return app
