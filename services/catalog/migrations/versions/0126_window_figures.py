"""Monthly figures of windows, by which those of one kind are compared.

Revision ID: 0126
"""

import sqlalchemy as sa
from alembic import op

revision = "0126"
down_revision = "0125"
expands = True


def upgrade() -> None:
    op.create_table(
        "window_figure",
        sa.Column("id", sa.String(length=50), nullable=False),
        sa.Column("window_code", sa.String(length=40), nullable=False),
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("served", sa.Integer(), nullable=False),
        sa.Column("waits", sa.Integer(), nullable=False),
        sa.Column("wait_mean", sa.Float(), nullable=True),
        sa.Column("wait_sd", sa.Float(), nullable=True),
        sa.Column("ratings", sa.Integer(), nullable=False),
        sa.Column("rating_mean", sa.Float(), nullable=True),
        sa.Column("rating_sd", sa.Float(), nullable=True),
        sa.Column("event_seq", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_window_figure_month", "window_figure", ["window_code", "month"])


def downgrade() -> None:
    op.drop_table("window_figure")
