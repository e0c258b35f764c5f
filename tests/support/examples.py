"""The examples of docs/examples, run as their readers run them."""

import os
import sys
from pathlib import Path

from tests.support.fixtures import or_skip
from tests.support.node import CLIENTS, node_program
from tests.support.tree import ROOT

EXAMPLES = ROOT / "docs" / "examples"


def command_of(example: str) -> list[Path | str]:
    """What runs the example; skips the test where it needs Node.js and there is none."""
    if example.endswith(".py"):
        return [sys.executable, EXAMPLES / example]
    return [or_skip(node_program), EXAMPLES / example]


def environment(**settings: str) -> dict[str, str]:
    """The examples stand in no package: Node.js is told where ``tests/clients`` has theirs."""
    return os.environ | {"NODE_PATH": str(CLIENTS / "node_modules")} | settings
