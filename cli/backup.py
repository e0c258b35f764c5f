"""``diancai backup`` and ``diancai restore``: an embedded system's folder as one file, and back.

A backup holds what the system can't do without: the four stores, the secrets that open what is sealed in
them, and the files that people attached, and the demonstration with its clock. Mail and log are left out.
"""

import hashlib
import os
import secrets
import shutil
import sqlite3
import time
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from pydantic import BaseModel, Field, ValidationError

from cli.terminal import words
from services.embedded import FILES
from shared import __version__
from shared.contracts import PUBLISHERS
from shared.db.migrate import Migrations, SchemaMismatch, SchemaTooOld

FORMAT = 1
MANIFEST = "manifest.json"
SECRETS = "secrets"
RESULT = "demonstration.json"
CLOCK = "demonstration-clock.json"
AUTOMATIC = "backups"
"""The folder, inside the data folder, of backups that are made before an upgrade."""

BLOCK = 1024 * 1024
LOCK_SECONDS = 0.5
PATIENCE_SECONDS = 60.0
LARGEST_MANIFEST = 1024 * 1024


class BackupFailed(Exception):
    """Says in words why there is no backup, or why one was not restored, and what to do."""


class Origin(BaseModel):
    """What a backup of whatever release says of itself. ``format`` rises when older releases can't restore it."""

    format: int = FORMAT
    release: str


class Manifest(Origin):
    """What a backup of this format says of itself."""

    made_at: datetime
    revisions: dict[str, str | None] = Field(min_length=1)
    """By service: the schema of its store."""
    files: dict[str, str]
    """By path inside the data folder: SHA-256, hexadecimal."""


def default_name(prefix: str = "diancai-backup") -> str:
    return f"{prefix}-{datetime.now(UTC):%Y%m%dT%H%M%S%fZ}.zip"


def back_up(data: Path, target: Path) -> Manifest:
    """Writes a backup of the folder ``data`` to the new file ``target``, which only its owner may read. The system may
    be running: the stores are copied as they stand at one moment, and writers wait for milliseconds.

    :raises BackupFailed: there is no system in the folder, ``target`` exists, or something can't be read or written.
    """
    stores = [name for name in PUBLISHERS if _store(data, name).is_file()]
    if not stores:
        raise BackupFailed(words("backup.no_system", folder=data))
    try:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with (
            _new_private_file(target) as draft,
            TemporaryDirectory(dir=target.parent, prefix=".backup-") as copies,
        ):
            _copy_stores(stores, data, Path(copies))
            manifest = _pack(stores, data, Path(copies), draft)
    except FileExistsError as error:
        raise BackupFailed(words("backup.exists", file=target)) from error
    except (OSError, sqlite3.Error) as error:
        raise BackupFailed(
            words("backup.failed", folder=data, file=target, why=_reason(error))
        ) from error
    return manifest


def restore(archive: Path, data: Path, *, replace: bool = False) -> tuple[Manifest, Path | None]:
    """Makes the folder ``data`` what it was when the backup was made; gives what the backup says of itself, and
    where the folder went that was there before (only with ``replace``). All of it is verified before anything
    is changed, and it takes the folder's place at once or not at all. The caller holds the folder's locks.

    :raises BackupFailed: the file is no whole backup, or a later release made it, or one too early; or the
        folder holds something and ``replace`` was not said.
    """
    if not replace and data.is_dir() and any(data.iterdir()):
        raise BackupFailed(words("restore.not_empty", folder=data, file=archive))
    made = data.with_name(f".{data.name}.restoring-{secrets.token_hex(4)}")
    try:
        with _opened(archive) as (packed, manifest):
            _check_release(archive, manifest)
            made.mkdir(mode=0o700, parents=True)
            for name, digest in manifest.files.items():
                _unpack(archive, packed, name, digest, made)
        _check_stores(archive, manifest, made)
        return manifest, _put_in_place(made, data)
    except OSError as error:
        raise BackupFailed(
            words("restore.failed", file=archive, folder=data, why=_reason(error))
        ) from error
    finally:
        shutil.rmtree(made, ignore_errors=True)


