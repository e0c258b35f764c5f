"""Sign-ins have a beginning, a scope and a nonce. Counters of wrong tries go by keyed hashes: the old ones, by plain
hashes of what was typed, are dropped. Whoever was signed in signs in again.

Revision ID: 0009
"""

import sqlalchemy as sa
from alembic import op

from shared.db.types import UtcDateTime

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.execute("DELETE FROM sign_in_failure")
    op.execute("DELETE FROM sign_in_grant")
    op.create_index("ix_sign_in_failure_last_at", "sign_in_failure", ["last_at"])
    with op.batch_alter_table("sign_in_grant") as table:
        table.add_column(sa.Column("scope", sa.String(400), nullable=False))
        table.add_column(sa.Column("nonce", sa.String(400), nullable=False))
        table.add_column(sa.Column("began_at", UtcDateTime(), nullable=False))


def downgrade() -> None:
    op.drop_index("ix_sign_in_failure_last_at", "sign_in_failure")
    with op.batch_alter_table("sign_in_grant") as table:
        for column in ("began_at", "nonce", "scope"):
            table.drop_column(column)
