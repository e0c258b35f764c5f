"""Names are the terms that an engineer would search for; files and functions stay short.

``HOME_MADE`` lists names of this project's own making that were replaced, with the term that replaced each.
"""

import ast
import subprocess
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.tree import ROOT

HOME_MADE = {
    "Additions": "GroupCommit",
    "Best": "Incumbent",
    "Dated": "ProblemDates",
    "Doorbell": "RelayWakeup",
    "Ear": "RecordingConsumer",
    "GLANCE": "PREFETCH_PER_SHARD",
    "Inlet": "ConsumerQueues",
    "Leftovers": "SurplusQueues",
    "Looked": "Evaluation",
    "Manners": "Conventions",
    "Meter": "WorkBudget",
    "PartModel": "SubproblemModel",
    "SearchByParts": "NeighbourhoodSearch",
    "SearchByTownships": "TownshipSearch",
    "Silences": "UnresponsiveQueues",
    "Standing": "ShardState",
    "Tidying": "PartitionState",
    "door": "secured",
    "doorbell": "wakeup",
    "feeding": "delivery",
    "fieldwork": "acting",
    "hand_out": "deliver_batch",
    "inlet": "queues",
    "inlet_size": "consumer_partitions",
    "keep_off": "ban_day",
    "mending": "rescheduling",
    "next_ring": "wait_next",
    "part_done": "end_nested",
    "take_turn": "lock_service",
    "tell_unserved": "note_told_reasons",
    "tidied": "remove_surplus",
}
MOST_LINES_OF_A_FILE = 300
MOST_LINES_OF_A_FUNCTION = 30


def _tracked(*endings: str) -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    paths = [ROOT / name for name in listed.stdout.split("\0") if name.endswith(endings)]
    return [path for path in paths if path.is_file()]


PYTHON = _tracked(".py")
"""Empty where the tree is not a checkout."""


def _named(path: Path) -> Iterator[tuple[str, int]]:
    """Yields the names that a module defines, its own among them, each with its line."""
    yield path.stem, 1
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        match node:
            case (
                ast.FunctionDef(name=name)
                | ast.AsyncFunctionDef(name=name)
                | ast.ClassDef(name=name)
            ):
                yield name, node.lineno
            case (
                ast.arg(arg=name)
                | ast.Name(id=name, ctx=ast.Store())
                | ast.Attribute(attr=name, ctx=ast.Store())
            ):
                yield name, node.lineno
            case _:
                pass


@pytest.mark.parametrize("top", ["bench", "cli", "services", "shared", "tests"])
def test_no_name_is_home_made(top: str) -> None:
    paths = [path for path in PYTHON if path.is_relative_to(ROOT / top)]
    found = [
        f"{path.relative_to(ROOT)}:{line}: {name}, say {HOME_MADE[plain]}"
        for path in paths
        for name, line in _named(path)
        if (plain := name.strip("_")) in HOME_MADE
    ]
    assert not found


def test_no_document_uses_a_home_made_name() -> None:
    named = {f"`{name}`" for name in HOME_MADE} | {"## Manners"}
    for path in _tracked(".md"):
        text = path.read_text("utf-8")
        assert not [name for name in named if name in text], path.relative_to(ROOT)


def test_long_files_and_functions_are_listed() -> None:
    """Sizes are a matter of judgement, so they fail nothing: one warning lists them at the end of a test run."""
    long = [line for path in PYTHON if _is_code(path) for line in _sizes(path)]
    if long:
        with warnings.catch_warnings():
            warnings.simplefilter("default")
            warnings.warn("\n  ".join(["long files and functions", *long]), stacklevel=1)


def _is_code(path: Path) -> bool:
    return "migrations" not in path.parts and not path.is_relative_to(ROOT / "tests")


def _sizes(path: Path) -> Iterator[str]:
    name, text = path.relative_to(ROOT), path.read_text("utf-8")
    if (lines := len(text.splitlines())) > MOST_LINES_OF_A_FILE:
        yield f"{name}: {lines} lines"
    for node in ast.walk(ast.parse(text)):
        if (
            isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
            and (lines := _length(node)) > MOST_LINES_OF_A_FUNCTION
        ):
            yield f"{name}:{node.lineno}: {node.name} has {lines} lines"


def _length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Counts the lines of a function's body without its docstring."""
    body = function.body[1:] if ast.get_docstring(function) is not None else function.body
    return 1 + (function.end_lineno or 0) - body[0].lineno if body else 0
