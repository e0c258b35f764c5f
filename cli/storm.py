"""``diancai storm``: servers and services of its own, everything killed under load; then the books must balance."""

from pathlib import Path
from typing import Annotated

import typer


def storm(
    seed: Annotated[
        int, typer.Option(help="The first seed; it decides what goes wrong, and when.")
    ] = 1,
    seeds: Annotated[int, typer.Option(min=1, help="How many, one after the other.")] = 1,
    minutes: Annotated[float, typer.Option(min=0.1, help="How long each.")] = 1.0,
    cluster: Annotated[bool, typer.Option("--cluster", help="RabbitMQ on three nodes.")] = False,
    pair: Annotated[
        bool, typer.Option("--pair", help="PostgreSQL with a synchronous standby.")
    ] = False,
    wipe: Annotated[bool, typer.Option(help="The broker also loses its disk now and then.")] = True,
    without: Annotated[
        str, typer.Option(help="Take a safeguard out, to see whether that shows.")
    ] = "",
    logs: Annotated[
        Path | None, typer.Option(help="A folder to keep what the services log.")
    ] = None,
) -> None:
    """Kill, stop, cut, fill and wipe everything under load, on private servers; one JSON line a seed. Exit status 1
    when anything is lost, doubled, out of order, or left undone."""
    try:
        from tests.storm.__main__ import run
        from tests.storm.mutants import MUTANTS
        from tests.storm.options import Options
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] != "tests":
            raise
        typer.echo(
            "diancai: the storm is part of the tests, which come with the source alone: run it there",
            err=True,
        )
        raise typer.Exit(2) from None
    if without and without not in MUTANTS:
        raise typer.BadParameter(
            f"choose one of: {', '.join(sorted(MUTANTS))}", param_hint="--without"
        )
    options = Options(
        seed=seed,
        minutes=minutes,
        cluster=cluster,
        pair=pair,
        wipe=wipe,
        without=without,
        logs=logs,
    )
    raise typer.Exit(run(options, seeds))
