"""Why a stop was moved or called off, or a team does not come: a code beside the words.

Revision ID: 0010
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
expands = True


def upgrade() -> None:
    op.add_column("stop", sa.Column("reason_code", sa.String(40), nullable=True))
    op.add_column("assignment", sa.Column("reason_code", sa.String(40), nullable=True))


def downgrade() -> None:
    op.drop_column("assignment", "reason_code")
    op.drop_column("stop", "reason_code")
