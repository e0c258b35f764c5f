"""The interface to whatever keeps files."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

KEY = re.compile(r"[a-z]+(?:-[a-z]+)*/[0-9a-f-]{36}")
"""What a file is called there: a folder of its capability and an id; never what people call it."""


@dataclass(frozen=True, slots=True)
class Stored:
    """A file that is there. ``key`` may also name what a killed writer left, which nobody reads."""

    key: str
    changed_at: datetime


class FileStore(Protocol):
    """Keeps files under keys. What was put is whole or not there."""

    async def put(self, key: str, content: bytes) -> None:
        """Keeps ``content``; what was there under this key is replaced."""

    async def get(self, key: str) -> bytes | None:
        """Returns what is kept, or None."""

    async def delete(self, key: str) -> None:
        """Removes what is kept; nothing happens where nothing is."""

    def stored(self, folder: str) -> AsyncIterator[Stored]:
        """Yields all that is kept in a folder, in no order."""


def require_key(key: str) -> str:
    """:raises ValueError: it is no key."""
    if not KEY.fullmatch(key):
        raise ValueError(f"not a key of a file: {key[:80]!r}")
    return key
