"""Column types with the same meaning on both stores."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, DateTime, Dialect, Integer, String, Text, cast
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP
from sqlalchemy.dialects.postgresql.base import PGDialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator, TypeEngine, UserDefinedType

Json = JSON().with_variant(JSONB(), "postgresql")
JsonOrNull = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")
"""The same, for a column that queries ask whether it has a value: None is stored as NULL."""

BigId = BigInteger().with_variant(Integer(), "sqlite")
"""A 64-bit key that the store numbers itself."""


FREE_TEXT = {"free_text": True}
"""``info`` of a column for what somebody typed: whoever may read the audit log need not be allowed
to read that."""

DERIVED = {"derived": True}
"""``info`` of a column whose value follows from other columns or from the audit log itself, which
therefore leaves it out."""


class UtcDateTime(TypeDecorator[datetime]):
    """A moment. It accepts and returns timezone-aware datetimes only; SQLite stores them as UTC
    text.
    """

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "postgresql":
            return dialect.type_descriptor(TIMESTAMP(timezone=True))
        return dialect.type_descriptor(String(32))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a stored moment needs a time zone")
        moment = value.astimezone(UTC)
        return moment if dialect.name == "postgresql" else moment.isoformat(timespec="microseconds")

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        moment = value if isinstance(value, datetime) else datetime.fromisoformat(value)
        return moment.astimezone(UTC)


class _Xid8(UserDefinedType[int]):
    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        return "xid8"

    def bind_expression(self, bindvalue: Any) -> Any:
        return cast(cast(bindvalue, Text), self)


PGDialect.ischema_names["xid8"] = (
    _Xid8  # so that a schema that is read back can be compared (Alembic)
)


class TransactionId(TypeDecorator[int]):
    """The number of the transaction that wrote a row.

    It is xid8 on PostgreSQL, which never wraps around. On SQLite, which has one writer at a time, a
    plain count has the same order.
    """

    impl = BigInteger
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(_Xid8() if dialect.name == "postgresql" else Integer())

    def process_bind_param(self, value: int | None, dialect: Dialect) -> Any:
        return str(value) if value is not None and dialect.name == "postgresql" else value

    def process_result_value(self, value: Any, dialect: Dialect) -> int | None:
        return None if value is None else int(value)


class CurrentTransactionId(FunctionElement[int]):
    """SQL expression for the number of the running transaction."""

    type = TransactionId()
    inherit_cache = True


class TransactionsEndedBelow(FunctionElement[int]):
    """SQL expression for the relays' watermark: every transaction with a lower number has ended."""

    type = TransactionId()
    inherit_cache = True


# SQLite's writers queue, so the number that the next row will get has the order of the
# transactions. It is read from where SQLite keeps it: that outlives the rows (max(txid) starts
# again when retention has removed them), and takes one step however long the log is.
_NEXT_ID_SQLITE = (
    "(SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'event_log'), 0) + 1)"
)


@compiles(CurrentTransactionId, "postgresql")
def _current_pg(element: Any, compiler: SQLCompiler, **kw: Any) -> str:
    return "pg_current_xact_id()"


@compiles(CurrentTransactionId, "sqlite")
def _current_sqlite(element: Any, compiler: SQLCompiler, **kw: Any) -> str:
    return _NEXT_ID_SQLITE


@compiles(TransactionsEndedBelow, "postgresql")
def _watermark_pg(element: Any, compiler: SQLCompiler, **kw: Any) -> str:
    return "pg_snapshot_xmin(pg_current_snapshot())"


@compiles(TransactionsEndedBelow, "sqlite")
def _watermark_sqlite(element: Any, compiler: SQLCompiler, **kw: Any) -> str:
    return _NEXT_ID_SQLITE
