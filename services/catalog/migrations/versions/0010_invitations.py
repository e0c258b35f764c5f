"""Accounts begin with an invitation, know when they were made, and a volunteer has one at most. Of several for one
volunteer the oldest keeps the number; the others are closed.

Revision ID: 0010
"""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

from shared.db.types import UtcDateTime

revision = "0010"
down_revision = "0009"

_account = sa.table(
    "account",
    sa.column("id", sa.String),
    sa.column("volunteer_no", sa.String),
    sa.column("state", sa.String),
    sa.column("password_hash", sa.String),
    sa.column("made_at", UtcDateTime()),
)


def upgrade() -> None:
    op.create_table(
        "invitation",
        sa.Column("account_id", sa.String(36), primary_key=True),
        sa.Column("token_hash", sa.String(64), nullable=False, unique=True),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
    )
    oldest = sa.select(sa.func.min(_account.c.id)).where(_account.c.volunteer_no.is_not(None))
    later = _account.c.volunteer_no.is_not(None) & _account.c.id.not_in(oldest.group_by(_account.c.volunteer_no))
    op.execute(_account.update().where(later).values(state="disabled", volunteer_no=None))
    with op.batch_alter_table("account") as table:
        table.add_column(sa.Column("made_at", UtcDateTime(), nullable=True))
    op.execute(_account.update().values(made_at=datetime.now(UTC)))
    with op.batch_alter_table("account") as table:
        table.alter_column("made_at", nullable=False)
        table.alter_column("password_hash", nullable=True)
        table.create_unique_constraint("account_volunteer_no_key", ["volunteer_no"])


def downgrade() -> None:
    op.execute(_account.delete().where(_account.c.password_hash.is_(None)))
    with op.batch_alter_table("account") as table:
        table.drop_constraint("account_volunteer_no_key", type_="unique")
        table.alter_column("password_hash", nullable=False)
        table.drop_column("made_at")
    op.drop_table("invitation")
