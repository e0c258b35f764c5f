"""Turns new objects into rows, and stores rows of several tables together: on PostgreSQL in one
statement.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any, cast

from sqlalchemy import Connection, Dialect, Table, TextClause, TypeDecorator, insert, inspect, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstanceState

from shared.db.engine import dialect_of

Row = Mapping[str, Any]
"""Values by the names of columns."""

FIRST_VERSION = 1
"""The version that SQLAlchemy's unit of work, too, gives a new object."""

STORED_AS = "stored_as"
"""In a column's ``info``: PostgreSQL's expression for its value, where the row has none; ``filled``
is the row."""


def rows_of(entry: object, given: Row | None = None) -> Iterator[tuple[Table, Row]]:
    """Yields the rows of a new object and its parts, as SQLAlchemy's unit of work would store them.

    ``given`` are the columns whose values come from the object that it is a part of.
    """
    state: InstanceState[Any] = inspect(entry)
    mapper = state.mapper
    row = {
        column.name: state.dict.get(prop.key)
        for prop in mapper.column_attrs
        for column in prop.columns
    }
    if mapper.version_id_col is not None:
        row[mapper.version_id_col.name] = FIRST_VERSION
    row |= given or {}
    yield cast(Table, mapper.local_table), row
    for relation in mapper.relationships:
        links = {theirs.name: row[ours.name] for ours, theirs in relation.synchronize_pairs}
        for part in state.dict.get(relation.key, ()):
            yield from rows_of(part, links)


def insert_missing(session: AsyncSession, table: Table) -> postgresql.Insert | sqlite.Insert:
    """An INSERT that leaves alone what is there already. On PostgreSQL it waits for a transaction
    that is inserting the same key, so insert several keys in a fixed order.
    """
    if dialect_of(session) == "postgresql":
        return postgresql.insert(table).on_conflict_do_nothing()
    return sqlite.insert(table).on_conflict_do_nothing()


@lru_cache
def insert_together(claims: Table, key: str, tables: tuple[Table, ...]) -> TextClause:
    """Returns a statement for PostgreSQL that claims keys and inserts rows.

    It inserts rows into ``claims``, except those whose ``key`` exists. Then it inserts into
    ``tables`` the rows that belong to no key or to a new one. It returns the new keys. Its
    parameters are the tables' names, see :func:`in_parameter`. The rows of each table are stored in
    the given order.
    """
    parts = [f"claimed AS ({_insert(claims)} ON CONFLICT DO NOTHING RETURNING {key})"]
    wanted = f"(entry ->> 1 IS NULL OR entry ->> 1 IN (SELECT {key} FROM claimed))"  # noqa: S608 - names of our tables
    parts += [f"into_{table.name} AS ({_insert(table, wanted)})" for table in tables]
    return text(f"WITH {', '.join(parts)} SELECT {key} FROM claimed")  # noqa: S608


def insert_rows(connection: Connection, rows: Mapping[Table, Sequence[Row]]) -> None:
    """Stores rows, those of each table in the given order."""
    if connection.dialect.name == "postgresql":
        parameters = {
            table.name: in_parameter(table, [(row, None) for row in of], connection.dialect)
            for table, of in rows.items()
        }
        connection.execute(_insert_all(tuple(rows)), parameters)
        return
    for table, of in rows.items():
        connection.execute(insert(table), of)


@lru_cache
def _insert_all(tables: tuple[Table, ...]) -> TextClause:
    *others, last = tables
    parts = ", ".join(f"into_{table.name} AS ({_insert(table)})" for table in others)
    return text(f"WITH {parts} {_insert(last)}" if parts else _insert(last))


def _insert(table: Table, wanted: str = "true") -> str:
    columns = [column for column in table.columns if column is not table.autoincrement_column]
    names = ", ".join(f'"{column.name}"' for column in columns)
    # The transaction must have its number before a row of the log has its position
    # (read_settled_log): what is selected is there before the columns that are left out get their
    # defaults.
    values = ", ".join(column.info.get(STORED_AS, f'filled."{column.name}"') for column in columns)
    return (
        f"INSERT INTO {table.name} ({names}) SELECT {values}"  # noqa: S608
        f" FROM json_array_elements(CAST(:{table.name} AS json)) WITH ORDINALITY AS given (entry, nth),"
        f" json_populate_record(NULL::{table.name}, entry -> 0) AS filled"
        f" WHERE {wanted} ORDER BY given.nth"
    )


def in_parameter(table: Table, rows: Sequence[tuple[Row, str | None]], dialect: Dialect) -> str:
    """Encodes rows of ``table``, each with the key that it belongs to, as one parameter."""

    def stored(name: str, value: Any) -> Any:
        kind = table.c[name].type
        return kind.process_bind_param(value, dialect) if isinstance(kind, TypeDecorator) else value

    return json.dumps(
        [({name: stored(name, value) for name, value in row.items()}, key) for row, key in rows],
        ensure_ascii=False,
        default=_plain,
    )


def _plain(value: Any) -> str:
    if isinstance(value, date):  # a moment is one as well
        return value.isoformat()
    if isinstance(value, bytes):
        return "\\x" + value.hex()
    raise TypeError(f"no {type(value).__name__} can be stored so")
