"""Both sides confirm a stop's half-day until a day, or ask for another. Stops from before have no such day: nobody is
reminded of them.

Revision ID: 0109
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0109"
down_revision = "0108"
expands = True

JSON_OR_NULL = sa.JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")


def upgrade() -> None:
    with op.batch_alter_table("assignment") as batch_op:
        batch_op.add_column(sa.Column("answer_by", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("reminded_for", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("overdue_for", sa.Date(), nullable=True))

    with op.batch_alter_table("stop") as batch_op:
        batch_op.add_column(sa.Column("confirm_by", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("township_answer", sa.String(length=20), nullable=True))
        batch_op.add_column(sa.Column("answered_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("reminded_for", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("overdue_for", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("other_days", JSON_OR_NULL, nullable=True))
        batch_op.add_column(sa.Column("day_kept", JSON_OR_NULL, nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("stop") as batch_op:
        batch_op.drop_column("day_kept")
        batch_op.drop_column("other_days")
        batch_op.drop_column("overdue_for")
        batch_op.drop_column("reminded_for")
        batch_op.drop_column("answered_on")
        batch_op.drop_column("township_answer")
        batch_op.drop_column("confirm_by")

    with op.batch_alter_table("assignment") as batch_op:
        batch_op.drop_column("overdue_for")
        batch_op.drop_column("reminded_for")
        batch_op.drop_column("answer_by")
