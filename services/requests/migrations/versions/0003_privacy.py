"""What was asked about persons.

Revision ID: 0003
"""

from shared.privacy.schema import create_person_table_v1, drop_person_table_v1

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    create_person_table_v1()


def downgrade() -> None:
    drop_person_table_v1()
