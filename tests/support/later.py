"""The release after this one, as far as a store shows it."""

from collections.abc import Callable
from types import ModuleType

import sqlalchemy as sa
from alembic import op
from alembic.script import Script

from shared.db.migrate import Migrations

LATER = "9999"


class LaterStep(ModuleType):
    """A revision that adds a table, and a column to one that this release writes."""

    __doc__ = "Weather advice for an order."

    def __init__(self, after: str, *, expands: bool) -> None:
        super().__init__("later_step")
        self.revision = LATER
        self.down_revision = after
        self.expands = expands

    @staticmethod
    def upgrade() -> None:
        op.create_table("weather_advice", sa.Column("code", sa.String(40), primary_key=True))
        op.add_column("parked", sa.Column("advice", sa.String(40), nullable=True))

    @staticmethod
    def downgrade() -> None:
        op.drop_column("parked", "advice")
        op.drop_table("weather_advice")


def add_later_step(
    migrations: Migrations, *, expands: bool = True, does: Callable[[], None] | None = None
) -> None:
    """Makes it the history of the next release; ``does`` takes the place of what it adds."""
    made = LaterStep(migrations.head, expands=expands)
    if does is not None:
        made.__dict__["upgrade"] = does
    step = Script(made, LATER, "later_step.py")
    migrations.scripts.revision_map.add_revision(step)
