"""Courses: sessions, places with a waiting list, attendance, materials, a test with its bank, papers and answers.

Revision ID: 0124
"""

import sqlalchemy as sa
from alembic import op

from shared.db.types import Json, JsonOrNull, UtcDateTime

revision = "0124"
down_revision = "0123"
expands = True


def upgrade() -> None:
    op.create_table(
        "course",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("name_en", sa.String(length=80), nullable=False),
        sa.Column("organiser", sa.String(length=80), nullable=False),
        sa.Column("outline", sa.String(length=500), nullable=False),
        sa.Column("topics", Json, nullable=False),
        sa.Column("sessions", Json, nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("enrol_until", sa.Date(), nullable=False),
        sa.Column("qualification", sa.String(length=80), nullable=True),
        sa.Column("valid_months", sa.Integer(), nullable=True),
        sa.Column("test", JsonOrNull, nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("turns", sa.Integer(), nullable=False),
        sa.Column("test_told", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("reason_code", sa.String(length=40), nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=True),
        sa.Column("event_seq", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("course", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_course_state"), ["state"], unique=False)

    op.create_table(
        "course_certificate_number",
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("year"),
    )
    op.create_table(
        "course_attendance",
        sa.Column("session_id", sa.String(length=36), nullable=False),
        sa.Column("volunteer_no", sa.String(length=20), nullable=False),
        sa.Column("course_id", sa.String(length=36), nullable=False),
        sa.Column("by", sa.String(length=10), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["course_id"],
            ["course.id"],
        ),
        sa.PrimaryKeyConstraint("session_id", "volunteer_no"),
    )
    with op.batch_alter_table("course_attendance", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_course_attendance_course_id"), ["course_id"], unique=False
        )

    op.create_table(
        "course_enrolment",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("course_id", sa.String(length=36), nullable=False),
        sa.Column("volunteer_no", sa.String(length=20), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("by", sa.String(length=10), nullable=False),
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.Column("reason_code", sa.String(length=40), nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=True),
        sa.Column("passed_on", sa.Date(), nullable=True),
        sa.Column("points", sa.Integer(), nullable=True),
        sa.Column("certificate_no", sa.String(length=20), nullable=True),
        sa.Column("token", sa.String(length=40), nullable=True),
        sa.Column("event_seq", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["course_id"],
            ["course.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("certificate_no"),
        sa.UniqueConstraint("course_id", "volunteer_no", name="uq_course_enrolment_once"),
        sa.UniqueConstraint("token"),
    )
    with op.batch_alter_table("course_enrolment", schema=None) as batch_op:
        batch_op.create_index(
            "ix_course_enrolment_turn", ["course_id", "state", "turn"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_course_enrolment_volunteer_no"), ["volunteer_no"], unique=False
        )

    op.create_table(
        "course_material",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("course_id", sa.String(length=36), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("media_type", sa.String(length=20), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["course_id"],
            ["course.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("course_material", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_course_material_course_id"), ["course_id"], unique=False
        )

    op.create_table(
        "course_question",
        sa.Column("course_id", sa.String(length=36), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("topic", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("options", Json, nullable=False),
        sa.Column("right", Json, nullable=False),
        sa.Column("explanation", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["course_id"],
            ["course.id"],
        ),
        sa.PrimaryKeyConstraint("course_id", "number"),
    )
    op.create_table(
        "test_attempt",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("course_id", sa.String(length=36), nullable=False),
        sa.Column("enrolment_id", sa.String(length=36), nullable=False),
        sa.Column("volunteer_no", sa.String(length=20), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("seed", sa.String(length=40), nullable=False),
        sa.Column("paper", Json, nullable=False),
        sa.Column("begun_at", UtcDateTime(), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=False),
        sa.Column("closes_at", UtcDateTime(), nullable=False),
        sa.Column("points_each", sa.Integer(), nullable=False),
        sa.Column("pass_points", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("ended_by", sa.String(length=10), nullable=True),
        sa.Column("right", JsonOrNull, nullable=True),
        sa.Column("points", sa.Integer(), nullable=True),
        sa.Column("passed", sa.Boolean(), nullable=True),
        sa.Column("event_seq", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["course_id"],
            ["course.id"],
        ),
        sa.ForeignKeyConstraint(
            ["enrolment_id"],
            ["course_enrolment.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("enrolment_id", "turn", name="uq_test_attempt_turn"),
    )
    with op.batch_alter_table("test_attempt", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_test_attempt_course_id"), ["course_id"], unique=False)
        batch_op.create_index("ix_test_attempt_running", ["state", "due_at"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_test_attempt_volunteer_no"), ["volunteer_no"], unique=False
        )

    op.create_table(
        "test_answer",
        sa.Column("attempt_id", sa.String(length=36), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("chosen", Json, nullable=False),
        sa.Column("saved_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["attempt_id"],
            ["test_attempt.id"],
        ),
        sa.PrimaryKeyConstraint("attempt_id", "number"),
    )


def downgrade() -> None:
    op.drop_table("test_answer")
    with op.batch_alter_table("test_attempt", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_test_attempt_volunteer_no"))
        batch_op.drop_index("ix_test_attempt_running")
        batch_op.drop_index(batch_op.f("ix_test_attempt_course_id"))

    op.drop_table("test_attempt")
    op.drop_table("course_question")
    with op.batch_alter_table("course_material", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_course_material_course_id"))

    op.drop_table("course_material")
    with op.batch_alter_table("course_enrolment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_course_enrolment_volunteer_no"))
        batch_op.drop_index("ix_course_enrolment_turn")

    op.drop_table("course_enrolment")
    with op.batch_alter_table("course_attendance", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_course_attendance_course_id"))

    op.drop_table("course_attendance")
    op.drop_table("course_certificate_number")
    with op.batch_alter_table("course", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_course_state"))

    op.drop_table("course")
