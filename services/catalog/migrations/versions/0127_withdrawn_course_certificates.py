"""Certificates of courses can be withdrawn, with a reason.

Revision ID: 0127
"""

import sqlalchemy as sa
from alembic import op

revision = "0127"
down_revision = "0126"
expands = True


def upgrade() -> None:
    with op.batch_alter_table("course_enrolment", schema=None) as batch_op:
        batch_op.add_column(sa.Column("withdrawn_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("withdrawal_code", sa.String(length=40), nullable=True))
        batch_op.add_column(sa.Column("withdrawal_reason", sa.String(length=500), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("course_enrolment", schema=None) as batch_op:
        batch_op.drop_column("withdrawal_reason")
        batch_op.drop_column("withdrawal_code")
        batch_op.drop_column("withdrawn_on")
