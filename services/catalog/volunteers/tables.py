"""Tables, and the imperative mapping of the domain classes onto them."""

from sqlalchemy import Column, Integer, String, Table, Text

from services.catalog.database import mapper, metadata
from services.catalog.volunteers.domain import PersonRequest, Volunteer
from shared.db.types import Json, UtcDateTime

volunteer = Table(
    "volunteer",
    metadata,
    Column("no", String(20), primary_key=True),
    Column("team_code", String(40), nullable=False, index=True),
    Column("state", String(10), nullable=False),
    Column("name_sealed", Text, nullable=True),
    Column("phone_sealed", Text, nullable=True),
    Column("identity_sealed", Text, nullable=True),
    Column("identity_index", String(64), nullable=True, unique=True),
    Column("consent_at", UtcDateTime, nullable=False),
    Column("consent_version", String(40), nullable=False),
    Column("event_seq", Integer, nullable=False),
    Column("version", Integer, nullable=False),
)

volunteer_number = Table(
    "volunteer_number", metadata, Column("last", Integer, primary_key=True, autoincrement=False)
)
"""One row: the number that the newest volunteer got."""

person_request = Table(
    "person_request",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("volunteer_no", String(20), nullable=False, index=True),
    Column("purpose", String(10), nullable=False),
    Column("requested_at", UtcDateTime, nullable=False),
    Column("answers", Json, nullable=False),
    Column("awaited", Json, nullable=False),
    Column("event_seq", Integer, nullable=False),
    Column("version", Integer, nullable=False),
)

SEALED = (volunteer.c.name_sealed, volunteer.c.phone_sealed, volunteer.c.identity_sealed)

mapper.map_imperatively(Volunteer, volunteer, version_id_col=volunteer.c.version)
mapper.map_imperatively(PersonRequest, person_request, version_id_col=person_request.c.version)
