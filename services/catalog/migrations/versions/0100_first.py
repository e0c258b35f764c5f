"""The first schema of catalog.

Revision ID: 0100
"""

import sqlalchemy as sa
from alembic import op

from shared.audit.schema import create_audit_tables_v1, drop_audit_tables_v1
from shared.db.types import Json, UtcDateTime
from shared.identity.schema import create_revocation_table_v1, drop_revocation_table_v1
from shared.messaging.schema import create_messaging_tables_v1, drop_messaging_tables_v1
from shared.privacy.schema import create_person_table_v1, drop_person_table_v1

revision = "0100"
down_revision = None


def upgrade() -> None:
    create_messaging_tables_v1()
    create_revocation_table_v1()
    create_audit_tables_v1()
    create_person_table_v1()
    op.create_table(
        "account",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("login", sa.String(80), nullable=False, unique=True),
        sa.Column("password_hash", sa.String(200), nullable=True),
        sa.Column("roles", Json, nullable=False),
        sa.Column("township_code", sa.String(12), nullable=True),
        sa.Column("team_code", sa.String(40), nullable=True),
        sa.Column("volunteer_no", sa.String(20), nullable=True, unique=True),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("totp_sealed", sa.Text(), nullable=True),
        sa.Column("totp_counter", sa.BigInteger(), nullable=False),
        sa.Column("event_seq", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
    )
    op.create_table(
        "agency",
        sa.Column("code", sa.String(40), primary_key=True),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("name_en", sa.String(80), nullable=False),
        sa.Column("event_seq", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
    )
    op.create_table(
        "campaign",
        sa.Column("code", sa.String(40), primary_key=True),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("name_en", sa.String(80), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("themes", Json, nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("event_seq", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
    )
    op.create_table(
        "category",
        sa.Column("code", sa.String(40), primary_key=True),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("name_en", sa.String(80), nullable=False),
        sa.Column("event_seq", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
    )
    op.create_table(
        "edition",
        sa.Column("code", sa.String(40), primary_key=True),
        sa.Column("title", sa.String(80), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("retires_on", sa.Date(), nullable=False),
        sa.Column("item_codes", Json, nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("menu", Json, nullable=False),
        sa.Column("orders_against_withdrawal", sa.Integer(), nullable=True),
        sa.Column("event_seq", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
    )
    op.create_table(
        "invitation",
        sa.Column("account_id", sa.String(36), primary_key=True),
        sa.Column("token_hash", sa.String(64), nullable=False, unique=True),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
    )
    op.create_table(
        "person_request",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("volunteer_no", sa.String(20), nullable=False),
        sa.Column("purpose", sa.String(10), nullable=False),
        sa.Column("requested_at", UtcDateTime(), nullable=False),
        sa.Column("answers", Json, nullable=False),
        sa.Column("awaited", Json, nullable=False),
        sa.Column("event_seq", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
    )
    op.create_index("ix_person_request_volunteer_no", "person_request", ["volunteer_no"])
    op.create_table(
        "service_item",
        sa.Column("code", sa.String(40), primary_key=True),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("name_en", sa.String(80), nullable=False),
        sa.Column("category_code", sa.String(40), nullable=False),
        sa.Column("teams", Json, nullable=False),
        sa.Column("volunteers_needed", sa.Integer(), nullable=False),
        sa.Column("minutes_per_resident", sa.Integer(), nullable=False),
        sa.Column("event_seq", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
    )
    op.create_index("ix_service_item_category_code", "service_item", ["category_code"])
    op.create_table(
        "sign_in_failure",
        sa.Column("key", sa.String(120), primary_key=True),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("blocked_until", UtcDateTime(), nullable=True),
        sa.Column("last_at", UtcDateTime(), nullable=True),
    )
    op.create_index("ix_sign_in_failure_last_at", "sign_in_failure", ["last_at"])
    op.create_table(
        "sign_in_grant",
        sa.Column("hash", sa.String(64), primary_key=True),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("family", sa.String(36), nullable=False),
        sa.Column("account_id", sa.String(36), nullable=False),
        sa.Column("client_id", sa.String(40), nullable=False),
        sa.Column("redirect_uri", sa.String(400), nullable=False),
        sa.Column("challenge", sa.String(60), nullable=False),
        sa.Column("scope", sa.String(400), nullable=False),
        sa.Column("nonce", sa.String(400), nullable=False),
        sa.Column("began_at", UtcDateTime(), nullable=False),
        sa.Column("issued_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("used_at", UtcDateTime(), nullable=True),
    )
    op.create_index("ix_sign_in_grant_account_id", "sign_in_grant", ["account_id"])
    op.create_index("ix_sign_in_grant_expires_at", "sign_in_grant", ["expires_at"])
    op.create_index("ix_sign_in_grant_family", "sign_in_grant", ["family"])
    op.create_table(
        "team",
        sa.Column("code", sa.String(40), primary_key=True),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("name_en", sa.String(80), nullable=False),
        sa.Column("agency_code", sa.String(40), nullable=False),
        sa.Column("members", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(10), nullable=False, server_default="active"),
        sa.Column("event_seq", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
    )
    op.create_index("ix_team_agency_code", "team", ["agency_code"])
    op.create_table(
        "township",
        sa.Column("code", sa.String(40), primary_key=True),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("name_en", sa.String(80), nullable=False),
        sa.Column("lat", sa.Float(), nullable=False),
        sa.Column("lon", sa.Float(), nullable=False),
        sa.Column("event_seq", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
    )
    op.create_table(
        "volunteer",
        sa.Column("no", sa.String(20), primary_key=True),
        sa.Column("team_code", sa.String(40), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("name_sealed", sa.Text(), nullable=True),
        sa.Column("phone_sealed", sa.Text(), nullable=True),
        sa.Column("identity_sealed", sa.Text(), nullable=True),
        sa.Column("identity_index", sa.String(64), nullable=True, unique=True),
        sa.Column("consent_at", UtcDateTime(), nullable=False),
        sa.Column("consent_version", sa.String(40), nullable=False),
        sa.Column("event_seq", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
    )
    op.create_index("ix_volunteer_team_code", "volunteer", ["team_code"])
    number = op.create_table(
        "volunteer_number", sa.Column("last", sa.Integer(), primary_key=True, autoincrement=False)
    )
    op.bulk_insert(number, [{"last": 0}])


def downgrade() -> None:
    for table in (
        "volunteer_number",
        "volunteer",
        "township",
        "team",
        "sign_in_grant",
        "sign_in_failure",
        "service_item",
        "person_request",
        "invitation",
        "edition",
        "category",
        "campaign",
        "agency",
        "account",
    ):
        op.drop_table(table)
    drop_person_table_v1()
    drop_audit_tables_v1()
    drop_revocation_table_v1()
    drop_messaging_tables_v1()
