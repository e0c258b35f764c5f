"""One process at a time for what only one may have open: a data folder, a SQLite store."""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

LOCK = "diancai.lock"
"""The lock file of a data folder."""


class InUse(Exception):
    """Another process has it. ``pid`` is its number, ``url`` where it serves; empty where it did not say."""

    def __init__(self, what: Path, pid: str, url: str) -> None:
        self.what, self.pid, self.url = what, pid, url
        where = f", which serves {url}," if url else ""
        super().__init__(f"{what} is in use by process {pid or '?'}{where}; end that process first")


def lock_of(store: Path) -> Path:
    """The lock file of a SQLite store."""
    return store.with_name(f"{store.name}.lock")


@contextmanager
def held(file: Path, what: Path, *, url: str = "") -> Iterator[None]:
    """Holds the lock ``file`` for the length of the block, for ``what``; writes there who has it.

    The kernel gives the lock back when the process ends, however it ends; the file stays, and means nothing by itself.
    Record locks (``fcntl``, POSIX) are not inherited: a child that outlives its parent does not hold it.

    :raises InUse: another process holds it. :raises OSError: the file can't be made.
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
    """Where the process that holds the lock serves; empty when nobody holds it, or it does not serve."""
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
