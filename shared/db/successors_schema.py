"""The table of successors as migrations make it. A function here is history: add the next, don't edit."""

import sqlalchemy as sa
from alembic import op


def create_successor_table_v1() -> None:
    op.create_table(
        "successor",
        sa.Column("kind", sa.String(20), primary_key=True),
        sa.Column("code", sa.String(40), primary_key=True),
        sa.Column("successor", sa.String(40), nullable=False),
    )


def drop_successor_table_v1() -> None:
    op.drop_table("successor")
