"""``diancai queues``: by how many queues the services' events come in; look at it, change it while everything runs."""

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from cli.options import DEFAULT_URL, As, Data, Url, client_for
from cli.terminal import console
from shared.contracts import PUBLISHERS
from shared.eventlog.envelope import SHARDS


def commands(run: Any) -> typer.Typer:
    """The subcommands. ``run`` runs a coroutine and ends with a line that says what helps, where that fails."""
    app = typer.Typer(no_args_is_help=True, help="By how many queues a service's events come in.")

    @app.command("list")
    def list_command(
        service: Annotated[list[str] | None, typer.Option(help="Only these services.")] = None,
        url: Url = DEFAULT_URL,
        data: Data = Path("var"),
        as_role: As = "operator",
    ) -> None:
        """Say how many queues each service has, and whether a change is under way."""

        async def work() -> None:
            table = Table("service", "queues", "state")
            async with client_for(url, data, as_role, patience_seconds=10) as client:
                for name in service or PUBLISHERS:
                    found = await client.get(f"/api/{name}/events/queues")
                    table.add_row(
                        name,
                        str(found["partitions"]),
                        "settled" if found["is_settled"] else "changing",
                    )
            console.print(table)

        run(work())

    @app.command("resize")
    def resize_command(
        service: Annotated[str, typer.Argument(help="The service.")],
        partitions: Annotated[
            int, typer.Argument(min=1, max=SHARDS, help="How many queues it is to have.")
        ],
        url: Url = DEFAULT_URL,
        data: Data = Path("var"),
        as_role: As = "operator",
        wait: Annotated[
            bool, typer.Option(help="Wait until nothing is left of the number before.")
        ] = True,
    ) -> None:
        """Change the number of a service's queues while everything runs. Repeatable; also with the number that is."""

        async def work() -> None:
            path = f"/api/{service}/events/queues"
            async with client_for(url, data, as_role, patience_seconds=60) as client:
                await client.put(path, {"partitions": partitions})

                async def settled() -> bool:
                    return bool((await client.get(path))["is_settled"])

                if wait:
                    await client.until(f"{service} has {partitions} queues and no other", settled)
            console.print(f"{service}: {partitions} queues{'' if wait else ' from now on'}")

        run(work())

    return app
