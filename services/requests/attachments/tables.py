"""Tables, and the imperative mapping of the domain class onto them."""

from datetime import timedelta

from sqlalchemy import Column, ForeignKey, Integer, String, Table

from services.requests.attachments.domain.attachment import Attachment
from services.requests.database import mapper, metadata
from shared.db.types import FREE_TEXT, UtcDateTime
from shared.privacy.retention import older_than

attachment = Table(
    "attachment",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("order_id", String(36), ForeignKey("service_order.id"), nullable=False, index=True),
    Column("name", String(80), nullable=False, info=FREE_TEXT),
    Column("media_type", String(20), nullable=False),
    Column("size", Integer, nullable=False),
    Column("made_at", UtcDateTime, nullable=False, index=True),
    Column("made_by", String(40), nullable=True),
    Column("event_seq", Integer, nullable=False),
    Column("version", Integer, nullable=False),
)

KEPT = timedelta(days=2 * 365)
"""As long as an order says whom it is about; then the row goes, and the file with the next tidying."""

OLD_ATTACHMENTS = older_than(attachment.c.made_at, KEPT)

mapper.map_imperatively(Attachment, attachment, version_id_col=attachment.c.version)
