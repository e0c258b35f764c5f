"""Which entries were merged into others; and by what volunteers' entries of one person are found.

Revision ID: 0116
"""

import sqlalchemy as sa
from alembic import op

revision = "0116"
down_revision = "0115"
expands = True

INDEXED = ("name_index", "phone_index", "merged_into")


def upgrade() -> None:
    op.create_table(
        "merger",
        sa.Column("kind", sa.String(10), primary_key=True),
        sa.Column("code", sa.String(40), primary_key=True),
        sa.Column("into", sa.String(40), nullable=False),
        sa.Column("merged_on", sa.Date(), nullable=False),
    )
    op.create_index("ix_merger_into", "merger", ["kind", "into"])
    for table in ("agency", "team"):
        op.add_column(table, sa.Column("merged_into", sa.String(40), nullable=True))
    op.add_column("volunteer", sa.Column("name_index", sa.String(64), nullable=True))
    op.add_column("volunteer", sa.Column("phone_index", sa.String(64), nullable=True))
    op.add_column("volunteer", sa.Column("merged_into", sa.String(20), nullable=True))
    for column in INDEXED:
        op.create_index(f"ix_volunteer_{column}", "volunteer", [column])
    op.create_index("ix_wished_offer_team_code", "wished_offer", ["team_code"])


def downgrade() -> None:
    op.drop_index("ix_wished_offer_team_code", "wished_offer")
    for column in reversed(INDEXED):
        op.drop_index(f"ix_volunteer_{column}", "volunteer")
        op.drop_column("volunteer", column)
    for table in ("team", "agency"):
        op.drop_column(table, "merged_into")
    op.drop_table("merger")
