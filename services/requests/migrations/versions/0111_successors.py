"""Which code took the place of which: townships get new ones, and teams that were entered twice are merged.

Revision ID: 0111
"""

from shared.db.successors_schema import create_successor_table_v1, drop_successor_table_v1

revision = "0111"
down_revision = "0110"
expands = True


def upgrade() -> None:
    create_successor_table_v1()


def downgrade() -> None:
    drop_successor_table_v1()
