"""Corrections, and the mapping of the domain's class onto them."""

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table, text

from services.dispatch.corrections.domain import Correction
from services.dispatch.database import mapper, metadata
from shared.db.types import DERIVED, FREE_TEXT, Json, UtcDateTime

_WAITS = text("state = 'proposed'")

correction = Table(
    "correction",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("stop_id", String(36), ForeignKey("stop.id"), nullable=False),
    Column("assignment_id", String(36), ForeignKey("assignment.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("state", String(10), nullable=False),
    Column("before", Json, nullable=False, info=DERIVED),
    Column("after", Json, nullable=False, info=DERIVED),
    Column("reason_code", String(40), nullable=False),
    Column("reason", String(500), nullable=True, info=FREE_TEXT),
    Column("made_at", UtcDateTime, nullable=False),
    Column("by", String(20), nullable=True),
    Column("decided_at", UtcDateTime, nullable=True),
    Column("decided_by", String(20), nullable=True),
    Column("refusal_code", String(40), nullable=True),
    Column("refusal", String(500), nullable=True, info=FREE_TEXT),
    Index("ix_correction_stop", "stop_id", "number", unique=True),
    # The few that wait for the corps, of which a booth has one.
    Index(
        "ix_correction_waiting",
        "assignment_id",
        unique=True,
        postgresql_where=_WAITS,
        sqlite_where=_WAITS,
    ),
)

mapper.map_imperatively(Correction, correction)
