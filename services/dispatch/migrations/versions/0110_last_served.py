"""When each township last had each item, for the planner's weight, from the booths that were reported.

Revision ID: 0110
"""

import sqlalchemy as sa
from alembic import op

revision = "0110"
down_revision = "0109"
expands = True


def upgrade() -> None:
    op.create_table(
        "last_served",
        sa.Column("township_code", sa.String(length=12), nullable=False),
        sa.Column("item_code", sa.String(length=40), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("township_code", "item_code", name=op.f("pk_last_served")),
    )
    # The release before notes nothing while both run: the planner then takes a line for one that waits longer.
    op.execute(
        'INSERT INTO last_served (township_code, item_code, "on")'
        ' SELECT stop.township_code, assignment.item_code, MAX(stop."on") FROM assignment'
        " JOIN stop ON stop.id = assignment.stop_id WHERE assignment.state = 'done' GROUP BY 1, 2"
    )


def downgrade() -> None:
    op.drop_table("last_served")
