"""What matters of volunteers for the work: qualifications with their terms, agreements, novices and minors; and what
service items ask of volunteers.

Revision ID: 0117
"""

import sqlalchemy as sa
from alembic import op

from shared.db.types import Json

revision = "0117"
down_revision = "0116"
expands = True


def upgrade() -> None:
    op.create_table(
        "qualification",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("volunteer_no", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("matched_name", sa.String(length=80), nullable=False),
        sa.Column("granted_on", sa.Date(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("announced", sa.String(length=10), nullable=False),
        sa.Column("reason_code", sa.String(length=40), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("event_seq", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("volunteer_no", "matched_name", name="uq_qualification_held_once"),
    )
    with op.batch_alter_table("qualification", schema=None) as batch_op:
        batch_op.create_index(
            "ix_qualification_expiry", ["state", "announced", "expires_on"], unique=False
        )

    with op.batch_alter_table("service_item", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("adults_only", sa.Boolean(), server_default=sa.false(), nullable=False)
        )
        batch_op.add_column(
            sa.Column("agreement_needed", sa.Boolean(), server_default=sa.false(), nullable=False)
        )

    with op.batch_alter_table("volunteer", schema=None) as batch_op:
        batch_op.add_column(sa.Column("skills", Json, server_default="[]", nullable=False))
        batch_op.add_column(sa.Column("consents", Json, server_default="[]", nullable=False))
        batch_op.add_column(sa.Column("agreement_until", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("novice_until", sa.Date(), nullable=True))
        batch_op.add_column(
            sa.Column("novice", sa.Boolean(), server_default=sa.false(), nullable=False)
        )
        batch_op.add_column(
            sa.Column("minor", sa.Boolean(), server_default=sa.false(), nullable=False)
        )
        batch_op.add_column(sa.Column("adult_on_sealed", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("guardian_consent_on", sa.Date(), nullable=True))
        batch_op.create_index("ix_volunteer_minor", ["minor", "no"], unique=False)
        batch_op.create_index("ix_volunteer_novice", ["novice", "novice_until"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("volunteer", schema=None) as batch_op:
        batch_op.drop_index("ix_volunteer_novice")
        batch_op.drop_index("ix_volunteer_minor")
        batch_op.drop_column("guardian_consent_on")
        batch_op.drop_column("adult_on_sealed")
        batch_op.drop_column("minor")
        batch_op.drop_column("novice")
        batch_op.drop_column("novice_until")
        batch_op.drop_column("agreement_until")
        batch_op.drop_column("consents")
        batch_op.drop_column("skills")

    with op.batch_alter_table("service_item", schema=None) as batch_op:
        batch_op.drop_column("agreement_needed")
        batch_op.drop_column("adults_only")

    with op.batch_alter_table("qualification", schema=None) as batch_op:
        batch_op.drop_index("ix_qualification_expiry")

    op.drop_table("qualification")
