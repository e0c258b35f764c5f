"""What townships wished for is asked about in surveys, and teams answer.

Revision ID: 0110
"""

import sqlalchemy as sa
from alembic import op

revision = "0110"
down_revision = "0109"
expands = True


def upgrade() -> None:
    op.create_table(
        "wished_item",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("edition_code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("name_en", sa.String(length=80), nullable=False),
        sa.Column("wishes", sa.Integer(), nullable=False),
        sa.Column("residents", sa.Integer(), nullable=False),
        sa.Column("item_code", sa.String(length=40), nullable=True),
        sa.Column("event_seq", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("wished_item", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_wished_item_edition_code"), ["edition_code"], unique=False
        )

    op.create_table(
        "wished_offer",
        sa.Column("id", sa.String(length=80), nullable=False),
        sa.Column("wished_id", sa.String(length=36), nullable=False),
        sa.Column("team_code", sa.String(length=40), nullable=False),
        sa.Column("can_offer", sa.Boolean(), nullable=False),
        sa.Column("remark", sa.String(length=500), nullable=True),
        sa.Column("said_on", sa.Date(), nullable=False),
        sa.Column("event_seq", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("wished_offer", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_wished_offer_wished_id"), ["wished_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("wished_offer", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_wished_offer_wished_id"))

    op.drop_table("wished_offer")
    with op.batch_alter_table("wished_item", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_wished_item_edition_code"))

    op.drop_table("wished_item")
