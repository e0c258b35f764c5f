"""The corps words messages itself; every wording that ever held is kept.

Revision ID: 0109
"""

import sqlalchemy as sa
from alembic import op

from shared.db.types import UtcDateTime

revision = "0109"
down_revision = "0108"
expands = True


def _words() -> list[sa.Column[str]]:
    return [
        sa.Column("subject", sa.Text(), nullable=True),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("subject_en", sa.Text(), nullable=True),
        sa.Column("text_en", sa.Text(), nullable=True),
    ]


def upgrade() -> None:
    op.create_table(
        "message_template",
        sa.Column("code", sa.String(60), primary_key=True),
        sa.Column("number", sa.Integer(), nullable=False),
        *_words(),
        sa.Column("saved_at", UtcDateTime(), nullable=False),
        sa.Column("event_seq", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
    )
    op.create_table(
        "template_version",
        sa.Column("code", sa.String(60), primary_key=True),
        sa.Column("number", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("saved_at", UtcDateTime(), nullable=False),
        sa.Column("by_id", sa.String(36), nullable=False),
        sa.Column("restored", sa.Integer(), nullable=True),
        *_words(),
    )


def downgrade() -> None:
    op.drop_table("template_version")
    op.drop_table("message_template")
