"""Attendance and the scans behind it, and the mapping of the domain's class onto them."""

from sqlalchemy import Boolean, Column, Date, Index, Integer, String, Table

from services.dispatch.attendance.domain.attendance import Attendance
from services.dispatch.database import mapper, metadata
from shared.db.types import Json, UtcDateTime

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
