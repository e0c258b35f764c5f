"""The audit log is filtered by index.

Revision ID: 0101
"""

from shared.audit.schema import create_audit_indexes_v2, drop_audit_indexes_v2

revision = "0101"
down_revision = "0100"
expands = True


def upgrade() -> None:
    create_audit_indexes_v2()


def downgrade() -> None:
    drop_audit_indexes_v2()
