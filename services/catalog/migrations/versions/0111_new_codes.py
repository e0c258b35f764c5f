"""A township that gets another division code.

Revision ID: 0111
"""

import sqlalchemy as sa
from alembic import op

revision = "0111"
down_revision = "0110"
expands = True


def upgrade() -> None:
    op.add_column("township", sa.Column("former_code", sa.String(12), nullable=True))
    op.add_column("township", sa.Column("new_code", sa.String(12), nullable=True))
    op.add_column(
        "township", sa.Column("is_former", sa.Boolean(), server_default=sa.false(), nullable=False)
    )


def downgrade() -> None:
    op.drop_column("township", "is_former")
    op.drop_column("township", "new_code")
    op.drop_column("township", "former_code")
