"""What a transaction changed, as the audit log keeps it."""

import json
from collections.abc import Iterable
from datetime import date, datetime
from enum import Enum
from typing import Any

from sqlalchemy import event, insert, inspect
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

from shared.audit.tables import audit_log
from shared.kernel.access import Actor
from shared.telemetry.trace import current_trace

CLOSED = "(sealed)"
_CLOSED_ENDINGS = ("_sealed", "_hash", "_index", "password", "secret", "challenge")
"""Columns whose values no reader of the audit log may see."""

LONGEST_VALUE = 2000
_BOOKKEEPING = {"version", "event_seq"}

Change = dict[str, Any]


class Recorder:
    """Gathers, at every flush of a session, what its objects were and what they become."""

    def __init__(self, session: AsyncSession) -> None:
        self.changes: list[Change] = []
        event.listen(session.sync_session, "before_flush", self._gather)

    def note(self, kind: str, key: str, **facts: str) -> None:
        """For what changes nothing but must be known, such as looking at a clear value."""
        self.changes.append({"kind": kind, "key": key, "noted": facts})

    async def write(self, session: AsyncSession, actor: Actor, action: str, now: datetime) -> None:
        """Adds the row, as part of the session's transaction; nothing when nothing changed."""
        if not self.changes:
            return
        await session.execute(
            insert(audit_log).values(
                at=now,
                subject=actor.subject or "anonymous",
                roles=",".join(sorted(actor.roles)),
                action=action,
                address=actor.address,
                correlation_id=current_trace().correlation_id,
                changes=canonical(self.changes),
            )
        )

    def _gather(self, session: Session, _context: Any, _instances: Any) -> None:
        self._add("made", session.new)
        self._add("changed", session.dirty)
        self._add("removed", session.deleted)

    def _add(self, how: str, objects: Iterable[Any]) -> None:
        for entry in objects:
            state = inspect(entry)
            before: dict[str, Any] = {}
            after: dict[str, Any] = {}
            for column in state.mapper.column_attrs:
                if column.key in _BOOKKEEPING:
                    continue
                history = state.attrs[column.key].history
                if how != "removed" and history.added:
                    after[column.key] = _shown(column.key, history.added[0])
                if how == "removed" or (how == "changed" and history.has_changes()):
                    known = history.deleted or (history.unchanged if how == "removed" else ())
                    before[column.key] = _shown(column.key, known[0]) if known else None
            if before or after:
                key = "/".join(str(value) for value in state.mapper.primary_key_from_instance(entry))
                self.changes.append(
                    {"kind": state.mapper.local_table.name, "key": key, "how": how, "before": before, "after": after}
                )


def canonical(value: Any) -> str:
    """JSON with one spelling for each value: sorted keys, no spaces, UTF-8."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def _shown(name: str, value: Any) -> Any:
    if value is None or isinstance(value, (bool, int, float)):
        return value
    if name.endswith(_CLOSED_ENDINGS):
        return CLOSED
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}… ({len(text)})"
