"""The table, and the imperative mapping of the domain class onto it."""

from sqlalchemy import Column, Date, Index, Integer, String, Table, Text

from services.catalog.contacts.domain import Contact
from services.catalog.database import mapper, metadata

contact = Table(
    "contact",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("holder", String(10), nullable=False),
    Column("code", String(40), nullable=False),
    Column("state", String(10), nullable=False),
    Column("entered_on", Date, nullable=False),
    Column("valid_until", Date, nullable=True),
    Column("ended_on", Date, nullable=True),
    Column("name_sealed", Text, nullable=True),
    Column("duty_sealed", Text, nullable=True),
    Column("office_phone_sealed", Text, nullable=True),
    Column("mobile_phone_sealed", Text, nullable=True),
    Column("mobile_index", String(64), nullable=True, index=True),
    Column("event_seq", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Index("ix_contact_of", "holder", "code", "state", "entered_on"),
    Index("ix_contact_valid_until", "state", "valid_until"),
)

SEALED = (
    contact.c.name_sealed,
    contact.c.duty_sealed,
    contact.c.office_phone_sealed,
    contact.c.mobile_phone_sealed,
)

mapper.map_imperatively(Contact, contact, version_id_col=contact.c.version)
