"""Attendance with the scans behind it, hours, claims of hours; and the mapping of the domain's classes onto them."""

from sqlalchemy import Boolean, Column, Date, Index, Integer, String, Table, text

from services.dispatch.attendance.domain.attendance import Attendance
from services.dispatch.attendance.domain.hours import HoursClaim, ServiceHours
from services.dispatch.database import mapper, metadata
from shared.db.types import FREE_TEXT, Json, UtcDateTime

_OPEN = text("state IN ('waiting', 'disputed')")

attendance = Table(
    "attendance",
    metadata,
    Column("id", String(60), primary_key=True),
    Column("assignment_id", String(36), nullable=False),
    Column("stop_id", String(36), nullable=False),
    Column("team_code", String(40), nullable=False),
    Column("volunteer_no", String(20), nullable=False),
    Column("on", Date, nullable=False),
    Column("part", String(10), nullable=False),
    Column("marks", Json, nullable=False),
    Column("is_absent", Boolean, nullable=False),
    Column("inside_fence", Boolean, nullable=True),
    Column("event_seq", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Index("ix_attendance_stop", "stop_id"),
    Index("ix_attendance_volunteer", "volunteer_no", "on"),
    Index("ix_attendance_on", "on"),
)

scan = Table(
    "check_in_scan",
    metadata,
    Column("nonce", String(40), primary_key=True),
    Column("stop_id", String(36), nullable=False),
    Column("volunteer_no", String(20), nullable=False),
    Column("assignment_id", String(36), nullable=True),
    Column("way", String(4), nullable=False),
    Column("by", String(4), nullable=False),
    Column("device_at", UtcDateTime, nullable=False),
    Column("device_ahead_seconds", Integer, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("received_at", UtcDateTime, nullable=False),
    Column("inside_fence", Boolean, nullable=True),
    Column("outcome", String(10), nullable=False),
    Column("fault", String(40), nullable=True),
    Index("ix_check_in_scan_stop", "stop_id", "received_at"),
    Index("ix_check_in_scan_received", "received_at"),
)
"""What phones said, each as it was said, whatever came of it. ``at`` is in business time."""

mapper.map_imperatively(Attendance, attendance, version_id_col=attendance.c.version)

service_hours = Table(
    "service_hours",
    metadata,
    Column("id", String(60), primary_key=True),
    Column("assignment_id", String(36), nullable=False),
    Column("stop_id", String(36), nullable=False),
    Column("team_code", String(40), nullable=False),
    Column("volunteer_no", String(20), nullable=False),
    Column("on", Date, nullable=False),
    Column("part", String(10), nullable=False),
    Column("starts_at", UtcDateTime, nullable=False),
    Column("ends_at", UtcDateTime, nullable=False),
    Column("minutes", Integer, nullable=False),
    Column("evidence", String(10), nullable=False),
    Column("state", String(10), nullable=False),
    Column("anomalies", Json, nullable=False),
    Column("settled", Json, nullable=False),
    Column("reason", String(500), nullable=True, info=FREE_TEXT),
    Column("revision", Integer, nullable=False),
    Column("event_seq", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Index("ix_service_hours_volunteer", "volunteer_no", "on"),
    Index("ix_service_hours_stop", "stop_id"),
    Index("ix_service_hours_state", "state", "on"),
    Index("ix_service_hours_team", "team_code", "ends_at"),
    Index("ix_service_hours_on", "on", "stop_id"),
    Index("ix_service_hours_ends", "ends_at"),
)
hours_claim = Table(
    "hours_claim",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("assignment_id", String(36), nullable=False),
    Column("stop_id", String(36), nullable=False),
    Column("team_code", String(40), nullable=False),
    Column("volunteer_no", String(20), nullable=False),
    Column("side", String(10), nullable=False),
    Column("starts_at", UtcDateTime, nullable=False),
    Column("ends_at", UtcDateTime, nullable=False),
    Column("words", String(500), nullable=False, info=FREE_TEXT),
    Column("asked_at", UtcDateTime, nullable=False),
    Column("state", String(10), nullable=False),
    Column("answer", String(500), nullable=True, info=FREE_TEXT),
    Column("answered_at", UtcDateTime, nullable=True),
    Column("decision", String(500), nullable=True, info=FREE_TEXT),
    Column("decided_at", UtcDateTime, nullable=True),
    Column("event_seq", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Index("ix_hours_claim_volunteer", "volunteer_no", "asked_at"),
    Index("ix_hours_claim_team", "team_code", "state"),
    Index("ix_hours_claim_state", "state", "asked_at"),
    Index("ix_hours_claim_asked", "asked_at"),
    Index("ix_hours_claim_ends", "ends_at"),
    # One at a time about a volunteer's hours at a booth.
    Index(
        "uq_hours_claim_open",
        "assignment_id",
        "volunteer_no",
        unique=True,
        postgresql_where=_OPEN,
        sqlite_where=_OPEN,
    ),
)

mapper.map_imperatively(ServiceHours, service_hours, version_id_col=service_hours.c.version)
mapper.map_imperatively(HoursClaim, hours_claim, version_id_col=hours_claim.c.version)
