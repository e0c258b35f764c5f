"""The tables of holdings as migrations make them. A function here is history: add the next, don't edit."""

import sqlalchemy as sa
from alembic import op

from shared.db.types import UtcDateTime

INDEXED = ("code", "holder", "since", "returns_to")


def create_holding_tables_v1() -> None:
    op.create_table(
        "task_holding",
        sa.Column("id", sa.String(120), primary_key=True),
        sa.Column("code", sa.String(40), nullable=False),
        sa.Column("object_id", sa.String(40), nullable=False),
        sa.Column("holder", sa.String(120), nullable=True),
        sa.Column("given_by", sa.String(120), nullable=True),
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("returns_to", sa.String(120), nullable=True),
        sa.Column("event_seq", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
    )
    for name in INDEXED:
        op.create_index(f"ix_task_holding_{name}", "task_holding", [name])
    op.create_table(
        "coordinator",
        sa.Column("subject", sa.String(120), primary_key=True),
        sa.Column("active", sa.Boolean(), nullable=False),
    )


def drop_holding_tables_v1() -> None:
    op.drop_table("coordinator")
    op.drop_table("task_holding")
