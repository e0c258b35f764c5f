"""Whom one may call at an agency, a team or a township.

Revision ID: 0114
"""

import sqlalchemy as sa
from alembic import op

revision = "0114"
down_revision = "0113"
expands = True


def upgrade() -> None:
    op.create_table(
        "contact",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("holder", sa.String(length=10), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("entered_on", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("name_sealed", sa.Text(), nullable=True),
        sa.Column("duty_sealed", sa.Text(), nullable=True),
        sa.Column("office_phone_sealed", sa.Text(), nullable=True),
        sa.Column("mobile_phone_sealed", sa.Text(), nullable=True),
        sa.Column("mobile_index", sa.String(length=64), nullable=True),
        sa.Column("event_seq", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("contact", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_contact_mobile_index"), ["mobile_index"], unique=False)
        batch_op.create_index(
            "ix_contact_of", ["holder", "code", "state", "entered_on"], unique=False
        )
        batch_op.create_index("ix_contact_valid_until", ["state", "valid_until"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("contact", schema=None) as batch_op:
        batch_op.drop_index("ix_contact_valid_until")
        batch_op.drop_index("ix_contact_of")
        batch_op.drop_index(batch_op.f("ix_contact_mobile_index"))

    op.drop_table("contact")
