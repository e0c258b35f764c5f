"""Backup and restore of an embedded system's folder, and the upgrade of one that an earlier release made."""

import asyncio
import hashlib
import json
import os
import shutil
import sqlite3
import sys
import zipfile
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any

import pytest
from alembic import op
from rich.console import Console
from sqlalchemy import select
from typer.testing import CliRunner

from cli.accounts import ensure_demonstration_accounts
from cli.backup import MANIFEST, BackupFailed, back_up, restore, revision_of
from cli.main import app
from cli.terminal import words
from cli.up import CannotStart, having, upgrade
from services.catalog.volunteers.tables import volunteer
from services.embedded import FILES, build_all
from shared.contracts import PUBLISHERS
from shared.db.vault import place_of
from shared.service import Service
from tests.support.later import LATER, add_later_step

CONSOLE = Console(quiet=True)
NAME = "𠮷田隣"

ATTACHED = "01900000-0000-7000-8000-000000000001"


@asynccontextmanager
async def services_on(data: Path) -> AsyncIterator[dict[str, Service]]:
    services = {service.name: service for service in build_all(data)}
    try:
        yield services
    finally:
        for service in services.values():
            await service.database.close()


async def make_folder(data: Path) -> None:
    """A folder as this release makes it, with accounts, a sealed name and a clock."""
    async with services_on(data) as services:
        await upgrade(list(services.values()), data, CONSOLE)
        catalog = services["catalog"]
        await ensure_demonstration_accounts(catalog, data, CONSOLE, scoped=True)
        async with catalog.uow.transaction() as tx:
            (person,) = (await tx.session.execute(select(volunteer.c.no))).all()
            sealed = catalog.vault.seal(NAME, place_of(volunteer.c.name_sealed, person.no))
            await tx.session.execute(volunteer.update().values(name_sealed=sealed))
    (data / "demonstration-clock.json").write_text(
        '{"moment": "2014-07-01T08:00:00+08:00"}', "utf-8"
    )
    (data / "diancai.log").write_text("left out", "utf-8")
    (data / FILES / "attachments").mkdir(parents=True)
    (data / FILES / "attachments" / ATTACHED).write_bytes(b"%PDF-1.7")


async def name_in(data: Path) -> str:
    async with services_on(data) as services:
        catalog = services["catalog"]
        await catalog.migrations.check(catalog.database)
        async with catalog.uow.reading() as session:
            row = (await session.execute(select(volunteer.c.no, volunteer.c.name_sealed))).one()
        return catalog.vault.open(row.name_sealed, place_of(volunteer.c.name_sealed, row.no))


def content_of(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file() and (path.suffix in {".json", ".db"} or path.name == ATTACHED)
    }


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made") / "data"
    asyncio.run(make_folder(folder))
    return folder


@pytest.fixture(scope="module")
def kept(made: Path) -> Path:
    """A backup of it."""
    archive = made.with_name("kept.zip")
    back_up(made, archive)
    return archive


@pytest.fixture
def data(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "数据 50%20 of?it#now%"))


async def test_what_was_backed_up_is_read_again_elsewhere(data: Path, tmp_path: Path) -> None:
    archive, elsewhere = tmp_path / "b.zip", tmp_path / "elsewhere" / "var"
    made = back_up(data, archive)
    assert archive.stat().st_mode & 0o077 == 0
    assert set(made.revisions) == set(PUBLISHERS)
    assert {
        "secrets/vault_keys.json",
        "secrets/accounts.json",
        "demonstration-clock.json",
        f"{FILES}/attachments/{ATTACHED}",
    } <= made.files.keys()
    assert "diancai.log" not in made.files
    again, aside = restore(archive, elsewhere)
    assert (again, aside) == (made, None)
    assert await name_in(elsewhere) == NAME
    assert content_of(elsewhere).keys() == set(made.files)
    assert {path.stat().st_mode & 0o077 for path in elsewhere.rglob("*")} == {0}
    assert names_in(tmp_path) == sorted([archive.name, data.name, "elsewhere"])
    assert names_in(elsewhere.parent) == ["var"]


async def test_a_backup_is_of_one_moment_while_all_services_write(
    data: Path, tmp_path: Path
) -> None:
    """A writer counts up in one store after the other, as an event goes from service to service: no store in the
    backup may be ahead of one before it, and none more than one step behind."""
    for name in PUBLISHERS:
        with closing(sqlite3.connect(data / f"{name}.db")) as store:
            store.execute("CREATE TABLE step (n INTEGER)")
            store.execute("INSERT INTO step VALUES (0)")
            store.commit()
    stop = asyncio.Event()

    def write() -> None:
        stores = [
            sqlite3.connect(data / f"{name}.db", timeout=30, isolation_level=None)
            for name in PUBLISHERS
        ]
        while not stop.is_set():
            for store in stores:
                store.execute("UPDATE step SET n = n + 1")
        for store in stores:
            store.close()

    writer = asyncio.create_task(asyncio.to_thread(write))
    try:
        for number in range(5):
            await asyncio.to_thread(back_up, data, tmp_path / f"{number}.zip")
    finally:
        stop.set()
        await writer
    reached = []
    for number in range(5):
        folder = tmp_path / str(number)
        restore(tmp_path / f"{number}.zip", folder)
        steps = []
        for name in PUBLISHERS:
            with closing(sqlite3.connect(folder / f"{name}.db")) as store:
                steps += [row[0] for row in store.execute("SELECT n FROM step")]
        assert steps == sorted(steps, reverse=True), steps
        assert steps[0] - steps[-1] <= 1, steps
        reached.append(steps[0])
    assert reached[0] < reached[-1]


