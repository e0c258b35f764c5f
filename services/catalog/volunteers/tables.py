"""Tables, and the imperative mapping of the domain classes onto them."""

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
)

from services.catalog.database import mapper, metadata
from services.catalog.volunteers.domain import PersonRequest, Qualification, Volunteer
from shared.db.types import FREE_TEXT, Json, UtcDateTime

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
    Column("name_index", String(64), nullable=True, index=True),
    Column("phone_index", String(64), nullable=True, index=True),
    Column("merged_into", String(20), nullable=True, index=True),
    Column("consent_at", UtcDateTime, nullable=False),
    Column("consent_version", String(40), nullable=False),
    Column("skills", Json, nullable=False, server_default="[]"),
    Column("consents", Json, nullable=False, server_default="[]"),
    Column("agreement_until", Date, nullable=True),
    Column("novice_until", Date, nullable=True),
    Column("novice", Boolean, nullable=False, server_default=false()),
    Column("minor", Boolean, nullable=False, server_default=false()),
    Column("adult_on_sealed", Text, nullable=True),
    Column("guardian_consent_on", Date, nullable=True),
    Column("event_seq", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Index("ix_volunteer_novice", "novice", "novice_until"),
    Index("ix_volunteer_minor", "minor", "no"),
)

qualification = Table(
    "qualification",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("volunteer_no", String(20), nullable=False),
    Column("name", String(80), nullable=False),
    Column("matched_name", String(80), nullable=False),
    Column("granted_on", Date, nullable=False),
    Column("expires_on", Date, nullable=True),
    Column("state", String(10), nullable=False),
    Column("announced", String(10), nullable=False),
    Column("reason_code", String(40), nullable=True),
    Column("reason", Text, nullable=True, info=FREE_TEXT),
    Column("event_seq", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    UniqueConstraint("volunteer_no", "matched_name", name="uq_qualification_held_once"),
    Index("ix_qualification_expiry", "state", "announced", "expires_on"),
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

SEALED = (
    volunteer.c.name_sealed,
    volunteer.c.phone_sealed,
    volunteer.c.identity_sealed,
    volunteer.c.adult_on_sealed,
)

mapper.map_imperatively(Volunteer, volunteer, version_id_col=volunteer.c.version)
mapper.map_imperatively(Qualification, qualification, version_id_col=qualification.c.version)
mapper.map_imperatively(PersonRequest, person_request, version_id_col=person_request.c.version)
