"""``make generate``: writes what follows from the code, so that nobody writes it twice.

- the table of events in ``docs/reference/events.md``;
- the snapshot of the events' schemas, when they changed compatibly;
- the golden example of each new event, and the catalogue of events that notify serves with these examples;
- the table of public holidays;
- for each service whose tables are not what its migrations make, the draft of the next migration.

The types of the HTTP APIs (``web/types``) are made by ``make web-types``.
"""

import asyncio
import json
import re
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

from alembic.autogenerate import produce_migrations, render_python_code
from alembic.migration import MigrationContext
from alembic.operations.ops import MigrationScript
from sqlalchemy import Connection, MetaData
from sqlalchemy.types import TypeEngine

from services.notify.contract.queries.catalogue import PUBLISHED
from shared.contracts import EVENTS, PUBLISHERS
from shared.db import types
from shared.db.engine import Database, sqlite_url
from shared.db.migrate import FLOOR
from tests.contracts import golden, snapshot
from tests.contracts.compatibility import breaks
from tests.support import holidays
from tests.support.tree import ROOT, SERVICES, folder_of, metadata_of, migrations_of

EVENTS_PAGE = ROOT / "docs" / "reference" / "events.md"
EVENTS_TABLE = re.compile(r"(<!-- events:.*?-->\n)(.*?)(\n<!-- end of events -->)", re.DOTALL)

OURS: list[tuple[object, str]] = [(types.Json, "Json"), (types.BigId, "BigId")]

DRAFT = '''"""Says here what changes, and why.

Revision ID: {revision}
"""

import sqlalchemy as sa
from alembic import op

{imports}revision = "{revision}"
down_revision = "{before}"
expands = False


def upgrade() -> None:
    {upgrade}


def downgrade() -> None:
    {downgrade}
'''


def consumers_of_events() -> dict[str, list[str]]:
    """The services that subscribe to each type of event."""
    consumers: dict[str, list[str]] = {kind: [] for kind in EVENTS}
    for service in PUBLISHERS:
        for event in import_module(f"services.{service}.consumers").SUBSCRIPTIONS:
            consumers[event.type].append(service)
    return consumers


def event_table() -> str:
    """The table of events and their consumers, in Markdown."""
    lines = ["| event | consumers |", "|---|---|"]
    lines += [
        f"| `{kind}` | {', '.join(sorted(services))} |"
        for kind, services in consumers_of_events().items()
    ]
    return "\n".join(lines)


def written_event_table() -> str:
    """The table as the page has it.

    :raises ValueError: the page has no place for it.
    """
    if (found := EVENTS_TABLE.search(EVENTS_PAGE.read_text("utf-8"))) is None:
        raise ValueError(f"{EVENTS_PAGE} has no table of events")
    return found[2]


def write_event_table() -> bool:
    """Writes the table into the page; whether it was another."""
    if written_event_table() == event_table():
        return False
    page = EVENTS_PAGE.read_text("utf-8")
    EVENTS_PAGE.write_text(
        EVENTS_TABLE.sub(lambda found: found[1] + event_table() + found[3], page), "utf-8"
    )
    return True


async def draft_migration(
    service: str, tables: MetaData | None = None, folder: Path | None = None
) -> Path | None:
    """Drafts the step from what the migrations of ``service`` make to what its tables say, in ``folder`` (that of its
    migrations); None when there is no difference. A draft adds, drops and changes columns as Alembic sees it, on
    SQLite: whoever asked for it reads it, and says whether it ``expands``."""
    migrations = migrations_of(service)
    tables = tables or all_tables_of(service)
    with TemporaryDirectory() as place:
        database = Database(sqlite_url(Path(place) / "store.db"))
        await migrations.upgrade(database)
        async with database.engine.connect() as connection:
            text = await connection.run_sync(lambda c: _draft(c, tables, migrations.head))
        await database.close()
    if text is None:
        return None
    folder = folder or folder_of(service) / "migrations" / "versions"
    draft = folder / f"{_next(migrations.head)}_draft.py"
    draft.write_text(text, "utf-8")
    return draft


