"""The keys that sign tokens, or badges, from a file.

python -m shared.identity.signing_keys FILE            # signs with a new key
python -m shared.identity.signing_keys FILE --days 91  # the same, and those before stay good for so long
python -m shared.identity.signing_keys FILE --at-once  # and ends all others now
"""

import json
import os
import secrets
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet

from shared.identity.jwks import PublishedKey, read_key
from shared.kernel.clock import Clock, utc_now

COMMAND = "shared.identity.signing_keys"
KEY_GRACE = timedelta(hours=1)
"""So long after a rotation the key before is still good: longer than a token lives, clocks differ, and the services
take to ask for the keys again."""


class SigningKeys:
    """A private JWK Set (RFC 7517), read again whenever the file has changed. The first key signs; all that have not
    ended are published. A key ends at its ``exp`` (seconds since 1970). ``create`` makes the file (mode 0600) when
    there is none."""

    def __init__(self, file: Path, clock: Clock = utc_now, *, create: bool = False) -> None:
        self.file = file
        self._clock = clock
        self._create = create
        self._seen: tuple[int, int] | None = None
        self._keys: list[tuple[ECKey, PublishedKey]] = []

    def sign(self, claims: Mapping[str, Any], *, kind: str = "at+jwt") -> str:
        """Returns a JWT with ES256; ``kind`` is its ``typ``: ``at+jwt`` for an access token (RFC 9068).

        :raises RuntimeError: all keys of the file have ended.
        """
        keys = self._current()
        if not keys:
            raise RuntimeError(
                f"all keys in {self.file} have ended: python -m shared.identity.signing_keys FILE"
            )
        key = keys[0][0]
        return jwt.encode({"alg": "ES256", "typ": kind, "kid": key.kid}, dict(claims), key)

    def read(self, token: str, *, kind: str) -> Mapping[str, Any] | None:
        """Returns the claims of a token, though it may have expired.

        None means that no current key signed it, or that its ``typ`` is another.
        """
        try:
            found = jwt.decode(
                token, KeySet([key for key, _ in self._current()]), algorithms=["ES256"]
            )
        except (JoseError, ValueError, TypeError, AttributeError, KeyError, RecursionError):
            return None  # whoever sent it chose every part of it
        return (
            found.claims
            if found.header.get("typ") == kind and isinstance(found.claims, dict)
            else None
        )

    def public(self) -> dict[str, Any]:
        """Returns the JWK Set by which others check tokens."""
        return {"keys": [_public(key, published) for key, published in self._current()]}

    def _current(self) -> list[tuple[ECKey, PublishedKey]]:
        if self._create and not self.file.exists():
            write_keys(self.file, [new_key()])
        stat = self.file.stat()
        changed = stat.st_mtime_ns, stat.st_ino
        if changed != self._seen:
            said = json.loads(self.file.read_text("utf-8"))
            self._keys = [
                (ECKey.import_key(_without_end(entry)), read_key(entry)) for entry in said["keys"]
            ]
            self._seen = changed
        now = self._clock().timestamp()
        return [(key, published) for key, published in self._keys if published.fits("ES256", now)]


def _public(key: ECKey, published: PublishedKey) -> dict[str, Any]:
    end = {} if published.ends_at is None else {"exp": int(published.ends_at)}
    return key.as_dict(private=False) | {"use": "sig", "alg": "ES256"} | end


def _without_end(entry: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in entry.items() if name != "exp"}


def new_key() -> dict[str, Any]:
    """Returns a new private key as a JWK (RFC 7517), for ES256."""
    kid = secrets.token_hex(6)
    return dict(
        ECKey.generate_key("P-256", parameters={"kid": kid}, private=True).as_dict(private=True)
    )


def write_keys(file: Path, keys: list[dict[str, Any]]) -> None:
    """Replaces the file at once, mode 0600."""
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_name(f".{file.name}.{secrets.token_hex(6)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
        json.dump({"keys": keys}, out, indent=1)
    draft.replace(file)


def rotate(
    file: Path, now: datetime | None = None, *, at_once: bool = False, days: int | None = None
) -> None:
    """Adds a key that signs from now on. The keys before it end after :data:`KEY_GRACE`, after so many ``days``, or
    ``at_once``. What lasts for months, as badges do, needs days."""
    grace = KEY_GRACE if days is None else timedelta(days=days)
    now = now or utc_now()
    keys = json.loads(file.read_text("utf-8"))["keys"] if file.exists() and not at_once else []
    end = int((now + grace).timestamp())
    kept = [key | {"exp": min(key.get("exp", end), end)} for key in keys]
    write_keys(file, [new_key(), *(key for key in kept if key["exp"] > now.timestamp())])


def main(arguments: Sequence[str]) -> int:
    match list(arguments):
        case [file]:
            rotate(Path(file))
        case [file, "--days", days] if days.isdecimal():
            rotate(Path(file), days=int(days))
        case [file, "--at-once"]:
            rotate(Path(file), at_once=True)
        case _:
            print(__doc__)  # noqa: T201
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