async def test_a_backup_replaces_no_file_and_needs_a_system(data: Path, tmp_path: Path) -> None:
    taken = tmp_path / "taken.zip"
    taken.write_bytes(b"mine")
    with pytest.raises(BackupFailed, match=r"taken\.zip"):
        back_up(data, taken)
    assert taken.read_bytes() == b"mine"
    (tmp_path / "empty").mkdir()
    with pytest.raises(BackupFailed, match="empty"):
        back_up(tmp_path / "empty", tmp_path / "new.zip")
    assert not (tmp_path / "new.zip").exists()


async def test_a_folder_that_holds_something_is_replaced_only_when_that_is_said(
    kept: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "mine.txt").write_text("留着", "utf-8")
    with pytest.raises(BackupFailed, match="--replace"):
        restore(kept, other)
    assert names_in(other) == ["mine.txt"]
    _, aside = restore(kept, other, replace=True)
    assert aside is not None
    assert (aside / "mine.txt").read_text("utf-8") == "留着"
    assert await name_in(other) == NAME


def rewrite(archive: Path, target: Path, change: Callable[[dict[str, bytes]], None]) -> None:
    """Copies the archive with its members changed."""
    with zipfile.ZipFile(archive) as packed:
        members = {name: packed.read(name) for name in packed.namelist()}
    change(members)
    with zipfile.ZipFile(target, "w") as packed:
        for name, content in members.items():
            packed.writestr(name, content)


def saying(**what: Any) -> Callable[[dict[str, bytes]], None]:
    def change(members: dict[str, bytes]) -> None:
        said = json.loads(members[MANIFEST])
        for name, value in what.items():
            said[name] = said[name] | value if isinstance(value, dict) else value
        members[MANIFEST] = json.dumps(said).encode()

    return change


def smuggling(name: str) -> Callable[[dict[str, bytes]], None]:
    def change(members: dict[str, bytes]) -> None:
        members[name] = b"1"
        saying(files={name: hashlib.sha256(b"1").hexdigest()})(members)

    return change


def other_store(members: dict[str, bytes]) -> None:
    """A store that is none, with its right sum."""
    members["notify.db"] = b"SQLite format 3\0" + bytes(4000)
    saying(files={"notify.db": hashlib.sha256(members["notify.db"]).hexdigest()})(members)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (
            lambda members: members.update({"dispatch.db": members["dispatch.db"][:-1] + b"!"}),
            "damaged",
        ),
        (lambda members: members.pop("secrets/vault_keys.json"), "damaged"),
        (lambda members: members.pop("notify.db"), "damaged"),
        (lambda members: members.update({"secrets/more.json": b"{}"}), "damaged"),
        (lambda members: members.pop(MANIFEST), "not_a_backup"),
        (lambda members: members.update({MANIFEST: b"{}"}), "not_a_backup"),
        (saying(release="0.1.1"), "newer"),
        (saying(release="0.10.0"), "newer"),
        (saying(format=2), "newer"),
        (saying(revisions={"requests": LATER}), "newer"),
        (saying(revisions={"requests": "0009"}), "older"),
        (other_store, "damaged"),
        (smuggling("secrets/../../escaped"), "damaged"),
        (smuggling("/escaped"), "damaged"),
        (smuggling("secrets\\..\\escaped"), "damaged"),
        (smuggling("diancai.lock"), "damaged"),
    ],
)
def test_what_is_not_a_whole_backup_of_this_release_or_before_changes_nothing(
    kept: Path, tmp_path: Path, change: Callable[[dict[str, bytes]], None], code: str
) -> None:
    bad, target = tmp_path / "bad.zip", tmp_path / "target"
    rewrite(kept, bad, change)
    target.mkdir()
    (target / "mine.txt").write_text("留着", "utf-8")
    before = names_in(tmp_path)
    with pytest.raises(BackupFailed) as raised:
        restore(bad, target, replace=True)
    said = words(f"restore.{code}", file=bad, part="§", release="§", ours="§").split("§")
    assert all(part in str(raised.value) for part in said)
    assert names_in(tmp_path) == before
    assert names_in(target) == ["mine.txt"]


