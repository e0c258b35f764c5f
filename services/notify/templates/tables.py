"""The tables of the corps' own wordings, and their mapping."""

from sqlalchemy import Column, Integer, String, Table, Text

from services.notify.database import mapper, metadata
from services.notify.templates.domain import MessageTemplate
from shared.db.types import UtcDateTime

message_template = Table(
    "message_template",
    metadata,
    Column("code", String(60), primary_key=True),
    Column("number", Integer, nullable=False),
    Column("subject", Text, nullable=True),
    Column("text", Text, nullable=True),
    Column("subject_en", Text, nullable=True),
    Column("text_en", Text, nullable=True),
    Column("saved_at", UtcDateTime, nullable=False),
    Column("event_seq", Integer, nullable=False),
    Column("version", Integer, nullable=False),
)

template_version = Table(
    "template_version",
    metadata,
    Column("code", String(60), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("saved_at", UtcDateTime, nullable=False),
    Column("by_id", String(36), nullable=False),
    Column("restored", Integer, nullable=True),
    Column("subject", Text, nullable=True),
    Column("text", Text, nullable=True),
    Column("subject_en", Text, nullable=True),
    Column("text_en", Text, nullable=True),
)
"""Every wording that ever held. ``restored`` is the version whose words it took again; 0: those of the release."""

mapper.map_imperatively(
    MessageTemplate, message_template, version_id_col=message_template.c.version
)
