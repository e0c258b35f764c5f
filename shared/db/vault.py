"""Seals personal data at rest, value by value, with keys from a file that can be rotated.

A sealed value is ``v1.<key id>.<base64url of nonce and ciphertext>``: AES-256-GCM (NIST SP 800-38D)
with a random nonce of 96 bits. Its place (table, column, row) is the associated data, so a value
that is moved to another row no longer opens.
"""

import base64
import hashlib
import hmac
import json
import os
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Column, ColumnElement, and_, func, not_, select, tuple_, update

from shared.db.engine import Database

DEFAULT_FILE = Path(os.environ.get("DIANCAI_SECRETS_DIR", "/run/secrets")) / "vault_keys"
KEY_BYTES = 32
NONCE_BYTES = 12
BATCH = 100
"""Rows a transaction of :func:`reseal`; small, so that nobody waits long for a lock."""

_KEY_ID = re.compile(r"[A-Za-z0-9_-]{1,40}")
_SEALED = re.compile(r"v1\.([A-Za-z0-9_-]{1,40})\.([A-Za-z0-9_-]{38,})")


class VaultError(Exception):
    """A value can't be sealed or opened. The text names files, keys and places, never a value."""


@dataclass(frozen=True, slots=True)
class Ring:
    """The keys in the file.

    New values are sealed with ``current``; the others only open old ones. ``index`` is for blind
    indexes and stays when keys rotate, for otherwise nothing would be found.
    """

    current: str
    keys: dict[str, bytes]
    index: bytes


class Vault:
    """Seals and opens text.

    The file of keys is ``{"current": id, "keys": {id: key}, "index": key}``, each key 32 bytes as
    base64url. It is read when first needed and again whenever it has changed. ``create`` creates
    the file (mode 0600) when there is none. That is for embedded use and tests, since on a cluster
    every process would create its own.
    """

    def __init__(self, file: Path | None = None, *, create: bool = False) -> None:
        self.file = file or DEFAULT_FILE
        self._create = create
        self._seen: tuple[int, int, int] | None = None
        self._ring: Ring | None = None

    def seal(self, text: str, place: str) -> str:
        """Seals a value for ``place``, see :func:`place_of`.

        :raises VaultError: there is no key.
        """
        ring = self.ring()
        nonce = secrets.token_bytes(NONCE_BYTES)
        closed = AESGCM(ring.keys[ring.current]).encrypt(nonce, text.encode(), place.encode())
        return f"v1.{ring.current}.{_to_text(nonce + closed)}"

    def open(self, sealed: str, place: str) -> str:
        """Opens a value that was sealed for ``place``.

        :raises VaultError: its key is not in the file, or it was changed, or sealed for another
        place.
        """
        match = _SEALED.fullmatch(sealed)
        if match is None:
            raise VaultError(f"{place}: this is not a sealed value")
        key_id, rest = match[1], _from_text(match[2])
        key = self.ring().keys.get(key_id)
        if key is None:
            raise VaultError(
                f"{place}: sealed with key {key_id!r}, which is not in {self.file}; put it back there"
            )
        try:
            return (
                AESGCM(key).decrypt(rest[:NONCE_BYTES], rest[NONCE_BYTES:], place.encode()).decode()
            )
        except InvalidTag:
            raise VaultError(
                f"{place}: the value was changed, or sealed for another place or key"
            ) from None

    def blind_index(self, value: str, purpose: str) -> str:
        """Returns what equal values of one ``purpose`` have in common, to find one without opening
        all.

        It is an HMAC-SHA256 in hexadecimal, and stays the same after a rotation.

        :raises VaultError: there is no key.
        """
        return hmac.new(
            self.ring().index, f"{purpose}\0{value}".encode(), hashlib.sha256
        ).hexdigest()

    def ring(self) -> Ring:
        """Returns the present keys.

        :raises VaultError: there is no file, or it is malformed.
        """
        try:
            found = self._stat()
        except FileNotFoundError:
            if not self._create:
                raise VaultError(
                    f"there is no file of keys at {self.file}; make one (python -m shared.db.vault FILE) "
                    "and name it in ..._VAULT_KEYS_FILE"
                ) from None
            create_ring(self.file)
            found = self._stat()
        if self._ring is None or found != self._seen:
            self._ring, self._seen = _read_ring(self.file), found
        return self._ring

    def _stat(self) -> tuple[int, int, int]:
        stat = self.file.stat()
        return stat.st_mtime_ns, stat.st_size, stat.st_ino


def place_of(column: Column[Any], *key: str) -> str:
    """Returns the place of a value: ``<table>.<column>:<row key>``."""
    return f"{column.table.name}.{column.name}:{'/'.join(key)}"


