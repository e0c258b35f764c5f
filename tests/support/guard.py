"""Ends the servers of a test run when the run is over, however it ended (Ctrl-C, kill -9).

Started beside the tests by :class:`tests.support.private.Playground` as ``guard.py FOLDER``. It reads
``PID CREATED`` lines from its standard input; at the end of input, which comes at the latest when the
tests' process dies, it kills those processes with their children, and removes the folder.
"""

import shutil
import sys
import time
from contextlib import suppress

import psutil


def end(pid: int, created: float) -> None:
    """Kills a process and its children, if it is still the one that was started then."""
    with suppress(psutil.NoSuchProcess):
        process = psutil.Process(pid)
        if process.create_time() == created:
            for one in (process, *process.children(recursive=True)):
                with suppress(psutil.NoSuchProcess):
                    one.kill()
            until = time.monotonic() + 10
            # Its parent, the tests' process, may be busy with waiting for us: a zombie is dead enough.
            while (
                process.is_running()
                and process.status() != psutil.STATUS_ZOMBIE
                and time.monotonic() < until
            ):
                time.sleep(0.01)


def main() -> None:
    started = [line.split() for line in sys.stdin]
    for pid, created in started:
        end(int(pid), float(created))
    shutil.rmtree(sys.argv[1], ignore_errors=True)


if __name__ == "__main__":
    main()
