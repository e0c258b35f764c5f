"""The first schema of catalog.

Revision ID: 0001
"""

import sqlalchemy as sa
from alembic import op

from shared.db.types import Json
from shared.messaging.schema import create_messaging_tables_v1, drop_messaging_tables_v1

revision = "0001"
down_revision = None


def upgrade() -> None:
    create_messaging_tables_v1()
    _create_entry_table("agency")
    _create_entry_table("category")
    _create_entry_table(
        "township",
        sa.Column("lat", sa.Float(), nullable=False),
        sa.Column("lon", sa.Float(), nullable=False),
    )
    _create_entry_table(
        "team",
        sa.Column("agency_code", sa.String(40), nullable=False),
        sa.Column("members", sa.Integer(), nullable=False),
    )
    op.create_index("ix_team_agency_code", "team", ["agency_code"])
    _create_entry_table(
        "service_item",
        sa.Column("category_code", sa.String(40), nullable=False),
        sa.Column("teams", Json, nullable=False),
        sa.Column("volunteers_needed", sa.Integer(), nullable=False),
        sa.Column("minutes_per_resident", sa.Integer(), nullable=False),
    )
    op.create_index("ix_service_item_category_code", "service_item", ["category_code"])
    op.create_table(
        "edition",
        sa.Column("code", sa.String(40), primary_key=True),
        sa.Column("title", sa.String(80), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("retires_on", sa.Date(), nullable=False),
        sa.Column("item_codes", Json, nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("menu", Json, nullable=False),
        sa.Column("event_seq", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
    )


def downgrade() -> None:
    for table in ("edition", "service_item", "team", "township", "category", "agency"):
        op.drop_table(table)
    drop_messaging_tables_v1()


def _create_entry_table(name: str, *columns: sa.Column[object]) -> None:
    op.create_table(
        name,
        sa.Column("code", sa.String(40), primary_key=True),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("name_en", sa.String(80), nullable=False),
        *columns,
        sa.Column("event_seq", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
    )
