"""The audit log.

Revision ID: 0006
"""

from shared.audit.schema import create_audit_tables_v1, drop_audit_tables_v1

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    create_audit_tables_v1()


def downgrade() -> None:
    drop_audit_tables_v1()
