"""The audit log.

Revision ID: 0004
"""

from shared.audit.schema import create_audit_tables_v1, drop_audit_tables_v1

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    create_audit_tables_v1()


def downgrade() -> None:
    drop_audit_tables_v1()
