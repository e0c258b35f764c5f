"""Townships wish for what the menu lacks; wishes that mean the same get one answer.

Revision ID: 0106
"""

import sqlalchemy as sa
from alembic import op

from shared.db.types import UtcDateTime

revision = "0106"
down_revision = "0105"
expands = True


def upgrade() -> None:
    op.create_table(
        "wish",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("township_code", sa.String(length=12), nullable=False),
        sa.Column("came_by", sa.String(length=10), nullable=False),
        sa.Column("what", sa.String(length=500), nullable=False),
        sa.Column("residents", sa.Integer(), nullable=False),
        sa.Column("timing", sa.String(length=500), nullable=True),
        sa.Column("purpose", sa.String(length=500), nullable=True),
        sa.Column("said_at", UtcDateTime(), nullable=False),
        sa.Column("group_id", sa.String(length=36), nullable=False),
        sa.Column("likeness", sa.SmallInteger(), nullable=True),
        sa.Column("is_confirmed", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("event_seq", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("number"),
    )
    with op.batch_alter_table("wish", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_wish_group_id"), ["group_id"], unique=False)
        batch_op.create_index("ix_wish_state", ["state", "id"], unique=False)
        batch_op.create_index("ix_wish_township", ["township_code", "id"], unique=False)

    op.create_table(
        "wish_group",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("answer", sa.String(length=500), nullable=True),
        sa.Column("edition_id", sa.String(length=40), nullable=True),
        sa.Column("item_code", sa.String(length=40), nullable=True),
        sa.Column("item_name", sa.String(length=80), nullable=True),
        sa.Column("item_name_en", sa.String(length=80), nullable=True),
        sa.Column("reason_code", sa.String(length=40), nullable=True),
        sa.Column("answered_at", UtcDateTime(), nullable=True),
        sa.Column("event_seq", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("wish_group", schema=None) as batch_op:
        batch_op.create_index("ix_wish_group_edition", ["edition_id", "state"], unique=False)
        batch_op.create_index("ix_wish_group_state", ["state", "id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("wish_group", schema=None) as batch_op:
        batch_op.drop_index("ix_wish_group_state")
        batch_op.drop_index("ix_wish_group_edition")

    op.drop_table("wish_group")
    with op.batch_alter_table("wish", schema=None) as batch_op:
        batch_op.drop_index("ix_wish_township")
        batch_op.drop_index("ix_wish_state")
        batch_op.drop_index(batch_op.f("ix_wish_group_id"))

    op.drop_table("wish")
