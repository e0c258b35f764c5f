"""``diancai person``: what a person may ask about the own data, across all services."""

import asyncio
import os
from pathlib import Path
from typing import Annotated, Any

import click
import typer

from cli.client import Client, Json
from cli.files import BadFile, json_text
from cli.options import DEFAULT_URL, As, Data, Url, client_for
from cli.terminal import console, fail, print_json, words
from shared.contracts import PUBLISHERS
from shared.kernel.ids import new_id
from shared.kernel.text import typed_code

PATIENCE_SECONDS = 60.0
POLL_SECONDS = 0.2


async def export(client: Client, volunteer_no: str) -> Json:
    """Has every service collect what it holds about a person, and gives all of it in one document.

    :raises TimeoutError: a service has not answered; asking again later gets the rest.
    """
    request = await client.post(f"/api/catalog/volunteers/{volunteer_no}/export", key=new_id())
    await settled(client, volunteer_no, request["id"])
    parts = [
        await client.get(f"/api/{service}/people/{volunteer_no}/export", request_id=request["id"])
        for service in PUBLISHERS
    ]
    return {
        "volunteer_no": volunteer_no,
        "request_id": request["id"],
        "requested_at": request["requested_at"],
        "services": {part["service"]: part["records"] for part in parts},
    }


async def erase(client: Client, volunteer_no: str, reason: str | None) -> Json:
    """Deletes what is held about a person; gives the request once every service has answered."""
    request = await client.post(
        f"/api/catalog/volunteers/{volunteer_no}/erase", {"reason": reason}, key=new_id()
    )
    return await settled(client, volunteer_no, request["id"])


async def settled(client: Client, volunteer_no: str, request_id: str) -> Json:
    """:raises TimeoutError: names the services that did not answer."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + PATIENCE_SECONDS
    while True:
        requests = await client.get(f"/api/catalog/volunteers/{volunteer_no}/requests")
        found: Json = next(request for request in requests if request["id"] == request_id)
        if not found["awaited"]:
            return found
        if loop.time() > deadline:
            raise TimeoutError(
                f"waited {PATIENCE_SECONDS:.0f} s in vain for an answer of {', '.join(found['awaited'])}"
            )
        await asyncio.sleep(POLL_SECONDS)


def confirm_erasure(volunteer_no: str) -> None:
    """Says what would be done, and has the number typed again.

    :raises typer.Exit: another number was typed, or there is nobody to ask; nothing was done.
    """
    console.print(
        words("person.asks", no=volunteer_no), soft_wrap=True, highlight=False, markup=False
    )
    try:
        typed = typer.prompt(words("person.again"), default="", show_default=False)
    except (click.Abort, typer.Abort):
        typed = ""
    if typed_code(typed).upper() != typed_code(volunteer_no).upper():
        fail(words("person.not_repeated"))


def write_private(file: Path, document: Json) -> None:
    """Writes a file that nobody else may read; refuses to replace one.

    :raises BadFile: there is one, or it can't be written.
    """
    try:
        with os.fdopen(
            os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8"
        ) as written:
            written.write(json_text(document, indent=2) + "\n")
    except OSError as error:
        raise BadFile("unwritable", file, error.strerror or error) from error


def commands(run: Any) -> typer.Typer:
    """The subcommands. ``run`` runs a coroutine and ends with a line that says what helps, where that fails."""
    app = typer.Typer(no_args_is_help=True, help="Export or delete what is held about a volunteer.")
    number = typer.Argument(help="The volunteer's public number, e.g. V-000123.")

    @app.command("export")
    def export_command(
        volunteer_no: Annotated[str, number],
        out: Annotated[
            Path, typer.Option(help="The file to write, which only you may read; - for the output.")
        ],
        url: Url = DEFAULT_URL,
        data: Data = Path("var"),
        as_role: As = "coordinator",
    ) -> None:
        """Write everything that all services hold about a person, as JSON: personal data, which go nowhere unasked."""
        file = None if str(out) == "-" else out
        if file is not None and file.exists():
            fail(words("person.exists", file=file))

        async def work() -> None:
            async with client_for(url, data, as_role, patience_seconds=10) as client:
                document = await export(client, volunteer_no)
            if file is None:
                print_json(document, indent=2)
                return
            write_private(file, document)
            records = sum(len(part) for part in document["services"].values())
            said = words(
                "person.exported", out=file, records=records, services=len(document["services"])
            )
            console.print(said, soft_wrap=True, highlight=False, markup=False)

        run(work())

    @app.command("erase")
    def erase_command(
        volunteer_no: Annotated[str, number],
        url: Url = DEFAULT_URL,
        data: Data = Path("var"),
        as_role: As = "coordinator",
        reason: Annotated[
            str | None, typer.Option(help="Why; needed unless the person asks.")
        ] = None,
        yes: Annotated[bool, typer.Option("--yes", help="Do it without asking.")] = False,
    ) -> None:
        """Delete everything that is held about a person. This can't be undone."""
        if not yes:
            confirm_erasure(volunteer_no)

        async def work() -> None:
            async with client_for(url, data, as_role, patience_seconds=10) as client:
                done = await erase(client, volunteer_no, reason)
            answers = ", ".join(
                f"{service} {records}" for service, records in sorted(done["answers"].items())
            )
            console.print(f"{volunteer_no}: records deleted: {answers}")

        run(work())

    return app
