"""Records what a transaction changed, for the audit log."""

import json
from datetime import date, datetime
from enum import Enum
from functools import lru_cache
from typing import Any

from sqlalchemy import event, insert, inspect
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstanceState, Mapper, Session
from sqlalchemy.orm.attributes import get_history

from shared.audit.tables import audit_log
from shared.kernel.access import Actor
from shared.telemetry.trace import current_trace

CLOSED = "(sealed)"
TYPED = "(text)"
"""Stands for the words in columns of :data:`shared.db.types.FREE_TEXT`: the log tells that they
changed."""

_CLOSED_ENDINGS = ("_sealed", "_hash", "_index", "password", "secret", "challenge", "login")
"""Columns whose values no reader of the audit log may see. A login name may be a phone number, and
what is in the chain of hashes can't be erased."""

LONGEST_VALUE = 2000
_BOOKKEEPING = {"version", "event_seq"}

Change = dict[str, Any]


class Recorder:
    """Collects, at every flush of a session, the old and new values of its objects."""

    def __init__(self, session: AsyncSession) -> None:
        self.changes: list[Change] = []
        event.listen(session.sync_session, "before_flush", self._gather)

    def note(self, kind: str, key: str, **facts: str) -> None:
        """Adds an act that changes nothing but must be recorded, such as showing a clear value."""
        self.changes.append({"kind": kind, "key": key, "noted": facts})

    async def write(self, session: AsyncSession, actor: Actor, action: str, now: datetime) -> None:
        """Adds the row in the session's transaction, unless nothing was changed or noted."""
        if self.changes:
            await session.execute(insert(audit_log), row_of(actor, action, now, self.changes))

    def _gather(self, session: Session, _context: Any, _instances: Any) -> None:
        self.changes += [
            _change(inspect(entry), "made", {}, _values(inspect(entry))) for entry in session.new
        ]
        for entry in session.dirty:
            before, after = _difference(inspect(entry))
            if before or after:
                self.changes.append(_change(inspect(entry), "changed", before, after))
        self.changes += [
            _change(inspect(entry), "removed", _values(inspect(entry)), {})
            for entry in session.deleted
        ]


def row_of(actor: Actor, action: str, now: datetime, changes: list[Change]) -> dict[str, Any]:
    """Returns a row of the audit log with the running trace."""
    return {
        "at": now,
        "subject": actor.subject or "anonymous",
        "roles": ",".join(sorted(actor.roles)),
        "action": action,
        "address": actor.address,
        "correlation_id": current_trace().correlation_id,
        "changes": canonical(changes),
    }


def making(entry: object) -> list[Change]:
    """Returns the entry for the creation of ``entry`` with its parts."""
    state: InstanceState[Any] = inspect(entry)
    parts = [
        state,
        *(part for _, _, part, _ in state.mapper.cascade_iterator("save-update", state)),
    ]
    return [_change(part, "made", {}, _values(part)) for part in parts]


def _change(
    state: InstanceState[Any], how: str, before: dict[str, Any], after: dict[str, Any]
) -> Change:
    key = "/".join(str(value) for value in state.mapper.primary_key_from_instance(state.obj()))
    return {
        "kind": str(state.mapper.local_table),
        "key": key,
        "how": how,
        "before": before,
        "after": after,
    }


@lru_cache(maxsize=200)
def _columns(mapper: Mapper[Any]) -> dict[str, str | None]:
    """What is written down of each column: its value (None), or a word that stands for it."""
    return {
        column.key: TYPED
        if column.columns[0].info.get("free_text")
        else (CLOSED if column.key.endswith(_CLOSED_ENDINGS) else None)
        for column in mapper.column_attrs
        if column.key not in _BOOKKEEPING and not column.columns[0].info.get("derived")
    }


def _values(state: InstanceState[Any]) -> dict[str, Any]:
    values = state.dict
    return {
        name: _shown(values[name], cover)
        for name, cover in _columns(state.mapper).items()
        if name in values
    }


def _difference(state: InstanceState[Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """What was, and what is, in the columns that were set."""
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    for name, cover in _columns(state.mapper).items():
        if name in state.committed_state:
            history = get_history(state.obj(), name)
            if history.added:
                after[name] = _shown(history.added[0], cover)
            if history.has_changes():
                before[name] = _shown(history.deleted[0], cover) if history.deleted else None
    return before, after


def canonical(value: Any) -> str:
    """Encodes JSON with one spelling for each value: sorted keys, no spaces, UTF-8."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def _shown(value: Any, cover: str | None) -> Any:
    if value is None or isinstance(value, (bool, int, float)):
        return value
    if cover is not None:
        return cover
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}… ({len(text)})"
