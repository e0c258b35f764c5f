"""Editions that can be withdrawn until the first order is handed in from them.

Revision ID: 0007
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    with op.batch_alter_table("edition") as table:
        table.add_column(sa.Column("state", sa.String(10), nullable=False, server_default="open"))
        table.add_column(sa.Column("event_seq", sa.Integer(), nullable=False, server_default="0"))
        table.add_column(sa.Column("version", sa.Integer(), nullable=False, server_default="1"))
    op.create_table("open_edition", sa.Column("id", sa.String(40), sa.ForeignKey("edition.id"), primary_key=True))
    op.execute("INSERT INTO open_edition (id) SELECT id FROM edition")
    with op.batch_alter_table("service_order") as table:
        table.add_column(sa.Column("open_edition_id", sa.String(40), nullable=True))
        table.create_foreign_key("service_order_open_edition_id_fkey", "open_edition", ["open_edition_id"], ["id"])
    op.execute("UPDATE service_order SET open_edition_id = edition_id WHERE submitted_at IS NOT NULL")


def downgrade() -> None:
    with op.batch_alter_table("service_order") as table:
        table.drop_constraint("service_order_open_edition_id_fkey", type_="foreignkey")
        table.drop_column("open_edition_id")
    op.drop_table("open_edition")
    with op.batch_alter_table("edition") as table:
        table.drop_column("version")
        table.drop_column("event_seq")
        table.drop_column("state")
