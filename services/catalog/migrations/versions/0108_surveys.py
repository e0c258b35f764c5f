"""Surveys: what each team answers about the items of an edition, and what the corps decided on it.

Revision ID: 0108
"""

import sqlalchemy as sa
from alembic import op

from shared.db.types import Json

revision = "0108"
down_revision = "0107"
expands = True


def upgrade() -> None:
    op.create_table(
        "survey_reply",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("edition_code", sa.String(40), nullable=False),
        sa.Column("team_code", sa.String(40), nullable=False),
        sa.Column("sent_on", sa.Date(), nullable=True),
        sa.Column("changes", sa.Integer(), nullable=False),
        sa.Column("reminded_for", sa.Date(), nullable=True),
        sa.Column("overdue_for", sa.Date(), nullable=True),
        sa.Column("event_seq", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.UniqueConstraint("edition_code", "team_code", name="uq_survey_reply_of_team"),
    )
    op.create_index("ix_survey_reply_team", "survey_reply", ["team_code", "sent_on"])
    op.create_table(
        "survey_line",
        sa.Column("reply_id", sa.String(36), sa.ForeignKey("survey_reply.id"), primary_key=True),
        sa.Column("item_code", sa.String(40), primary_key=True),
        sa.Column("offers", sa.Boolean(), nullable=False),
        sa.Column("times_a_week", sa.Integer(), nullable=True),
        sa.Column("volunteers", sa.Integer(), nullable=True),
        sa.Column("not_on", Json, nullable=False),
        sa.Column("not_on_words", sa.String(500), nullable=True),
        sa.Column("township_provides", Json, nullable=False),
        sa.Column("remark", sa.String(500), nullable=True),
        sa.Column("said_on", sa.Date(), nullable=False),
    )
    op.create_table(
        "survey_decision",
        sa.Column("id", sa.String(81), primary_key=True),
        sa.Column("edition_code", sa.String(40), nullable=False),
        sa.Column("item_code", sa.String(40), nullable=False),
        sa.Column("verdict", sa.String(10), nullable=False),
        sa.Column("wanted", Json, nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("event_seq", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
    )
    op.create_index("ix_survey_decision_edition_code", "survey_decision", ["edition_code"])


def downgrade() -> None:
    for table in ("survey_decision", "survey_line", "survey_reply"):
        op.drop_table(table)