def create_ring(file: Path) -> None:
    """Creates a file with a new key, mode 0600. An existing file stays, whichever process created
    it.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    key_id = "first"
    ring = {"current": key_id, "keys": {key_id: _new_key()}, "index": _new_key()}
    draft = file.with_name(f".{file.name}.{secrets.token_hex(6)}")
    draft.touch(mode=0o600, exist_ok=False)
    draft.write_text(json.dumps(ring, indent=1) + "\n", "utf-8")
    try:
        os.link(draft, file)  # unlike a rename, refuses when another process was faster
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def add_key(file: Path, key_id: str) -> None:
    """Adds a new key to the file and makes it the current one. The old ones stay to open what they
    sealed.

    :raises VaultError: the id is taken, or empty.
    """
    _read_ring(file)
    said = json.loads(file.read_text("utf-8"))
    if not _KEY_ID.fullmatch(key_id) or key_id in said["keys"]:
        raise VaultError(f"{file}: {key_id!r} can't be the id of a new key")
    said["keys"][key_id] = _new_key()
    said["current"] = key_id
    draft = file.with_name(f".{file.name}.{secrets.token_hex(6)}")
    draft.touch(mode=0o600, exist_ok=False)
    draft.write_text(json.dumps(said, indent=1) + "\n", "utf-8")
    draft.replace(file)


async def reseal(database: Database, vault: Vault, columns: Sequence[Column[Any]]) -> int:
    """Seals with the current key what older keys sealed, and returns how many values that was.

    It can be stopped and repeated, and runs beside traffic.

    :raises VaultError: a value can't be opened; those before it are done.
    """
    done = 0
    for column in columns:
        done += await _reseal_column(database, vault, column)
    return done


async def count_stale(database: Database, vault: Vault, columns: Sequence[Column[Any]]) -> int:
    """How many values :func:`reseal` would seal anew. :raises VaultError: there is no key."""
    stale = 0
    async with database.reading() as session:
        for column in columns:
            query = select(func.count()).select_from(column.table).where(_is_stale(column, vault))
            stale += await session.scalar(query) or 0
    return stale


def _is_stale(column: Column[Any], vault: Vault) -> ColumnElement[bool]:
    """Returns whether another key than the current one sealed the value."""
    return and_(
        column.is_not(None), not_(column.startswith(f"v1.{vault.ring().current}.", autoescape=True))
    )


async def _reseal_column(database: Database, vault: Vault, column: Column[Any]) -> int:
    keys = list(column.table.primary_key.columns)
    row_key = _row_key(column)
    stale = _is_stale(column, vault)
    done, last = 0, None
    while True:
        query = (
            select(*keys, row_key.label("row_key"), column.label("stored"))
            .where(stale)
            .order_by(*keys)
            .limit(BATCH)
        )
        if last is not None:
            query = query.where(tuple_(*keys) > tuple_(*last))
        async with database.writing() as session:
            rows = (await session.execute(query.with_for_update())).all()
            for row in rows:
                place = place_of(column, str(row.row_key))
                fresh = vault.seal(vault.open(row.stored, place), place)
                same_row = and_(*(key == value for key, value in zip(keys, row, strict=False)))
                await session.execute(
                    update(column.table).where(same_row).values({column.name: fresh})
                )
        if not rows:
            return done
        done += len(rows)
        last = tuple(rows[-1][: len(keys)])


def _row_key(column: Column[Any]) -> Column[Any]:
    """What stands for the row in a place: its only primary key column, or the one that ``info``
    names.
    """
    named = column.info.get("row_key")
    if named:
        return column.table.c[named]
    (key,) = column.table.primary_key.columns
    return key


def _read_ring(file: Path) -> Ring:
    try:
        said = json.loads(file.read_text("utf-8"))
        keys = {str(key_id): _from_text(text) for key_id, text in said["keys"].items()}
        ring = Ring(str(said["current"]), keys, _from_text(said["index"]))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise VaultError(f"{file}: not a file of keys ({type(error).__name__})") from None
    if ring.current not in ring.keys:
        raise VaultError(f"{file}: the current key {ring.current!r} is not among its keys")
    wrong = [
        key_id
        for key_id, key in ring.keys.items()
        if len(key) != KEY_BYTES or not _KEY_ID.fullmatch(key_id)
    ]
    if wrong or len(ring.index) != KEY_BYTES:
        raise VaultError(
            f"{file}: keys must be {KEY_BYTES} bytes as base64url under a plain id: {wrong or ['index']}"
        )
    return ring


def _new_key() -> str:
    return _to_text(secrets.token_bytes(KEY_BYTES))


def _to_text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _from_text(text: str) -> bytes:
    return base64.urlsafe_b64decode(text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4))


def main(arguments: Sequence[str]) -> int:
    """``python -m shared.db.vault FILE`` makes a file of keys; with a key id as second word, adds a
    key to it.
    """
    if len(arguments) == 1:
        create_ring(Path(arguments[0]))
    elif len(arguments) == 2:
        add_key(Path(arguments[0]), arguments[1])
    else:
        print(main.__doc__)  # noqa: T201
        return 2
    return 0


if __name__ == "__main__":
    import sys

    sys.exit(main(sys.argv[1:]))