def all_tables_of(service: str) -> MetaData:
    """Every table that the store of ``service`` must have, as one metadata."""
    tables = MetaData()
    for metadata in (*metadata_of(service), FLOOR.metadata):
        for table in metadata.tables.values():
            table.to_metadata(tables)
    return tables


def _next(revision: str) -> str:
    return f"{int(revision) + 1:04}"


def _draft(connection: Connection, tables: MetaData, head: str) -> str | None:
    used: set[str] = set()
    options: dict[str, Any] = {"compare_type": True, "render_as_batch": True}
    context = MigrationContext.configure(connection, opts={**options, "target_metadata": tables})
    script: MigrationScript = produce_migrations(context, tables)
    if script.upgrade_ops is None or script.downgrade_ops is None or script.upgrade_ops.is_empty():
        return None
    rendered = [
        render_python_code(
            ops, render_as_batch=True, render_item=_renderer(used), migration_context=context
        )
        for ops in (script.upgrade_ops, script.downgrade_ops)
    ]
    imports = f"from shared.db.types import {', '.join(sorted(used))}\n\n" if used else ""
    upgrade, downgrade = (
        re.sub(r"^ *# ###.*\n?", "", text, flags=re.MULTILINE).strip() for text in rendered
    )
    return DRAFT.format(
        revision=_next(head), before=head, imports=imports, upgrade=upgrade, downgrade=downgrade
    )


def _renderer(used: set[str]) -> Callable[[str, object, object], str | Literal[False]]:
    """Writes our own column types by their names, and notes which must be imported."""

    def render(what: str, value: object, _context: object) -> str | Literal[False]:
        if what != "type" or not isinstance(value, TypeEngine):
            return False
        for ours, name in OURS:
            if repr(value) == repr(ours):
                used.add(name)
                return name
        if isinstance(value, types.UtcDateTime):
            used.add("UtcDateTime")
            return "UtcDateTime()"
        return False

    return render


def write_snapshot() -> bool:
    """Records the events' schemas; whether they had changed.

    :raises SystemExit: a change would break consumers and event logs.
    """
    if broken := breaks(snapshot.recorded(), snapshot.present()):
        sys.exit(
            "\n  ".join(["not recorded; what was published stays as it is:", *map(str, broken)])
        )
    if snapshot.recorded() == snapshot.present():
        return False
    snapshot.record()
    return True


def published_text() -> str:
    """What notify knows of each event beside its class: since when it is there, who acts on it, an example."""
    consumers, examples = consumers_of_events(), dict(golden.golden())
    told = {
        kind: {
            "since": examples[kind]["since"],
            "consumers": sorted(consumers[kind]),
            "example": examples[kind]["event"],
        }
        for kind in EVENTS
    }
    return json.dumps(told, ensure_ascii=False, indent=1) + "\n"


def write_published() -> bool:
    """Writes that; whether it was another."""
    if PUBLISHED.exists() and PUBLISHED.read_text("utf-8") == published_text():
        return False
    PUBLISHED.write_text(published_text(), "utf-8")
    return True


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


def main() -> None:
    """Writes all of it, and says what changed."""
    if write_event_table():
        _say(f"written: {EVENTS_PAGE.relative_to(ROOT)}")
    if write_snapshot():
        _say(f"written: {snapshot.FILE.relative_to(ROOT)}")
    for path in golden.write_missing():
        _say(f"written: {path.relative_to(ROOT)}; from now on it stays as it is")
    if write_published():
        _say(f"written: {PUBLISHED.relative_to(ROOT)}")
    if holidays.write():
        _say(f"written: {holidays.FILE.relative_to(ROOT)}")
    for service in SERVICES:
        if draft := asyncio.run(draft_migration(service)):
            _say(
                f"drafted: {draft.relative_to(ROOT)}; read it, name it, and say whether it expands"
            )


if __name__ == "__main__":
    main()
