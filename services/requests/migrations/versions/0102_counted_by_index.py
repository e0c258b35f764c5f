"""Orders are counted by index alone, and a campaign's are sorted by one; the audit log is filtered by index.

Revision ID: 0102
"""

from alembic import op

from shared.audit.schema import create_audit_indexes_v2, drop_audit_indexes_v2

revision = "0102"
down_revision = "0101"
expands = True

WITH_STATE = (
    ("ix_service_order_created", ["created_at", "id"]),
    ("ix_service_order_township", ["township_code", "created_at", "id"]),
)


CAMPAIGN_SUBMITTED = "ix_service_order_campaign_submitted"


def upgrade() -> None:
    create_audit_indexes_v2()
    op.create_index(
        CAMPAIGN_SUBMITTED, "service_order", ["campaign_id", "submitted_at", "created_at", "id"]
    )
    for name, columns in WITH_STATE:
        op.drop_index(name, "service_order")
        op.create_index(name, "service_order", columns, postgresql_include=["state"])


def downgrade() -> None:
    op.drop_index(CAMPAIGN_SUBMITTED, "service_order")
    for name, columns in WITH_STATE:
        op.drop_index(name, "service_order")
        op.create_index(name, "service_order", columns)
    drop_audit_indexes_v2()
