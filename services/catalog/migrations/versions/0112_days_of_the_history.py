"""The business days on which an edition went from one step to the next, and on which opinions were given and answered;
and how an opinion came that the corps entered.

Revision ID: 0112
"""

import sqlalchemy as sa
from alembic import op

revision = "0112"
down_revision = "0111"
expands = True

DAYS = {
    "edition": ("survey_opened_on", "consultation_opened_on", "published_on"),
    "opinion": ("said_on", "answered_on"),
}


def upgrade() -> None:
    for table, days in DAYS.items():
        for day in days:
            op.add_column(table, sa.Column(day, sa.Date(), nullable=True))
    op.add_column("opinion", sa.Column("came_by", sa.String(10), nullable=True))


def downgrade() -> None:
    op.drop_column("opinion", "came_by")
    for table, days in DAYS.items():
        for day in reversed(days):
            op.drop_column(table, day)
