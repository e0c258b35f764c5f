"""The table of robots, and its mapping."""

from sqlalchemy import Column, Integer, String, Table, Text

from services.notify.database import mapper, metadata
from services.notify.robots.domain.robot import Robot
from shared.db.types import DERIVED, Json, UtcDateTime

robot = Table(
    "robot",
    metadata,
    Column("id", String(20), primary_key=True),
    Column("recipient_id", String(60), nullable=False, index=True),
    Column("vendor", String(10), nullable=False),
    Column("style", String(10), nullable=False),
    Column("name", String(80), nullable=False),
    Column("address_sealed", Text, nullable=False),
    Column("address_index", String(64), nullable=False, unique=True),
    Column("secret_sealed", Text, nullable=True),
    Column("entered_at", UtcDateTime, nullable=False),
    Column("calls", Json, nullable=False, info=DERIVED),
    Column("held_until", UtcDateTime, nullable=True),
    Column("failure", String(80), nullable=True),
    Column("failed_at", UtcDateTime, nullable=True),
    Column("event_seq", Integer, nullable=False),
    Column("version", Integer, nullable=False),
)

mapper.map_imperatively(Robot, robot, version_id_col=robot.c.version)
