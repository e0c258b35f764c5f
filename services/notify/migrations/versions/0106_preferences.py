"""How each recipient wants to be told, who stands in for it, and addresses that are confirmed by a code.

Revision ID: 0106
"""

import sqlalchemy as sa
from alembic import op

from shared.db.types import Json, UtcDateTime

revision = "0106"
down_revision = "0105"
expands = True


def upgrade() -> None:
    op.add_column("recipient", sa.Column("mobile_sealed", sa.Text(), nullable=True))
    op.add_column("recipient", sa.Column("stand_in_id", sa.String(60), nullable=True))
    op.add_column("recipient", sa.Column("stand_in_until_on", sa.Date(), nullable=True))
    op.create_table(
        "preference",
        sa.Column("recipient_id", sa.String(60), primary_key=True),
        sa.Column("channels", Json, nullable=False),
        sa.Column("quiet_from", sa.String(5), nullable=True),
        sa.Column("quiet_until", sa.String(5), nullable=True),
        sa.Column("event_seq", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
    )
    op.create_table(
        "address_claim",
        sa.Column("id", sa.String(70), primary_key=True),
        sa.Column("recipient_id", sa.String(60), nullable=False),
        sa.Column("channel", sa.String(10), nullable=False),
        sa.Column("address_sealed", sa.Text(), nullable=False),
        sa.Column("code_hash", sa.String(64), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("event_seq", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
    )
    op.create_index("ix_address_claim_recipient_id", "address_claim", ["recipient_id"])
    op.create_table(
        "code_request",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("recipient_id", sa.String(60), nullable=False),
        sa.Column("channel", sa.String(10), nullable=False),
        sa.Column("address_index", sa.String(64), nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
    )
    op.create_index("ix_code_request_recipient", "code_request", ["recipient_id", "asked_at"])
    op.create_index("ix_code_request_address", "code_request", ["address_index", "asked_at"])
    op.create_index("ix_code_request_asked", "code_request", ["asked_at"])


def downgrade() -> None:
    for table in ("code_request", "address_claim", "preference"):
        op.drop_table(table)
    op.drop_column("recipient", "stand_in_until_on")
    op.drop_column("recipient", "stand_in_id")
    op.drop_column("recipient", "mobile_sealed")
