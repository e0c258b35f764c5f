"""What a service item asks of teams and townships; the survey and the consultation that an edition goes through.

Revision ID: 0102
"""

import sqlalchemy as sa
from alembic import op

from shared.db.types import Json

revision = "0102"
down_revision = "0101"
expands = True


def upgrade() -> None:
    for table, columns in _columns().items():
        for column in columns:
            op.add_column(table, column)


def downgrade() -> None:
    for table, columns in _columns().items():
        for column in reversed(columns):
            op.drop_column(table, column.name)


def _columns() -> dict[str, list[sa.Column[object]]]:
    return {
        "edition": [
            sa.Column("based_on", sa.String(40), nullable=True),
            sa.Column("survey_until", sa.Date(), nullable=True),
            sa.Column("consultation_until", sa.Date(), nullable=True),
            sa.Column(
                "residents_may_speak", sa.Boolean(), server_default=sa.false(), nullable=False
            ),
        ],
        "service_item": [
            sa.Column("mode", sa.String(10), server_default="booth", nullable=False),
            sa.Column("residents_per_volunteer", sa.Integer(), nullable=True),
            sa.Column("notice_days", sa.Integer(), server_default="0", nullable=False),
            sa.Column("weekly_capacity", sa.Integer(), nullable=True),
            sa.Column("township_provides", Json, server_default="[]", nullable=False),
            sa.Column("qualification", sa.String(80), nullable=True),
            sa.Column("risks", sa.String(500), nullable=True),
        ],
    }
