"""What SQLAlchemy compiled for one test serves the next one.

An engine remembers each statement that it compiled, and each test has engines of its own, to a store that is new.
Engines of one dialect compile alike, so that those of tests share one memory.
"""

from collections.abc import MutableMapping
from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlalchemy.util import LRUCache

STATEMENTS = 10_000

Key = tuple[Any, ...]
_memories: dict[Key, LRUCache[Key, Any]] = {}
"""By what of a dialect goes into what it compiles."""


def share() -> None:
    """Lets all engines of this process share what they compile."""
    event.listen(Engine, "engine_connect", _remember)


def _remember(connection: Connection) -> None:
    engine = connection.engine
    if engine._compiled_cache is None or isinstance(engine._compiled_cache, _Shared):
        return
    dialect = engine.dialect
    alike = (
        dialect.name,
        dialect.driver,
        dialect.server_version_info,
        dialect.use_insertmanyvalues_wo_returning,
    )
    memory = _memories.setdefault(alike, LRUCache(STATEMENTS))
    engine._compiled_cache = _Shared(memory)


class _Shared(MutableMapping[Key, Any]):
    """An engine's view of the memory. SQLAlchemy's keys begin with the engine's own dialect, which is left out."""

    def __init__(self, memory: LRUCache[Key, Any]) -> None:
        self._memory = memory

    def __getitem__(self, key: Key) -> Any:
        return self._memory[key[1:]]

    def __setitem__(self, key: Key, compiled: Any) -> None:
        self._memory[key[1:]] = compiled

    def __delitem__(self, key: Key) -> None:
        del self._memory[key[1:]]

    def __iter__(self) -> Any:
        return iter(self._memory)

    def __len__(self) -> int:
        return len(self._memory)
