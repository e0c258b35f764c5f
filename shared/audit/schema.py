"""The audit tables as migrations make them. A function here is history: add the next, don't edit."""

import sqlalchemy as sa
from alembic import op

from shared.db.types import BigId, TransactionId, UtcDateTime

TABLES = ("audit_log", "audit_seal")


def create_audit_tables_v1() -> None:
    op.create_table(
        "audit_log",
        sa.Column("id", BigId, primary_key=True, autoincrement=True),
        sa.Column("txid", TransactionId(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("subject", sa.String(120), nullable=False),
        sa.Column("roles", sa.String(200), nullable=False),
        sa.Column("action", sa.String(60), nullable=False),
        sa.Column("address", sa.String(60), nullable=False),
        sa.Column("correlation_id", sa.String(60), nullable=False),
        sa.Column("changes", sa.Text(), nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_audit_log_txid", "audit_log", ["txid", "id"])
    op.create_table(
        "audit_seal",
        sa.Column("seq", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("until", BigId, nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("sealed_at", UtcDateTime(), nullable=False),
    )
    if op.get_bind().dialect.name == "postgresql":
        _refuse_changes_postgresql()
    else:
        _refuse_changes_sqlite()


def create_audit_indexes_v2() -> None:
    """For what the log is filtered by. Times rise with the rows, so ranges of pages suffice."""
    op.create_index("ix_audit_log_subject", "audit_log", ["subject", "id"])
    op.create_index("ix_audit_log_action", "audit_log", ["action", "id"])
    op.create_index(
        "ix_audit_log_at",
        "audit_log",
        ["at"],
        postgresql_using="brin",
        postgresql_with={"autosummarize": True},
    )


def drop_audit_indexes_v2() -> None:
    for name in ("subject", "action", "at"):
        op.drop_index(f"ix_audit_log_{name}", "audit_log")


def drop_audit_tables_v1() -> None:
    for table in TABLES:
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION audit_is_append_only()")


def _refuse_changes_postgresql() -> None:
    op.execute(
        "CREATE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN RAISE EXCEPTION 'the audit log is append-only'; END $$"
    )
    for table in TABLES:
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only()"
        )


def _refuse_changes_sqlite() -> None:
    for table in TABLES:
        for act in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{act.lower()} BEFORE {act} ON {table}"
                " BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END"
            )
