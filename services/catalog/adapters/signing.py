"""The keys that sign access tokens, from a file; and the hashing of passwords."""

import asyncio
import json
import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from joserfc import jwt
from joserfc.jwk import ECKey

HASHES_AT_ONCE = 4
"""Each takes 64 MiB for a moment; more at once and a flood of sign-ins would take all memory."""

KEPT_KEYS = 2
"""After a rotation: the new one and the one before, whose tokens are still about."""


class SigningKeys:
    """A private JWK Set (RFC 7517), read again whenever the file has changed. The first key signs; all
    are published. ``create`` makes the file (mode 0600) when there is none."""

    def __init__(self, file: Path, *, create: bool = False) -> None:
        self.file = file
        self._create = create
        self._seen = 0
        self._keys: list[ECKey] = []

    def sign(self, claims: Mapping[str, Any]) -> str:
        """A JWT access token (RFC 9068), ES256."""
        key = self._current()[0]
        return jwt.encode({"alg": "ES256", "typ": "at+jwt", "kid": key.kid}, dict(claims), key)

    def public(self) -> dict[str, Any]:
        """The JWK Set for those who check."""
        return {"keys": [key.as_dict(private=False) | {"use": "sig", "alg": "ES256"} for key in self._current()]}

    def _current(self) -> list[ECKey]:
        if self._create and not self.file.exists():
            write_keys(self.file, [new_key()])
        changed = self.file.stat().st_mtime_ns
        if changed != self._seen:
            said = json.loads(self.file.read_text("utf-8"))
            self._keys, self._seen = [ECKey.import_key(entry) for entry in said["keys"]], changed
        return self._keys


def new_key() -> dict[str, Any]:
    kid = secrets.token_hex(6)
    return dict(ECKey.generate_key("P-256", parameters={"kid": kid}, private=True).as_dict(private=True))


def write_keys(file: Path, keys: list[dict[str, Any]]) -> None:
    """Replaces the file at once, mode 0600."""
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_name(f".{file.name}.{secrets.token_hex(6)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
        json.dump({"keys": keys}, out, indent=1)
    draft.replace(file)


def rotate(file: Path) -> None:
    """Signs with a new key from now on, and keeps the one before."""
    keys = json.loads(file.read_text("utf-8"))["keys"] if file.exists() else []
    write_keys(file, [new_key(), *keys][:KEPT_KEYS])


class Passwords:
    """Argon2id (RFC 9106) with the library's parameters; in a thread, a few at a time."""

    def __init__(self) -> None:
        self._hasher = PasswordHasher()
        self._turns = asyncio.Semaphore(HASHES_AT_ONCE)
        self._nobodys = self._hasher.hash(secrets.token_urlsafe())

    async def hash(self, password: str) -> str:
        async with self._turns:
            return await asyncio.to_thread(self._hasher.hash, password)

    async def matches(self, password: str, stored: str | None) -> bool:
        """Takes as long for an account that does not exist (``stored`` None) as for one that does."""
        async with self._turns:
            return await asyncio.to_thread(self._verify, password, stored or self._nobodys) and stored is not None

    def _verify(self, password: str, stored: str) -> bool:
        try:
            return self._hasher.verify(stored, password)
        except (VerificationError, InvalidHashError):
            return False
