"""Windows, their posts and programmes; badges and honours of those who hold posts.

Revision ID: 0123
"""

import sqlalchemy as sa
from alembic import op

from shared.db.types import Json, UtcDateTime

revision = "0123"
down_revision = "0122"
expands = True


def upgrade() -> None:
    op.create_table(
        "badge",
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("holding_id", sa.String(length=36), nullable=False),
        sa.Column("window_code", sa.String(length=40), nullable=False),
        sa.Column("volunteer_no", sa.String(length=20), nullable=False),
        sa.Column("window_name", sa.String(length=80), nullable=False),
        sa.Column("window_name_en", sa.String(length=80), nullable=False),
        sa.Column("post_name", sa.String(length=80), nullable=False),
        sa.Column("post_name_en", sa.String(length=80), nullable=False),
        sa.Column("pledge", sa.String(length=80), nullable=True),
        sa.Column("is_named", sa.Boolean(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.Column("issued_at", UtcDateTime(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("revoked_at", UtcDateTime(), nullable=True),
        sa.Column("reason_code", sa.String(length=40), nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=True),
        sa.Column("event_seq", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("number"),
    )
    with op.batch_alter_table("badge", schema=None) as batch_op:
        batch_op.create_index("ix_badge_ending", ["state", "valid_until"], unique=False)
        batch_op.create_index(batch_op.f("ix_badge_holding_id"), ["holding_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_badge_volunteer_no"), ["volunteer_no"], unique=False)
        batch_op.create_index(batch_op.f("ix_badge_window_code"), ["window_code"], unique=False)

    op.create_table(
        "badge_check",
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("window_code", sa.String(length=40), nullable=False),
        sa.Column("outcome", sa.String(length=10), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("on", "window_code", "outcome"),
    )
    op.create_table(
        "badge_number",
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("year"),
    )
    op.create_table(
        "honour",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("award", sa.String(length=20), nullable=False),
        sa.Column("window_code", sa.String(length=40), nullable=False),
        sa.Column("post_id", sa.String(length=36), nullable=True),
        sa.Column("volunteer_no", sa.String(length=20), nullable=True),
        sa.Column("citation", sa.String(length=500), nullable=False),
        sa.Column("grounds", sa.String(length=500), nullable=True),
        sa.Column("links", Json, nullable=False),
        sa.Column("nominated_at", UtcDateTime(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("public_from", sa.Date(), nullable=True),
        sa.Column("public_until", sa.Date(), nullable=True),
        sa.Column("awarded_on", sa.Date(), nullable=True),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("awarding_body", sa.String(length=80), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("reason_code", sa.String(length=40), nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=True),
        sa.Column("event_seq", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("honour", schema=None) as batch_op:
        batch_op.create_index("ix_honour_state", ["state", "public_until"], unique=False)
        batch_op.create_index(batch_op.f("ix_honour_volunteer_no"), ["volunteer_no"], unique=False)
        batch_op.create_index(batch_op.f("ix_honour_window_code"), ["window_code"], unique=False)

    op.create_table(
        "honour_objection",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("honour_id", sa.String(length=36), nullable=False),
        sa.Column("township_code", sa.String(length=12), nullable=True),
        sa.Column("team_code", sa.String(length=40), nullable=True),
        sa.Column("came_by", sa.String(length=10), nullable=True),
        sa.Column("text", sa.String(length=500), nullable=True),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("answer", sa.String(length=500), nullable=True),
        sa.Column("answered_at", UtcDateTime(), nullable=True),
        sa.Column("is_upheld", sa.Boolean(), nullable=False),
        sa.Column("event_seq", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("honour_objection", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_honour_objection_honour_id"), ["honour_id"], unique=False
        )

    op.create_table(
        "programme",
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("name_en", sa.String(length=80), nullable=False),
        sa.Column("stages", Json, nullable=False),
        sa.Column("window_codes", Json, nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("spelling", sa.Text(), server_default="", nullable=False),
        sa.Column("event_seq", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("code"),
    )
    op.create_table(
        "stage_evidence",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("stage_id", sa.String(length=36), nullable=False),
        sa.Column("form", sa.String(length=10), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("text", sa.String(length=500), nullable=True),
        sa.Column("url", sa.String(length=500), nullable=True),
        sa.Column("media_type", sa.String(length=20), nullable=True),
        sa.Column("size", sa.Integer(), nullable=True),
        sa.Column("event_seq", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("stage_evidence", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_stage_evidence_stage_id"), ["stage_id"], unique=False)

    op.create_table(
        "window_holding",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("post_id", sa.String(length=36), nullable=False),
        sa.Column("window_code", sa.String(length=40), nullable=False),
        sa.Column("volunteer_no", sa.String(length=20), nullable=False),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=True),
        sa.Column("pledge", sa.String(length=80), nullable=True),
        sa.Column("pledge_state", sa.String(length=10), nullable=False),
        sa.Column("reason_code", sa.String(length=40), nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=True),
        sa.Column("event_seq", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("window_holding", schema=None) as batch_op:
        batch_op.create_index("ix_window_holding_pledge", ["pledge_state", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_window_holding_post_id"), ["post_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_window_holding_volunteer_no"), ["volunteer_no"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_window_holding_window_code"), ["window_code"], unique=False
        )

    op.create_table(
        "window_kind",
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("name_en", sa.String(length=80), nullable=False),
        sa.Column("spelling", sa.Text(), server_default="", nullable=False),
        sa.Column("event_seq", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("code"),
    )
    op.create_table(
        "window_place",
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("name_en", sa.String(length=80), nullable=False),
        sa.Column("kind_code", sa.String(length=40), nullable=False),
        sa.Column("team_code", sa.String(length=40), nullable=False),
        sa.Column("place", sa.String(length=80), nullable=False),
        sa.Column("leads", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("spelling", sa.Text(), server_default="", nullable=False),
        sa.Column("event_seq", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("code"),
    )
    with op.batch_alter_table("window_place", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_window_place_kind_code"), ["kind_code"], unique=False)
        batch_op.create_index(batch_op.f("ix_window_place_team_code"), ["team_code"], unique=False)

    op.create_table(
        "window_post",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("window_code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("name_en", sa.String(length=80), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("event_seq", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("window_post", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_window_post_window_code"), ["window_code"], unique=False
        )

    op.create_table(
        "window_stage",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("programme_code", sa.String(length=40), nullable=False),
        sa.Column("window_code", sa.String(length=40), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("handed_in_at", UtcDateTime(), nullable=True),
        sa.Column("is_late", sa.Boolean(), nullable=False),
        sa.Column("reason_code", sa.String(length=40), nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=True),
        sa.Column("opened_for", sa.Date(), nullable=True),
        sa.Column("overdue_for", sa.Date(), nullable=True),
        sa.Column("event_seq", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("programme_code", "window_code", "number", name="uq_window_stage_once"),
    )
    with op.batch_alter_table("window_stage", schema=None) as batch_op:
        batch_op.create_index("ix_window_stage_state", ["state", "id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_window_stage_window_code"), ["window_code"], unique=False
        )


def downgrade() -> None:
    with op.batch_alter_table("window_stage", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_window_stage_window_code"))
        batch_op.drop_index("ix_window_stage_state")

    op.drop_table("window_stage")
    with op.batch_alter_table("window_post", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_window_post_window_code"))

    op.drop_table("window_post")
    with op.batch_alter_table("window_place", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_window_place_team_code"))
        batch_op.drop_index(batch_op.f("ix_window_place_kind_code"))

    op.drop_table("window_place")
    op.drop_table("window_kind")
    with op.batch_alter_table("window_holding", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_window_holding_window_code"))
        batch_op.drop_index(batch_op.f("ix_window_holding_volunteer_no"))
        batch_op.drop_index(batch_op.f("ix_window_holding_post_id"))
        batch_op.drop_index("ix_window_holding_pledge")

    op.drop_table("window_holding")
    with op.batch_alter_table("stage_evidence", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_stage_evidence_stage_id"))

    op.drop_table("stage_evidence")
    op.drop_table("programme")
    with op.batch_alter_table("honour_objection", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_honour_objection_honour_id"))

    op.drop_table("honour_objection")
    with op.batch_alter_table("honour", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_honour_window_code"))
        batch_op.drop_index(batch_op.f("ix_honour_volunteer_no"))
        batch_op.drop_index("ix_honour_state")

    op.drop_table("honour")
    op.drop_table("badge_number")
    op.drop_table("badge_check")
    with op.batch_alter_table("badge", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_badge_window_code"))
        batch_op.drop_index(batch_op.f("ix_badge_volunteer_no"))
        batch_op.drop_index(batch_op.f("ix_badge_holding_id"))
        batch_op.drop_index("ix_badge_ending")

    op.drop_table("badge")
