"""Whose tokens were taken back.

Revision ID: 0002
"""

from shared.identity.schema import create_revocation_table_v1, drop_revocation_table_v1

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    create_revocation_table_v1()


def downgrade() -> None:
    drop_revocation_table_v1()
