"""``diancai person erase`` asks before it deletes anything."""

from collections.abc import Coroutine
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from cli.person import commands


def erase(*arguments: str, typed: str = "") -> tuple[Result, int]:
    """What it said, and how often it went on to the services."""
    begun: list[None] = []

    def run(work: Coroutine[Any, Any, None]) -> None:
        begun.append(None)
        work.close()

    return CliRunner().invoke(commands(run), ["erase", *arguments], input=typed), len(begun)


@pytest.mark.parametrize("typed", ["", "\n", "y\n", "V-000002\n"])
def test_without_the_number_typed_again_nothing_is_deleted(typed: str) -> None:
    said, begun = erase("V-000001", typed=typed)
    assert (said.exit_code, begun) == (2, 0)
    assert "V-000001" in said.output
    assert "--yes" in said.output


@pytest.mark.parametrize("typed", ["V-000001\n", "ｖ－０００００１\n"])
def test_with_the_number_typed_again_it_goes_on(typed: str) -> None:
    said, begun = erase("V-000001", typed=typed)
    assert (said.exit_code, begun) == (0, 1), said.output


def test_a_script_says_yes() -> None:
    said, begun = erase("V-000001", "--yes")
    assert (said.exit_code, begun) == (0, 1), said.output
