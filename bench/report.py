"""How a benchmark says what it found: a table, one JSON object, and a picture."""

import argparse
import json
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

RESULTS = Path(__file__).parent / "results"
WIDTH = 120
"""Of a table that goes to no terminal."""

INSTALL = "make .venv/bench"
"""Installs requirements/bench.txt, which ``make setup`` leaves out."""


def require(*packages: str) -> None:
    """Ends the program where one of these is missing: said before anything is measured, not after minutes of it.

    :raises SystemExit: with what is missing, and the command that installs it.
    """
    if missing := [package for package in packages if find_spec(package) is None]:
        sys.exit(
            f"not installed: {', '.join(missing)}, which this benchmark needs; install it: {INSTALL}"
        )


def arguments(about: str | None, name: str) -> argparse.Namespace:
    """``quick`` and ``json``."""
    return options(about, name).parse_args()


def options(about: str | None, name: str) -> argparse.ArgumentParser:
    """The same, for a benchmark that adds its own."""
    parser = argparse.ArgumentParser(
        prog=f"python -m bench.{name}",
        description=about,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--quick", action="store_true", help="less of it, within 50 s")
    parser.add_argument(
        "--json", action="store_true", help="print one JSON object, with every figure and ratio"
    )
    parser.add_argument(
        "--results", type=Path, default=RESULTS, help="the folder that keeps figures and picture"
    )
    return parser


def report(
    name: str,
    given: argparse.Namespace,
    result: dict[str, Any],
    heads: Sequence[str],
    rows: Sequence[Sequence[object]],
    bars: dict[str, float],
    unit: str,
) -> None:
    """Prints the table, or the JSON object; keeps the figures, and a picture of ``bars``, in the folder of results."""
    given.results.mkdir(parents=True, exist_ok=True)
    (given.results / f"{name}.json").write_text(
        json.dumps(result, indent=1, ensure_ascii=False) + "\n", "utf-8"
    )
    if given.json:
        print(json.dumps(result, ensure_ascii=False))
    else:
        print_table(name, heads, rows)
        for ratio, value in result["ratios"].items():
            print(f"{ratio}: {value}")
    picture = given.results / f"{name}.svg"
    if find_spec("matplotlib") is None:
        picture.unlink(missing_ok=True)  # it would show other figures than these
        print(f"no picture: matplotlib is not installed; install it: {INSTALL}", file=sys.stderr)
    else:
        draw(picture, bars, unit)


def print_table(title: str, heads: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    table = Table(title=title)
    for head in heads:
        table.add_column(head, overflow="fold")  # no figure is cut short
    for row in rows:
        table.add_row(*map(str, row))
    Console(width=None if sys.stdout.isatty() else WIDTH).print(table)


def draw(file: Path, bars: dict[str, float], unit: str) -> None:
    import matplotlib as mpl

    mpl.use("svg")
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(figsize=(7, 0.6 + 0.5 * len(bars)), layout="constrained")
    drawn = axes.barh(
        list(bars), list(bars.values()), color=["#b3261e", *["#8a8f98"] * (len(bars) - 1)]
    )
    axes.bar_label(drawn, padding=4)
    axes.invert_yaxis()
    axes.set_xlabel(unit)
    axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(file)
    plt.close(figure)
