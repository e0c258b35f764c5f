"""Accounts and their sign-ins.

Revision ID: 0005
"""

import sqlalchemy as sa
from alembic import op

from shared.db.types import Json, UtcDateTime

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "account",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("login", sa.String(80), nullable=False, unique=True),
        sa.Column("password_hash", sa.String(200), nullable=False),
        sa.Column("roles", Json, nullable=False),
        sa.Column("township_code", sa.String(12), nullable=True),
        sa.Column("team_code", sa.String(40), nullable=True),
        sa.Column("volunteer_no", sa.String(20), nullable=True),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("totp_sealed", sa.Text(), nullable=True),
        sa.Column("totp_counter", sa.BigInteger(), nullable=False),
        sa.Column("event_seq", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
    )
    op.create_table(
        "sign_in_failure",
        sa.Column("key", sa.String(120), primary_key=True),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("blocked_until", UtcDateTime(), nullable=True),
        sa.Column("last_at", UtcDateTime(), nullable=True),
    )
    op.create_table(
        "sign_in_grant",
        sa.Column("hash", sa.String(64), primary_key=True),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("family", sa.String(36), nullable=False),
        sa.Column("account_id", sa.String(36), nullable=False),
        sa.Column("client_id", sa.String(40), nullable=False),
        sa.Column("redirect_uri", sa.String(400), nullable=False),
        sa.Column("challenge", sa.String(60), nullable=False),
        sa.Column("issued_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("used_at", UtcDateTime(), nullable=True),
    )
    for column in ("family", "account_id", "expires_at"):
        op.create_index(f"ix_sign_in_grant_{column}", "sign_in_grant", [column])


def downgrade() -> None:
    for table in ("sign_in_grant", "sign_in_failure", "account"):
        op.drop_table(table)
