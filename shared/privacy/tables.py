"""What every service that answers about persons has in its store."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from sqlalchemy import Column, Integer, MetaData, String, Table, Text
from sqlalchemy.orm import registry

from shared.db.types import UtcDateTime
from shared.kernel.aggregate import Aggregate

metadata = MetaData()

person_part = Table(
    "person_part",
    metadata,
    Column("request_id", String(36), primary_key=True),
    Column("volunteer_no", String(20), nullable=False, index=True),
    Column("records", Integer, nullable=False),
    Column("data_sealed", Text, nullable=True),
    Column("made_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False, index=True),
    Column("event_seq", Integer, nullable=False),
    Column("version", Integer, nullable=False),
)


@dataclass(eq=False, kw_only=True)
class PersonPart(Aggregate):
    """A service's part of what was asked about a volunteer, kept until ``expires_at``. ``data_sealed`` is what
    it held, None when it was to be deleted; ``records`` how many records that was."""

    kind: ClassVar[str] = "person_part"

    request_id: str
    volunteer_no: str
    records: int
    data_sealed: str | None
    made_at: datetime
    expires_at: datetime

    @property
    def key(self) -> str:
        return self.request_id


registry(metadata=metadata).map_imperatively(
    PersonPart, person_part, version_id_col=person_part.c.version
)
