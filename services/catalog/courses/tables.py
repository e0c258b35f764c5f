"""Tables, and the imperative mapping of the domain classes onto them."""

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
)

from services.catalog.courses.domain.attempt import Attempt
from services.catalog.courses.domain.course import Course
from services.catalog.courses.domain.enrolment import Enrolment
from services.catalog.database import mapper, metadata
from shared.db.types import DERIVED, FREE_TEXT, Json, JsonOrNull, UtcDateTime

course = Table(
    "course",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("name", String(80), nullable=False),
    Column("name_en", String(80), nullable=False),
    Column("organiser", String(80), nullable=False),
    Column("outline", String(500), nullable=False),
    Column("topics", Json, nullable=False),
    Column("sessions", Json, nullable=False),
    Column("capacity", Integer, nullable=False),
    Column("enrol_until", Date, nullable=False),
    Column("qualification", String(80), nullable=True),
    Column("valid_months", Integer, nullable=True),
    Column("test", JsonOrNull, nullable=True),
    Column("state", String(10), nullable=False, index=True),
    Column("turns", Integer, nullable=False),
    Column("test_told", Boolean, nullable=False, server_default=false()),
    Column("reason_code", String(40), nullable=True),
    Column("reason", String(500), nullable=True, info=FREE_TEXT),
    Column("event_seq", Integer, nullable=False),
    Column("version", Integer, nullable=False),
)

course_enrolment = Table(
    "course_enrolment",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("course_id", String(36), ForeignKey("course.id"), nullable=False),
    Column("volunteer_no", String(20), nullable=False, index=True),
    Column("turn", Integer, nullable=False),
    Column("state", String(10), nullable=False),
    Column("by", String(10), nullable=False),
    Column("since", UtcDateTime, nullable=False),
    Column("reason_code", String(40), nullable=True),
    Column("reason", String(500), nullable=True, info=FREE_TEXT),
    Column("passed_on", Date, nullable=True),
    Column("points", Integer, nullable=True),
    Column("certificate_no", String(20), nullable=True, unique=True),
    Column("token", String(40), nullable=True, unique=True, info=DERIVED),
    Column("withdrawn_on", Date, nullable=True),
    Column("withdrawal_code", String(40), nullable=True),
    Column("withdrawal_reason", String(500), nullable=True, info=FREE_TEXT),
    Column("event_seq", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    UniqueConstraint("course_id", "volunteer_no", name="uq_course_enrolment_once"),
    Index("ix_course_enrolment_turn", "course_id", "state", "turn"),
)

course_attendance = Table(
    "course_attendance",
    metadata,
    Column("session_id", String(36), primary_key=True),
    Column("volunteer_no", String(20), primary_key=True),
    Column("course_id", String(36), ForeignKey("course.id"), nullable=False, index=True),
    Column("by", String(10), nullable=False),
    Column("at", UtcDateTime, nullable=False),
)
"""Who was at a session: by the code that was shown there, or by the list."""

course_material = Table(
    "course_material",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("course_id", String(36), ForeignKey("course.id"), nullable=False, index=True),
    Column("name", String(80), nullable=False, info=FREE_TEXT),
    Column("media_type", String(20), nullable=False),
    Column("size", Integer, nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
)

course_question = Table(
    "course_question",
    metadata,
    Column("course_id", String(36), ForeignKey("course.id"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("topic", String(80), nullable=False),
    Column("kind", String(10), nullable=False),
    Column("text", Text, nullable=False, info=FREE_TEXT),
    Column("options", Json, nullable=False, info=FREE_TEXT),
    Column("right", Json, nullable=False),
    Column("explanation", Text, nullable=True, info=FREE_TEXT),
)
"""The bank of a course's test. No row of it leaves the corps; a paper that is drawn is kept with its attempt."""

test_attempt = Table(
    "test_attempt",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("course_id", String(36), ForeignKey("course.id"), nullable=False, index=True),
    Column("enrolment_id", String(36), ForeignKey("course_enrolment.id"), nullable=False),
    Column("volunteer_no", String(20), nullable=False, index=True),
    Column("turn", Integer, nullable=False),
    Column("seed", String(40), nullable=False, info=DERIVED),
    Column("paper", Json, nullable=False, info=DERIVED),
    Column("begun_at", UtcDateTime, nullable=False),
    Column("due_at", UtcDateTime, nullable=False),
    Column("closes_at", UtcDateTime, nullable=False),
    Column("points_each", Integer, nullable=False),
    Column("pass_points", Integer, nullable=False),
    Column("state", String(10), nullable=False),
    Column("ended_at", UtcDateTime, nullable=True),
    Column("ended_by", String(10), nullable=True),
    Column("right", JsonOrNull, nullable=True),
    Column("points", Integer, nullable=True),
    Column("passed", Boolean, nullable=True),
    Column("event_seq", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    UniqueConstraint("enrolment_id", "turn", name="uq_test_attempt_turn"),
    Index("ix_test_attempt_running", "state", "due_at"),
)

test_answer = Table(
    "test_answer",
    metadata,
    Column("attempt_id", String(36), ForeignKey("test_attempt.id"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("chosen", Json, nullable=False),
    Column("saved_at", UtcDateTime, nullable=False),
)
"""One row for each question that was answered, so that no save touches another answer."""

course_certificate_number = Table(
    "course_certificate_number",
    metadata,
    Column("year", Integer, primary_key=True, autoincrement=False),
    Column("last", Integer, nullable=False),
)

mapper.map_imperatively(Course, course, version_id_col=course.c.version)
mapper.map_imperatively(Enrolment, course_enrolment, version_id_col=course_enrolment.c.version)
mapper.map_imperatively(Attempt, test_attempt, version_id_col=test_attempt.c.version)
