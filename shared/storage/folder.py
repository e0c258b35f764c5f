"""Files in a folder of this machine, or of a volume that several processes share."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from shared.kernel.ids import new_id
from shared.storage.port import Stored, require_key

UNFINISHED = ".part"


class FolderStore:
    """See :class:`shared.storage.port.FileStore`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def put(self, key: str, content: bytes) -> None:
        await asyncio.to_thread(self._put, self._path(key), content)

    async def get(self, key: str) -> bytes | None:
        return await asyncio.to_thread(_read, self._path(key))

    async def delete(self, key: str) -> None:
        name, _, rest = key.partition(" ")  # what a killed writer left has more behind the key
        path = self._path(name)
        await asyncio.to_thread(
            path.with_name(f"{path.name} {rest}" if rest else path.name).unlink, missing_ok=True
        )

    async def stored(self, folder: str) -> AsyncIterator[Stored]:
        for each in await asyncio.to_thread(self._list, folder):
            yield each

    def _path(self, key: str) -> Path:
        return self._folder / require_key(key)

    def _put(self, path: Path, content: bytes) -> None:
        """Writes beside and renames, so that a killed writer leaves no half file under the key."""
        for folder in (self._folder, path.parent):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        beside = path.with_name(f"{path.name} {new_id()}{UNFINISHED}")
        with beside.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)

    def _list(self, folder: str) -> list[Stored]:
        found = []
        with suppress(FileNotFoundError):
            for entry in os.scandir(self._folder / folder):
                with suppress(FileNotFoundError):  # deleted meanwhile
                    at = datetime.fromtimestamp(entry.stat().st_mtime, UTC)
                    found.append(Stored(f"{folder}/{entry.name}", at))
        return found


def _read(path: Path) -> bytes | None:
    with suppress(FileNotFoundError):
        return path.read_bytes()
    return None
