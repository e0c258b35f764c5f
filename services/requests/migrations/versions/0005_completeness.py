"""How many events were sent, and how many have come.

Revision ID: 0005
"""

from shared.messaging.schema import add_completeness_v2, drop_completeness_v2

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    add_completeness_v2()


def downgrade() -> None:
    drop_completeness_v2()
