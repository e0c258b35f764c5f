"""Copies of what dispatch records of services and of who stands where, and certificates."""

from sqlalchemy import Boolean, Column, Date, Index, Integer, String, Table

from services.catalog.database import mapper, metadata
from services.catalog.records.domain import Certificate
from shared.db.types import DERIVED, FREE_TEXT, Json, UtcDateTime

service_record = Table(
    "service_record",
    metadata,
    Column("hours_id", String(60), primary_key=True),
    Column("revision", Integer, nullable=False),
    Column("counts", Boolean, nullable=False),
    Column("volunteer_no", String(20), nullable=False),
    Column("team_code", String(40), nullable=False),
    Column("on", Date, nullable=False),
    Column("said_at", UtcDateTime, nullable=False),
    Column("starts_at", UtcDateTime, nullable=True),
    Column("ends_at", UtcDateTime, nullable=True),
    Column("minutes", Integer, nullable=False),
    Column("evidence", String(10), nullable=False),
    Column("item_name", String(80), nullable=False),
    Column("item_name_en", String(80), nullable=False),
    Column("place", String(80), nullable=False),
    Column("township_code", String(12), nullable=False),
    Index("ix_service_record_volunteer", "volunteer_no", "on"),
    Index("ix_service_record_said", "said_at"),
)
"""Of two events about the same hours the higher ``revision`` counts; what ``counts`` no more stays, so that a late
event changes nothing."""

stop_booth = Table(
    "stop_booth",
    metadata,
    Column("assignment_id", String(36), primary_key=True),
    Column("stop_id", String(36), nullable=False, index=True),
    Column("on", Date, nullable=False, index=True),
    Column("part", String(10), nullable=False),
    Column("place", String(80), nullable=False),
    Column("township_code", String(12), nullable=False),
    Column("item_name", String(80), nullable=False),
    Column("item_name_en", String(80), nullable=False),
    Column("team_code", String(40), nullable=False),
    Column("volunteers", Integer, nullable=False),
    Column("volunteer_nos", Json, nullable=False),
    Column("standby_nos", Json, nullable=False),
    Column("revision", Integer, nullable=False),
)
"""The booths at which teams are to stand, and who of them does, by number; ``volunteers`` are needed. A booth that is
given up is deleted. Codes and numbers are those that the events said: what was merged since is found when it is
read."""

certificate = Table(
    "certificate",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("number", String(20), nullable=False, unique=True),
    Column("token", String(40), nullable=False, unique=True, info=DERIVED),
    Column("volunteer_no", String(20), nullable=False, index=True),
    Column("team_code", String(40), nullable=False),
    Column("first_on", Date, nullable=False),
    Column("last_on", Date, nullable=False),
    Column("minutes", Json, nullable=False),
    Column("lines", Json, nullable=False),
    Column("issued_at", UtcDateTime, nullable=False),
    Column("state", String(10), nullable=False),
    Column("withdrawn_at", UtcDateTime, nullable=True),
    Column("reason_code", String(40), nullable=True),
    Column("reason", String(500), nullable=True, info=FREE_TEXT),
    Column("event_seq", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Index("ix_certificate_issued", "issued_at"),
)

certificate_number = Table(
    "certificate_number",
    metadata,
    Column("year", Integer, primary_key=True, autoincrement=False),
    Column("last", Integer, nullable=False),
)
"""The number that the newest certificate of a year got."""

mapper.map_imperatively(Certificate, certificate, version_id_col=certificate.c.version)
