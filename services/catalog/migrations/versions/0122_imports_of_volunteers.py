"""Imports of volunteers: for which team one is, who sent it, and whether a leader did.

Revision ID: 0122
"""

import sqlalchemy as sa
from alembic import op

revision = "0122"
down_revision = "0121"
expands = True


def upgrade() -> None:
    with op.batch_alter_table("directory_import", schema=None) as batch_op:
        batch_op.add_column(sa.Column("sent_by", sa.String(length=80), nullable=True))
        batch_op.add_column(sa.Column("team_code", sa.String(length=40), nullable=True))
        batch_op.add_column(
            sa.Column("by_leader", sa.Boolean(), server_default=sa.false(), nullable=False)
        )
        batch_op.create_index(
            batch_op.f("ix_directory_import_team_code"), ["team_code"], unique=False
        )


def downgrade() -> None:
    with op.batch_alter_table("directory_import", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_directory_import_team_code"))
        batch_op.drop_column("by_leader")
        batch_op.drop_column("team_code")
        batch_op.drop_column("sent_by")
