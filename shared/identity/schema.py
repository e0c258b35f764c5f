"""The identity tables as migrations make them. A function here is history: add the next, don't
edit.
"""

import sqlalchemy as sa
from alembic import op

from shared.db.types import UtcDateTime


def create_revocation_table_v1() -> None:
    op.create_table(
        "revoked_access",
        sa.Column("subject", sa.String(120), primary_key=True),
        sa.Column("before", UtcDateTime(), nullable=False),
    )


def drop_revocation_table_v1() -> None:
    op.drop_table("revoked_access")
