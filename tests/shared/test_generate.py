"""What ``make generate`` writes can be used: the draft of a migration makes what the tables say."""

import shutil
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Column, Connection, ForeignKey, Integer, MetaData, String, Table

from shared.db.engine import Database
from shared.db.migrate import Migrations
from shared.db.types import BigId, Json, UtcDateTime
from tests.support.generate import all_tables_of, draft_migration
from tests.support.tree import SERVICES, folder_of


@pytest.mark.parametrize("service", SERVICES)
async def test_nothing_is_drafted_where_the_migrations_make_what_the_tables_say(
    service: str, tmp_path: Path
) -> None:
    assert await draft_migration(service, folder=tmp_path) is None


async def test_a_draft_makes_a_new_table_and_a_new_column(store_url: str, tmp_path: Path) -> None:
    wanted = all_tables_of("requests")
    Table(
        "complaint",
        wanted,
        Column("id", BigId, primary_key=True),
        Column("order_id", String(36), ForeignKey("service_order.id"), nullable=False, index=True),
        Column("words", Json, nullable=False),
        Column("made_at", UtcDateTime, nullable=False),
    )
    wanted.tables["service_order"].append_column(Column("wishes", Integer, nullable=True))
    folder = tmp_path / "migrations"
    shutil.copytree(
        folder_of("requests") / "migrations", folder, ignore=shutil.ignore_patterns("__pycache__")
    )
    draft = await draft_migration("requests", wanted, folder / "versions")
    assert draft is not None
    migrations = Migrations("requests", folder)
    assert migrations.head == draft.name.removesuffix("_draft.py")
    database = Database(store_url)
    before = migrations.scripts.get_revision(migrations.head).down_revision
    await migrations.upgrade(database)
    assert await differences(database, wanted) == []
    await migrations.downgrade(database, str(before))
    assert await differences(database, all_tables_of("requests")) == []
    await database.close()


async def differences(database: Database, wanted: MetaData) -> list[object]:
    def compare(connection: Connection) -> list[object]:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, wanted))

    async with database.engine.connect() as connection:
        return await connection.run_sync(compare)
