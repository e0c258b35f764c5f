"""Files that belong to nothing: an upload was killed, or what named the file is gone."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta

from shared.storage.port import FileStore
from shared.telemetry.logs import logger

ORPHANED = timedelta(days=1)
"""So old is a file that belongs to nothing before it goes: nobody takes so long to name one."""

AT_A_TIME = 200

log = logger(__name__)

Known = Callable[[Sequence[str]], Awaitable[set[str]]]
"""Gives those of some ids that a row of the service has."""


async def delete_orphans(files: FileStore, folder: str, known: Known, now: datetime) -> None:
    """Deletes the files of a folder that belong to no row (any more)."""
    old = [each.key async for each in files.stored(folder) if each.changed_at < now - ORPHANED]
    removed = 0
    for start in range(0, len(old), AT_A_TIME):
        keys = old[start : start + AT_A_TIME]
        ids = await known([key.rpartition("/")[2] for key in keys])
        for key in keys:
            if key.rpartition("/")[2] not in ids:
                await files.delete(key)
                removed += 1
    if removed:
        log.info("files that belonged to nothing were deleted", files=removed)
