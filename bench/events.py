"""The events of the benchmarks, and stores whose log is full of them."""

import json
from collections.abc import Iterable, Sequence
from typing import Any, LiteralString

import psycopg
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import create_engine

from shared.contracts.catalog import TeamChanged
from shared.eventlog.envelope import shard_of
from shared.messaging.schema import create_messaging_tables_v1

CORRELATION = "a" * 32
EVENTS_A_STREAM = 4
TRACEPARENT = f"00-{CORRELATION}-{'b' * 16}-01"


def body(number: int, events: int) -> bytes:
    """The ``number``-th event, the same for all."""
    return (
        TeamChanged(
            code=f"team-{number % (events // EVENTS_A_STREAM)}",
            name="医疗卫生志愿服务队",
            name_en="Health",
            agency_code="health-bureau",
            agency_name="瑞安市卫生局",
            members=number,
        )
        .model_dump_json()
        .encode()
    )


def prepare(url: str, events: int) -> None:
    """The tables of messaging, an event log with ``events`` events, and the table for the effects."""
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    with engine.begin() as connection, Operations.context(MigrationContext.configure(connection)):
        create_messaging_tables_v1()
    engine.dispose()
    with psycopg.connect(url) as log:
        log.execute(
            "CREATE TABLE effects (id bigserial PRIMARY KEY, code text NOT NULL, members integer NOT NULL,"
            " at timestamptz NOT NULL DEFAULT clock_timestamp())"
        )
        streams = [f"team:team-{number}" for number in range(events // EVENTS_A_STREAM)]
        append(log, TeamChanged.type, streams, (body(number, events) for number in range(events)))


def append(
    log: "psycopg.Connection[Any]", kind: str, streams: Sequence[str], bodies: Iterable[bytes]
) -> None:
    """Writes an event for each body into a log, one stream after the other, again and again."""
    headers = json.dumps(
        {"traceparent": TRACEPARENT, "correlationid": CORRELATION, "causationid": "bench"}
    )
    columns = "txid, shard, type, aggregate_id, aggregate_seq, occurred_at, headers, body"
    txid = str(value_of(log, "SELECT pg_current_xact_id()::text"))
    with log.cursor().copy(f"COPY event_log ({columns}) FROM STDIN") as copy:
        for number, content in enumerate(bodies):
            turn, which = divmod(number, len(streams))
            stream = streams[which]
            copy.write_row(
                (
                    txid,
                    shard_of(stream),
                    kind,
                    stream,
                    turn + 1,
                    "now",
                    headers,
                    "\\x" + content.hex(),
                )
            )


def mark_sent(log: "psycopg.Connection[Any]") -> None:
    """As a relay leaves it that has sent all that is there."""
    log.execute(
        "UPDATE relay_cursor SET window_from = pg_snapshot_xmax(pg_current_snapshot()),"
        " window_to = pg_snapshot_xmax(pg_current_snapshot()), sent_id = (SELECT max(id) FROM event_log),"
        " sent_count = (SELECT count(*) FROM event_log WHERE event_log.shard = relay_cursor.shard)"
    )


def value_of(connection: "psycopg.Connection[Any]", query: LiteralString) -> Any:
    row = connection.execute(query).fetchone()
    return row[0] if row else None
