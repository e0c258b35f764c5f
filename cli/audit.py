"""``diancai audit``: is the audit log whole, and what does it say."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.terminal import console, fail
from shared.kernel.clock import utc_now

if TYPE_CHECKING:
    from shared.db.engine import Database

app = typer.Typer(no_args_is_help=True, help="Check the audit logs.")


@app.command("verify")
def verify_command(
    database: Annotated[
        list[str],
        typer.Option(
            help="A service's store, postgresql://..., sqlite:///... or its file; repeatable."
        ),
    ],
    expect: Annotated[
        str | None, typer.Option(help="A hash that was noted earlier; it must be in a chain.")
    ] = None,
) -> None:
    """Compute every seal anew. Exit status 1 when a row was changed, removed or slipped in."""
    found = asyncio.run(_verify(database, expect))
    raise typer.Exit(1 if found else 0)


async def _verify(addresses: list[str], expect: str | None) -> int:
    from shared.audit.chain import verify

    findings = 0
    for address in addresses:
        store = _opened(address)
        try:
            verdict = await verify(store, utc_now, expect=expect)
        finally:
            await store.close()
        findings += len(verdict.wrong)
        name = store.engine.url.render_as_string(hide_password=True)
        counts = f"{verdict.rows} rows, {verdict.seals} seals, {verdict.unsealed} not sealed yet"
        # Lines, not a table: a head is as wide as most of a terminal.
        for line in (
            f"{name}: {counts}",
            f"  head {verdict.head}",
            *(f"  {wrong}" for wrong in verdict.wrong),
        ):
            console.print(line, soft_wrap=True, highlight=False, markup=False)
        console.print(
            "  whole" if not verdict.wrong else "  NOT WHOLE",
            style="red" if verdict.wrong else "green",
        )
    return findings


def _opened(address: str) -> "Database":
    """A store that is there, by its address or its file: looking must not make a new one."""
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import ArgumentError

    from shared.db.engine import Database, sqlite_url

    try:
        url = make_url(address if "://" in address else sqlite_url(Path(address).absolute()))
        if url.get_backend_name() == "sqlite" and not Path(url.database or "").is_file():
            fail(f"there is no store {url.database}")
        return Database(url.render_as_string(hide_password=False))
    except (ValueError, ArgumentError) as error:
        fail(str(error))
