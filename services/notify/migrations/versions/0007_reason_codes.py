"""Notices hold a reason's code. Words that were typed go: they stay with the service that they were typed into.

Revision ID: 0007
"""

import re
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from alembic import op

from shared.db.types import Json

revision = "0007"
down_revision = "0006"

CODE = re.compile(r"unserved\.[a-z_]+|replanned|stop moved|order closed|plan withdrawn")
BATCH = 1000

MESSAGES = sa.table("message", sa.column("id", sa.String), sa.column("params", Json))
ENTRIES = sa.table("digest_entry", sa.column("event_id", sa.String), sa.column("data", Json))


def upgrade() -> None:
    _rewrite(MESSAGES, "id", "params", _coded)
    _rewrite(ENTRIES, "event_id", "data", _coded)


def downgrade() -> None:
    _rewrite(MESSAGES, "id", "params", _named)
    _rewrite(ENTRIES, "event_id", "data", _named)


def _rewrite(table: sa.TableClause, key: str, column: str, change: Callable[[Any], Any]) -> None:
    """In batches, by key: there may be millions."""
    connection, last = op.get_bind(), ""
    its_key = table.c[key]
    following = sa.select(its_key, table.c[column]).where(its_key > sa.bindparam("last")).order_by(its_key).limit(BATCH)
    while rows := connection.execute(following, {"last": last}).all():
        for row_key, value in rows:
            if (changed := change(value)) != value:
                connection.execute(sa.update(table).where(its_key == row_key).values({column: changed}))
        last = rows[-1][0]


def _coded(value: Any) -> Any:
    if isinstance(value, list):
        return [_coded(part) for part in value]
    if not isinstance(value, dict):
        return value
    said = {name: _coded(part) for name, part in value.items() if name != "reason"}
    if "reason" in value:
        reason = str(value["reason"])
        said["reason_code"] = reason.replace(" ", "_") if CODE.fullmatch(reason) else "other"
    return said


def _named(value: Any) -> Any:
    if isinstance(value, list):
        return [_named(part) for part in value]
    if not isinstance(value, dict):
        return value
    return {"reason" if name == "reason_code" else name: _named(part) for name, part in value.items()}
