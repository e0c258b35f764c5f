"""No two orders under way ask for the same, unless a person said that it is meant.

Revision ID: 0009
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    with op.batch_alter_table("service_order") as table:
        table.add_column(sa.Column("content_digest", sa.String(32), nullable=True))
        table.create_unique_constraint("service_order_content_digest_key", ["content_digest"])


def downgrade() -> None:
    with op.batch_alter_table("service_order") as table:
        table.drop_constraint("service_order_content_digest_key", type_="unique")
        table.drop_column("content_digest")
