"""What townships get ready for stops, as the items there ask for.

Items that were announced before ask for nothing here until they change.

Revision ID: 0118
"""

import sqlalchemy as sa
from alembic import op

from shared.db.types import Json

revision = "0118"
down_revision = "0117"
expands = True


def upgrade() -> None:
    op.create_table(
        "preparation",
        sa.Column("stop_id", sa.String(length=36), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("part", sa.String(length=10), nullable=False),
        sa.Column("ready", Json, nullable=False),
        sa.Column("said_on", sa.Date(), nullable=True),
        sa.Column("reminded_for", sa.Date(), nullable=True),
        sa.Column("event_seq", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["stop_id"], ["stop.id"]),
        sa.PrimaryKeyConstraint("stop_id"),
    )
    with op.batch_alter_table("item", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("township_provides", Json, server_default="[]", nullable=False)
        )


def downgrade() -> None:
    with op.batch_alter_table("item", schema=None) as batch_op:
        batch_op.drop_column("township_provides")

    op.drop_table("preparation")
