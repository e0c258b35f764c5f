"""Mail addresses are sealed (``python -m services.notify reseal`` does so to those that are there); and what
was asked about persons.

Revision ID: 0003
"""

import sqlalchemy as sa
from alembic import op

from shared.privacy.schema import create_person_table_v1, drop_person_table_v1

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    create_person_table_v1()
    with op.batch_alter_table("recipient") as recipient:
        recipient.alter_column(
            "email",
            new_column_name="email_sealed",
            existing_type=sa.String(254),
            type_=sa.Text(),
            existing_nullable=True,
        )


def downgrade() -> None:
    """Sealed addresses don't fit the old column and could not be read there: they go."""
    op.execute("UPDATE recipient SET email_sealed = NULL WHERE email_sealed LIKE 'v1.%'")
    with op.batch_alter_table("recipient") as recipient:
        recipient.alter_column(
            "email_sealed",
            new_column_name="email",
            existing_type=sa.Text(),
            type_=sa.String(254),
            existing_nullable=True,
        )
    drop_person_table_v1()
