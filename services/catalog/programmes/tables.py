"""Tables, and the imperative mapping of the domain classes onto them."""

from sqlalchemy import Boolean, Column, Date, Index, Integer, String, Table, UniqueConstraint

from services.catalog.database import entry_table, mapper, metadata, spelling
from services.catalog.programmes.domain import Evidence, Programme, WindowStage
from shared.db.types import FREE_TEXT, Json, UtcDateTime

programme = entry_table(
    "programme",
    Column("stages", Json, nullable=False),
    Column("window_codes", Json, nullable=False),
    Column("state", String(10), nullable=False),
    spelling(),
)

window_stage = Table(
    "window_stage",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("programme_code", String(40), nullable=False),
    Column("window_code", String(40), nullable=False, index=True),
    Column("number", Integer, nullable=False),
    Column("state", String(10), nullable=False),
    Column("handed_in_at", UtcDateTime, nullable=True),
    Column("is_late", Boolean, nullable=False),
    Column("reason_code", String(40), nullable=True),
    Column("reason", String(500), nullable=True, info=FREE_TEXT),
    Column("opened_for", Date, nullable=True),
    Column("overdue_for", Date, nullable=True),
    Column("event_seq", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    UniqueConstraint("programme_code", "window_code", "number", name="uq_window_stage_once"),
    Index("ix_window_stage_state", "state", "id"),
)

evidence = Table(
    "stage_evidence",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("stage_id", String(36), nullable=False, index=True),
    Column("form", String(10), nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    Column("text", String(500), nullable=True, info=FREE_TEXT),
    Column("url", String(500), nullable=True, info=FREE_TEXT),
    Column("media_type", String(20), nullable=True),
    Column("size", Integer, nullable=True),
    Column("event_seq", Integer, nullable=False),
    Column("version", Integer, nullable=False),
)

mapper.map_imperatively(Programme, programme, version_id_col=programme.c.version)
mapper.map_imperatively(WindowStage, window_stage, version_id_col=window_stage.c.version)
mapper.map_imperatively(Evidence, evidence, version_id_col=evidence.c.version)
