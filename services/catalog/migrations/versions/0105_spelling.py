"""Entries are found by the pinyin and the initials of their names.

Revision ID: 0105
"""

import sqlalchemy as sa
from alembic import op
from pypinyin import Style, lazy_pinyin

revision = "0105"
down_revision = "0104"
expands = True

TABLES = ("agency", "category", "service_item", "team", "township")


def upgrade() -> None:
    for table in TABLES:
        op.add_column(table, sa.Column("spelling", sa.Text(), server_default="", nullable=False))
        entries = sa.table(table, sa.column("code"), sa.column("name"), sa.column("spelling"))
        for row in op.get_bind().execute(sa.select(entries.c.code, entries.c.name)).all():
            op.execute(
                entries.update()
                .where(entries.c.code == row.code)
                .values(spelling=_spelled(row.name))
            )


def downgrade() -> None:
    for table in TABLES:
        op.drop_column(table, "spelling")


def _spelled(name: str) -> str:
    parts = [lazy_pinyin(name, style=style) for style in (Style.NORMAL, Style.FIRST_LETTER)]
    return " ".join("".join(part) for part in parts).lower()