def test_half_a_file_and_no_file_are_said_so(kept: Path, tmp_path: Path) -> None:
    half = tmp_path / "half.zip"
    half.write_bytes(kept.read_bytes()[: kept.stat().st_size // 2])
    for bad in (half, tmp_path / "none.zip"):
        with pytest.raises(BackupFailed, match=bad.name):
            restore(bad, tmp_path / "target")
    assert not (tmp_path / "target").exists()


def run(*words_: str) -> tuple[int, str]:
    done = CliRunner().invoke(
        app, list(words_), env={"DIANCAI_LANGUAGE": "en", "DIANCAI_DATA": None, "COLUMNS": "200"}
    )
    return done.exit_code, done.output


async def test_the_commands_say_what_they_did(data: Path, tmp_path: Path) -> None:
    status, said = await asyncio.to_thread(run, "backup", "--data", str(data))
    assert status == 0, said
    (archive,) = (data / "backups").iterdir()
    assert str(archive) in said.replace("\n", "")
    status, said = await asyncio.to_thread(run, "restore", str(archive), "--data", str(data))
    assert status == 2
    assert "--replace" in said
    status, said = await asyncio.to_thread(
        run, "restore", str(archive), "--data", str(data), "--replace"
    )
    assert status == 0, said
    assert await name_in(data) == NAME
    assert "0.1.0" in said


async def test_a_folder_in_use_is_backed_up_but_not_replaced(data: Path, tmp_path: Path) -> None:
    holder = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        _HOLD,
        str(data),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        env=os.environ,
    )
    assert holder.stdin is not None
    assert holder.stdout is not None
    await holder.stdout.readline()
    archive = tmp_path / "b.zip"
    assert (await asyncio.to_thread(run, "backup", "--data", str(data), "--out", str(archive)))[
        0
    ] == 0
    status, said = await asyncio.to_thread(
        run, "restore", str(archive), "--data", str(data), "--replace"
    )
    assert (status, str(holder.pid) in said) == (2, True)
    holder.stdin.close()
    await holder.wait()


_HOLD = """
import sys
from pathlib import Path
from shared.db.lock import LOCK, held
folder = Path(sys.argv[1])
with held(folder / LOCK, folder):
    print("held", flush=True)
    sys.stdin.read()
"""


def next_release(services: dict[str, Service], **does: Callable[[], None]) -> Sequence[Service]:
    """Their migrations go one step further; those that are named do something else in it."""
    for name, service in services.items():
        add_later_step(service.migrations, does=does.get(name))
    return list(services.values())


async def test_the_next_release_upgrades_the_folder_after_a_backup(
    data: Path, tmp_path: Path
) -> None:
    before = {name: revision_of(data / f"{name}.db") for name in PUBLISHERS}
    async with services_on(data) as services:
        await upgrade(next_release(services), data, CONSOLE)
    assert {revision_of(data / f"{name}.db") for name in PUBLISHERS} == {LATER}
    (archive,) = (data / "backups").iterdir()
    made, _ = restore(archive, tmp_path / "before")
    assert made.revisions == before
    assert await name_in(tmp_path / "before") == NAME
    async with services_on(data) as services:
        await upgrade(next_release(services), data, CONSOLE)
    assert list((data / "backups").iterdir()) == [archive], "nothing to upgrade, nothing to back up"


async def test_an_upgrade_that_stops_in_the_middle_leaves_the_backup_of_all(data: Path) -> None:
    async with services_on(data) as services:
        with pytest.raises(CannotStart, match="backups") as raised:
            await upgrade(
                next_release(services, dispatch=lambda: op.execute("UPDATE nowhere SET x = 1")),
                data,
                CONSOLE,
            )
    (archive,) = (data / "backups").iterdir()
    assert str(archive) in str(raised.value)
    reached = {name: revision_of(data / f"{name}.db") for name in PUBLISHERS}
    assert reached["dispatch"] != LATER
    assert LATER in reached.values(), "some are through, some not"
    aside_from = archive.read_bytes()
    with having(data, ""):
        _, aside = restore(archive, data, replace=True)
    assert aside is not None
    assert (aside / "backups" / archive.name).read_bytes() == aside_from
    assert await name_in(data) == NAME


@pytest.mark.parametrize(("revision", "code"), [("0013", "up.too_old"), ("9998", "up.too_new")])
async def test_a_folder_of_a_release_too_far_away_is_left_as_it_is(
    data: Path, revision: str, code: str
) -> None:
    with closing(sqlite3.connect(data / "dispatch.db")) as store:
        store.execute("UPDATE alembic_version SET version_num = ?", (revision,))
        store.execute("UPDATE schema_floor SET revision = ?", (revision,))
        store.commit()
    before = content_of(data)
    async with services_on(data) as services:
        with pytest.raises(CannotStart) as raised:
            await upgrade(list(services.values()), data, CONSOLE)
    said = words(code, folder=data, service="dispatch", found=revision, release="0.1.0")
    assert str(raised.value) == said
    assert str(data) in said
    assert "DIANCAI_DATA" in said
    assert content_of(data).keys() == before.keys()
    assert not (data / "backups").exists()
