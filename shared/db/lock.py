"""A lock file for what only one process may open: a data folder, a SQLite store."""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

LOCK = "diancai.lock"
"""The lock file of a data folder."""


class InUse(Exception):
    """Another process holds the lock. ``pid`` and ``url`` say which one and where it serves, if it
    wrote that.
    """

    def __init__(self, what: Path, pid: str, url: str) -> None:
        self.what, self.pid, self.url = what, pid, url
        where = f", which serves {url}," if url else ""
        super().__init__(f"{what} is in use by process {pid or '?'}{where}; end that process first")


def lock_of(store: Path) -> Path:
    """Returns the lock file of a SQLite store."""
    return store.with_name(f"{store.name}.lock")


@contextmanager
def held(file: Path, what: Path, *, url: str = "") -> Iterator[None]:
    """Holds the lock ``file`` for the length of the block, and writes into it which process has
    ``what``.

    The kernel releases the lock when the process ends, however it ends. The file stays, and means
    nothing by itself. Record locks (``fcntl``, POSIX) are not inherited: a child that outlives its
    parent does not hold it.

    :raises InUse: another process holds it.
    :raises OSError: the file can't be created.
    """
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = _read(file)
            raise InUse(what, holder.get("pid", ""), holder.get("url", "")) from error
        os.ftruncate(descriptor, 0)
        os.write(descriptor, json.dumps({"pid": str(os.getpid()), "url": url}).encode())
        yield
    finally:
        os.close(descriptor)


def url_of_holder(file: Path) -> str:
    """Returns where the process that holds the lock serves; empty if there is none, or it does not
    serve.
    """
    try:
        descriptor = os.open(file, os.O_RDWR)
    except OSError:
        return ""
    try:
        fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return _read(file).get("url", "")
    finally:
        os.close(descriptor)
    return ""


def _read(file: Path) -> dict[str, str]:
    try:
        said = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return said if isinstance(said, dict) else {}
