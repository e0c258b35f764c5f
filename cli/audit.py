"""``diancai audit``: is the audit log whole, and what does it say."""

import asyncio

import typer
from rich.console import Console
from rich.table import Table

from shared.audit.chain import verify
from shared.db.engine import Database
from shared.kernel.clock import utc_now

app = typer.Typer(no_args_is_help=True, help="Check the audit logs.")


@app.command("verify")
def verify_command(
    database: list[str] = typer.Option(..., help="A service's store, postgresql://... or sqlite:///...; repeatable."),  # noqa: B008
    expect: str | None = typer.Option(None, help="A hash that was noted earlier; it must be in a chain."),
) -> None:
    """Compute every seal anew. Exit status 1 when a row was changed, removed or slipped in."""
    found = asyncio.run(_verify(database, expect))
    raise typer.Exit(1 if found else 0)


async def _verify(urls: list[str], expect: str | None) -> int:
    table = Table("store", "rows", "seals", "not sealed yet", "head", "finding")
    findings = 0
    for url in urls:
        store = Database(url)
        try:
            verdict = await verify(store, utc_now, expect=expect)
        finally:
            await store.close()
        findings += len(verdict.wrong)
        name = store.engine.url.render_as_string(hide_password=True)
        said = f"[red]{'; '.join(verdict.wrong)}[/red]" if verdict.wrong else "[green]whole[/green]"
        table.add_row(name, str(verdict.rows), str(verdict.seals), str(verdict.unsealed), verdict.head, said)
    Console(width=200).print(table)
    return findings
