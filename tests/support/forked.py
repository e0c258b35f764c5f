"""``diancai`` in a process that has imported it already: a new interpreter would take seconds for that alone.

The first one that is asked for makes the process from which all are forked (:mod:`multiprocessing`, "forkserver").
"""

import multiprocessing
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from multiprocessing.connection import Connection
from typing import TextIO

_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(["tests.support.warmed"])

SECONDS_TO_STOP = 60


@contextmanager
def running(arguments: Sequence[str], environment: Mapping[str, str]) -> Iterator[TextIO]:
    """Runs ``diancai`` for the length of the block, and stops it as a person does who is done with it. Gives what it
    prints."""
    reader, writer = _FORKS.Pipe(duplex=False)
    process = _FORKS.Process(target=_run, args=(list(arguments), dict(environment), writer))
    process.start()
    writer.close()
    with os.fdopen(os.dup(reader.fileno()), encoding="utf-8") as printed:
        reader.close()
        try:
            yield printed
        finally:
            process.terminate()
            process.join(SECONDS_TO_STOP)
            assert process.exitcode is not None, "it does not stop"


def _run(arguments: list[str], environment: dict[str, str], printed: Connection) -> None:
    for stream in (1, 2):
        os.dup2(printed.fileno(), stream)
    printed.close()
    sys.stdout = sys.stderr = open(1, "w", 1, encoding="utf-8", closefd=False)  # noqa: SIM115 - to the end
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = ["diancai", *arguments]
    from cli.entry import run

    run()
