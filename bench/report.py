"""How a benchmark says what it found: a table, one JSON object, and a picture."""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

RESULTS = Path(__file__).parent / "results"


def arguments(about: str | None, name: str) -> argparse.Namespace:
    """``quick`` and ``json``."""
    return options(about, name).parse_args()


def options(about: str | None, name: str) -> argparse.ArgumentParser:
    """The same, for a benchmark that adds its own."""
    parser = argparse.ArgumentParser(
        prog=f"python -m bench.{name}", description=about, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="less of it, within 50 s")
    parser.add_argument("--json", action="store_true", help="print one JSON object, with every figure and ratio")
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
    """Prints the table, or the JSON object; keeps both, and a picture of ``bars``, in bench/results."""
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / f"{name}.json").write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", "utf-8")
    draw(RESULTS / f"{name}.svg", bars, unit)
    if given.json:
        print(json.dumps(result, ensure_ascii=False))
        return
    print_table(name, heads, rows)
    for ratio, value in result["ratios"].items():
        print(f"{ratio}: {value}")


def print_table(title: str, heads: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    table = Table(*heads, title=title)
    for row in rows:
        table.add_row(*map(str, row))
    Console().print(table)


def draw(file: Path, bars: dict[str, float], unit: str) -> None:
    import matplotlib as mpl

    mpl.use("svg")
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(figsize=(7, 0.6 + 0.5 * len(bars)), layout="constrained")
    drawn = axes.barh(list(bars), list(bars.values()), color=["#b3261e", *["#8a8f98"] * (len(bars) - 1)])
    axes.bar_label(drawn, padding=4)
    axes.invert_yaxis()
    axes.set_xlabel(unit)
    axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(file)
    plt.close(figure)