def revision_of(store: Path) -> str | None:
    """The schema's revision as the store says it; none where it was never migrated."""
    with closing(sqlite3.connect(f"{store.absolute().as_uri()}?mode=ro", uri=True)) as connection:
        try:
            row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        except sqlite3.OperationalError:
            return None
    return None if row is None else str(row[0])


def migrations_of(service: str) -> Migrations:
    import services

    return Migrations(service, Path(str(services.__file__)).parent / service / "migrations")


def _store(data: Path, service: str) -> Path:
    return data / f"{service}.db"


@contextmanager
def _new_private_file(target: Path) -> Iterator[Path]:
    """Gives a draft that becomes ``target`` when the block ends well. :raises FileExistsError: there is one."""
    if target.exists():
        raise FileExistsError(target)
    draft = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    draft.touch(mode=0o600, exist_ok=False)
    try:
        yield draft
        os.link(
            draft, target
        )  # unlike a rename, this refuses to replace a file made in the meantime
    finally:
        draft.unlink(missing_ok=True)


def _copy_stores(stores: Sequence[str], data: Path, copies: Path) -> None:
    """Copies all stores as they stand at one moment, as if power had failed there: what one service says that it has
    sent, the others have. They are locked against writers together, for as long as it takes to begin reading each.

    Nothing waits for two of these locks for long: whoever doesn't get one soon gives back the others and tries again.
    """
    with ExitStack() as stack:
        readers = {
            name: stack.enter_context(
                closing(sqlite3.connect(_store(data, name), isolation_level=None))
            )
            for name in stores
        }
        with _writers_waiting(stores, data):
            for reader in readers.values():
                reader.execute("BEGIN")
                reader.execute(
                    "SELECT count(*) FROM sqlite_master"
                ).fetchone()  # the snapshot is taken by a read
        for name, reader in readers.items():
            with closing(sqlite3.connect(_store(copies, name))) as copy:
                reader.backup(copy)
                copy.execute("PRAGMA journal_mode=DELETE")


@contextmanager
def _writers_waiting(stores: Sequence[str], data: Path) -> Iterator[None]:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        with ExitStack() as stack:
            try:
                for name in stores:
                    store = sqlite3.connect(
                        _store(data, name), isolation_level=None, timeout=LOCK_SECONDS
                    )
                    stack.enter_context(closing(store)).execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError:
                if time.monotonic() > deadline:
                    raise
                continue
            yield
            return


def _pack(stores: Sequence[str], data: Path, copies: Path, draft: Path) -> Manifest:
    files = {f"{name}.db": _store(copies, name) for name in stores}
    files |= {name: data / name for name in (RESULT, CLOCK) if (data / name).is_file()}
    kept = sorted(path for folder in (SECRETS, FILES) for path in (data / folder).rglob("*"))
    files |= {path.relative_to(data).as_posix(): path for path in kept if path.is_file()}
    digests: dict[str, str] = {}
    with zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as packed:
        for name, path in files.items():
            with path.open("rb") as source, packed.open(name, "w", force_zip64=True) as sink:
                digests[name] = _copy(source, sink)
        manifest = Manifest(
            release=__version__,
            made_at=datetime.now(UTC),
            revisions={name: revision_of(_store(copies, name)) for name in stores},
            files=digests,
        )
        packed.writestr(MANIFEST, manifest.model_dump_json(indent=1))
    with draft.open("rb+") as written:
        os.fsync(written.fileno())
    return manifest


def _copy(source: Any, sink: Any) -> str:
    """Copies a stream; gives its SHA-256."""
    digest = hashlib.sha256()
    while block := source.read(BLOCK):
        digest.update(block)
        sink.write(block)
    return digest.hexdigest()


@contextmanager
def _opened(archive: Path) -> Iterator[tuple[zipfile.ZipFile, Manifest]]:
    """:raises BackupFailed: it can't be opened, or is none of ours."""
    try:
        packed = zipfile.ZipFile(archive)
    except zipfile.BadZipFile as error:
        raise BackupFailed(words("restore.not_a_backup", file=archive)) from error
    with packed:
        yield packed, _manifest(archive, packed)


