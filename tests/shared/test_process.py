"""A service's command line says what is in the way, and shows no traceback."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import text

from services.catalog.bootstrap import build
from services.catalog.settings import CatalogSettings
from shared.cache.memory import MemoryCache
from shared.db.engine import sqlite_url
from shared.db.vault import add_key
from shared.doctor import examine
from shared.kernel.clock import utc_now
from shared.messaging.memory import MemoryBroker

VOLUNTEER = """
INSERT INTO volunteer (no, team_code, state, name_sealed, consent_at, consent_version, event_seq, version)
VALUES ('V-000001', 'health', 'active', :sealed, '2026-01-01T00:00:00+00:00', '1', 1, 1)
"""


def run(*arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CATALOG_")}
    command = [sys.executable, "-m", "services.catalog", *arguments]
    return subprocess.run(command, env=kept | settings, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("command", ["doctor", "migrate", "api"])
def test_without_a_database_a_service_says_which_setting_is_missing(command: str) -> None:
    done = run(command)
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert line.startswith("catalog: CATALOG_DATABASE_URL: Field required")
    assert "catalog_database_url in the folder of secrets" in line


def test_each_setting_that_is_wrong_is_named_and_its_value_is_not_repeated() -> None:
    done = run(
        "doctor",
        CATALOG_DATABASE_URL="sqlite:///x.db",
        CATALOG_PORT="hunter2",
        CATALOG_PARTITIONS="99",
    )
    assert [line.split(": ")[1] for line in done.stderr.splitlines()] == [
        "CATALOG_PORT",
        "CATALOG_PARTITIONS",
    ]
    assert "hunter2" not in done.stderr
    assert "Traceback" not in done.stderr


async def test_doctor_counts_what_an_old_key_sealed(tmp_path: Path) -> None:
    keys = tmp_path / "keys"
    settings = CatalogSettings(
        database_url=sqlite_url(tmp_path / "catalog.db"),
        vault_keys_file=keys,
        vault_keys_create=True,
    )
    service = build(settings, broker=MemoryBroker(), cache=MemoryCache(), clock=utc_now)
    await service.migrations.upgrade(service.database)
    sealed = service.vault.seal("田", "volunteer.name_sealed:V-000001")
    async with service.uow.transaction() as tx:
        await tx.session.execute(text(VOLUNTEER), {"sealed": sealed})

    async def found() -> tuple[str, str]:
        (finding,) = [
            each for each in await examine(service, settings) if each.what == "vault: sealed values"
        ]
        return finding.found, finding.advice

    assert await found() == ("all open with 'first'", "")
    add_key(keys, "2027a")
    said, advice = await found()
    assert said == "1 need a key before '2027a'"
    assert "reseal" in advice
    await service.database.close()
