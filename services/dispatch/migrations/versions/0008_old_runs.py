"""Old planning runs are found by their age.

Revision ID: 0008
"""

from alembic import op

revision = "0008"
down_revision = "0007"
expands = True


def upgrade() -> None:
    op.create_index("ix_planning_run_made_at", "planning_run", ["made_at"])


def downgrade() -> None:
    op.drop_index("ix_planning_run_made_at", "planning_run")