def _manifest(archive: Path, packed: zipfile.ZipFile) -> Manifest:
    try:
        if packed.getinfo(MANIFEST).file_size > LARGEST_MANIFEST:
            raise BackupFailed(words("restore.not_a_backup", file=archive))
        said = packed.read(MANIFEST)
        origin = Origin.model_validate_json(said)
        if origin.format > FORMAT:
            raise _is_newer(archive, origin)
        manifest = Manifest.model_validate_json(said)
    except (KeyError, ValidationError, zlib.error, zipfile.BadZipFile) as error:
        raise BackupFailed(words("restore.not_a_backup", file=archive)) from error
    held = sorted(info.filename for info in packed.infolist() if info.filename != MANIFEST)
    stores = {name for name in manifest.files if name.endswith(".db") and "/" not in name}
    is_consistent = (
        held == sorted(manifest.files)
        and all(_is_ours(name) for name in held)
        and stores == {f"{name}.db" for name in manifest.revisions}
    )
    if not is_consistent:
        raise BackupFailed(words("restore.damaged", file=archive, part=MANIFEST))
    return manifest


def _is_ours(name: str) -> bool:
    """Whether a backup may hold a file of this name: nothing leads out of the folder, or to other parts of it."""
    parts = name.split("/")
    if any(part in {"", ".", ".."} or "\\" in part or "\0" in part for part in parts):
        return False
    return (
        parts[0] in (SECRETS, FILES)
        if len(parts) > 1
        else name in {*(f"{each}.db" for each in PUBLISHERS), RESULT, CLOCK}
    )


def _check_release(archive: Path, manifest: Manifest) -> None:
    """:raises BackupFailed: a later release made the backup, or one that this release can't upgrade."""
    if _number(manifest.release) > _number(__version__):
        raise _is_newer(archive, manifest)
    for name, revision in manifest.revisions.items():
        try:
            migrations_of(name).check_revision(revision, may_be_behind=True)
        except SchemaTooOld as error:
            said = words("restore.older", file=archive, release=manifest.release, ours=__version__)
            raise BackupFailed(said) from error
        except SchemaMismatch as error:
            raise _is_newer(archive, manifest) from error


def _is_newer(archive: Path, origin: Origin) -> BackupFailed:
    return BackupFailed(
        words("restore.newer", file=archive, release=origin.release, ours=__version__)
    )


def _number(release: str) -> tuple[int, ...]:
    return tuple(int(part) if part.isdecimal() else 0 for part in release.split("."))


def _unpack(archive: Path, packed: zipfile.ZipFile, name: str, digest: str, folder: Path) -> None:
    target = folder / name
    # Each by itself: parents=True makes the upper ones as anybody's.
    for parent in reversed([each for each in target.parents if not each.exists()]):
        parent.mkdir(mode=0o700)
    try:
        with packed.open(name) as source, os.fdopen(os.open(target, _NEW, 0o600), "wb") as sink:
            found = _copy(source, sink)
            sink.flush()
            os.fsync(sink.fileno())
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        # What zipfile raises for a damaged part: a wrong checksum, broken or cut off data, a method or an
        # encryption that we never write.
        raise BackupFailed(words("restore.damaged", file=archive, part=name)) from error
    if found != digest:
        raise BackupFailed(words("restore.damaged", file=archive, part=name))


_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL


def _check_stores(archive: Path, manifest: Manifest, folder: Path) -> None:
    """:raises BackupFailed: a store is no whole one, or not of the revision that the backup names."""
    for name, revision in manifest.revisions.items():
        store = _store(folder, name)
        try:
            with closing(sqlite3.connect(store)) as connection:
                (found,) = connection.execute("PRAGMA quick_check(1)").fetchone()
            is_whole = found == "ok" and revision_of(store) == revision
        except sqlite3.Error:
            is_whole = False
        if not is_whole:
            raise BackupFailed(words("restore.damaged", file=archive, part=store.name))


def _put_in_place(made: Path, data: Path) -> Path | None:
    """Gives where the folder is now that was there; none when there was none, or nothing in it."""
    aside = None
    if data.is_dir() and any(data.iterdir()):
        aside = data.with_name(f"{data.name}.replaced-{datetime.now(UTC):%Y%m%dT%H%M%S%fZ}")
        data.rename(aside)
    try:
        made.rename(data)
    except OSError:
        if aside is not None:
            aside.rename(data)
        raise
    return aside


def _reason(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)
