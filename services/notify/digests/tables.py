"""Tables, and the imperative mapping of the domain's classes onto them."""

from sqlalchemy import Column, Date, Integer, String, Table

from services.notify.database import mapper, metadata
from services.notify.digests.domain.digest import Digest
from services.notify.digests.domain.edition import Edition
from services.notify.digests.domain.stop import Stop
from shared.db.types import Json, UtcDateTime

edition = Table(
    "edition",
    metadata,
    Column("id", String(60), primary_key=True),
    Column("title", String(80), nullable=False),
    Column("effective_on", Date, nullable=False),
    Column("retires_on", Date, nullable=False),
    Column("items", Integer, nullable=False),
    Column("published_at", UtcDateTime, nullable=False),
    Column("withdrawn_at", UtcDateTime, nullable=True),
    Column("event_seq", Integer, nullable=False),
    Column("version", Integer, nullable=False),
)
stop = Table(
    "stop",
    metadata,
    Column("id", String(60), primary_key=True),
    Column("plan_id", String(60), nullable=False),
    Column("state", String(20), nullable=False),
    Column("booths", Json, nullable=False),
    Column("event_seq", Integer, nullable=False),
    Column("version", Integer, nullable=False),
)
digest = Table(
    "digest",
    metadata,
    Column("id", String(80), primary_key=True),
    Column("plan_id", String(60), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("happened_at", UtcDateTime, nullable=False),
    Column("state", String(10), nullable=False),
    Column("stops", Integer, nullable=False),
    Column("assignments", Integer, nullable=False),
    Column("unserved", Integer, nullable=False),
    Column("announced", Json, nullable=True),
    Column("event_seq", Integer, nullable=False),
    Column("version", Integer, nullable=False),
)
digest_entry = Table(
    "digest_entry",
    metadata,
    Column("event_id", String(140), primary_key=True),
    Column("digest_id", String(80), nullable=False, index=True),
    Column("kind", String(10), nullable=False),
    Column("data", Json, nullable=False),
)
"""The events that a digest has gathered, until it is written. One row an event, whatever comes twice."""


mapper.map_imperatively(Edition, edition, version_id_col=edition.c.version)
mapper.map_imperatively(Stop, stop, version_id_col=stop.c.version)
mapper.map_imperatively(Digest, digest, version_id_col=digest.c.version)
