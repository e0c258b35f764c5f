"""What queues measured sizes the booths to come.

Revision ID: 0114
"""

import sqlalchemy as sa
from alembic import op

revision = "0114"
down_revision = "0113"
expands = True


def upgrade() -> None:
    op.create_table(
        "staffing",
        sa.Column("line_id", sa.String(length=36), nullable=False),
        sa.Column("campaign_id", sa.String(length=80), nullable=False),
        sa.Column("item_code", sa.String(length=40), nullable=False),
        sa.Column("from_volunteers", sa.Integer(), nullable=False),
        sa.Column("needed", sa.Integer(), nullable=False),
        sa.Column("to_volunteers", sa.Integer(), nullable=False),
        sa.Column("wait_now", sa.Float(), nullable=False),
        sa.Column("wait_then", sa.Float(), nullable=False),
        sa.Column("arrivals", sa.Integer(), nullable=False),
        sa.Column("minutes_per_resident", sa.Float(), nullable=False),
        sa.Column("queues", sa.Integer(), nullable=False),
        sa.Column("measured_wait", sa.Float(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("made_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("line_id", name=op.f("pk_staffing")),
    )
    op.create_index(op.f("ix_staffing_state"), "staffing", ["state"])
    op.add_column("demand_line", sa.Column("sized", sa.Integer(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("demand_line") as batch:
        batch.drop_column("sized")
    op.drop_table("staffing")
