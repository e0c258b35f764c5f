"""Tables, and the imperative mapping of the domain's classes onto them."""

from sqlalchemy import BigInteger, Column, Date, Float, Integer, MetaData, String, Table, Text
from sqlalchemy.orm import registry

from services.catalog.domain.account import Account, Invitation
from services.catalog.domain.campaign import Campaign
from services.catalog.domain.directory import Agency, Category, ServiceItem, Team, Township
from services.catalog.domain.edition import Edition
from services.catalog.domain.sign_in import Failures, Grant
from services.catalog.domain.volunteer import PersonRequest, Volunteer
from shared.db.types import Json, UtcDateTime

metadata = MetaData()
_mapper = registry(metadata=metadata)


def _entry(name: str, *columns: Column[object]) -> Table:
    return Table(
        name,
        metadata,
        Column("code", String(40), primary_key=True),
        Column("name", String(80), nullable=False),
        Column("name_en", String(80), nullable=False),
        *columns,
        Column("event_seq", Integer, nullable=False),
        Column("version", Integer, nullable=False),
    )


agency = _entry("agency")
category = _entry("category")
township = _entry("township", Column("lat", Float, nullable=False), Column("lon", Float, nullable=False))
team = _entry(
    "team",
    Column("agency_code", String(40), nullable=False, index=True),
    Column("members", Integer, nullable=False),
    Column("state", String(10), nullable=False, server_default="active"),
)
service_item = _entry(
    "service_item",
    Column("category_code", String(40), nullable=False, index=True),
    Column("teams", Json, nullable=False),
    Column("volunteers_needed", Integer, nullable=False),
    Column("minutes_per_resident", Integer, nullable=False),
)
campaign = _entry(
    "campaign",
    Column("starts_on", Date, nullable=False),
    Column("ends_on", Date, nullable=False),
    Column("themes", Json, nullable=False),
    Column("state", String(10), nullable=False),
    Column("revision", Integer, nullable=False),
)
edition = Table(
    "edition",
    metadata,
    Column("code", String(40), primary_key=True),
    Column("title", String(80), nullable=False),
    Column("effective_on", Date, nullable=False),
    Column("retires_on", Date, nullable=False),
    Column("item_codes", Json, nullable=False),
    Column("state", String(20), nullable=False),
    Column("menu", Json, nullable=False),
    Column("orders_against_withdrawal", Integer, nullable=True),
    Column("event_seq", Integer, nullable=False),
    Column("version", Integer, nullable=False),
)

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
volunteer_number = Table("volunteer_number", metadata, Column("last", Integer, primary_key=True, autoincrement=False))
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

account = Table(
    "account",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("login", String(80), nullable=False, unique=True),
    Column("password_hash", String(200), nullable=True),
    Column("roles", Json, nullable=False),
    Column("township_code", String(12), nullable=True),
    Column("team_code", String(40), nullable=True),
    Column("volunteer_no", String(20), nullable=True, unique=True),
    Column("state", String(10), nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    Column("totp_sealed", Text, nullable=True),
    Column("totp_counter", BigInteger, nullable=False),
    Column("event_seq", Integer, nullable=False),
    Column("version", Integer, nullable=False),
)
invitation = Table(
    "invitation",
    metadata,
    Column("account_id", String(36), primary_key=True),
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("expires_at", UtcDateTime, nullable=False),
)
sign_in_failure = Table(
    "sign_in_failure",
    metadata,
    Column("key", String(120), primary_key=True),
    Column("count", Integer, nullable=False),
    Column("blocked_until", UtcDateTime, nullable=True),
    Column("last_at", UtcDateTime, nullable=True, index=True),
)
sign_in_grant = Table(
    "sign_in_grant",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("kind", String(10), nullable=False),
    Column("family", String(36), nullable=False, index=True),
    Column("account_id", String(36), nullable=False, index=True),
    Column("client_id", String(40), nullable=False),
    Column("redirect_uri", String(400), nullable=False),
    Column("challenge", String(60), nullable=False),
    Column("scope", String(400), nullable=False),
    Column("nonce", String(400), nullable=False),
    Column("began_at", UtcDateTime, nullable=False),
    Column("issued_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False, index=True),
    Column("used_at", UtcDateTime, nullable=True),
)
"""Authorization codes and refresh tokens, by the SHA-256 of what was given out."""

SEALED = (account.c.totp_sealed, volunteer.c.name_sealed, volunteer.c.phone_sealed, volunteer.c.identity_sealed)

for _class, _table in (
    (Agency, agency),
    (Category, category),
    (Township, township),
    (Team, team),
    (ServiceItem, service_item),
    (Campaign, campaign),
    (Edition, edition),
    (Volunteer, volunteer),
    (PersonRequest, person_request),
    (Account, account),
):
    _mapper.map_imperatively(_class, _table, version_id_col=_table.c.version)
_mapper.map_imperatively(Failures, sign_in_failure)
_mapper.map_imperatively(Grant, sign_in_grant)
_mapper.map_imperatively(Invitation, invitation)
