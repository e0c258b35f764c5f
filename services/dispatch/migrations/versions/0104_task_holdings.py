"""Which coordinator works on a task, and which accounts may be given one.

Revision ID: 0104
"""

from shared.tasks.schema import create_holding_tables_v1, drop_holding_tables_v1

revision = "0104"
down_revision = "0103"
expands = True


def upgrade() -> None:
    create_holding_tables_v1()


def downgrade() -> None:
    drop_holding_tables_v1()
