"""The public keys of the identity provider: by discovery address, or from a file that it keeps."""

import asyncio
import json
import ssl
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import url2pathname

import httpx
from joserfc.errors import JoseError
from joserfc.jwk import Key, KeySet

from shared.telemetry.logs import logger

FRESH_SECONDS = 300.0
"""Keys are asked for again after this long, so that one that was taken back stops working."""

PAUSE_SECONDS = 1.0
"""An unknown key makes the keys be asked for at once, but not more often than this."""

log = logger(__name__)


class KeysUnavailable(Exception):
    """The provider can't be asked for its keys, and none are known from before."""


class KeySource:
    """The keys by their ids.

    ``url`` is the address of a JWK Set (RFC 7517), ``https://...`` or ``file:///...``; without one it is
    looked up in the issuer's discovery document (OpenID Connect Discovery 1.0). When the provider is
    away, the keys that are known go on being used.
    """

    def __init__(self, issuer: str, url: str = "", *, tls: ssl.SSLContext | None = None) -> None:
        self._tls = tls or True
        self._issuer = issuer.rstrip("/")
        self._url = url
        self._keys: dict[str, Key] = {}
        self._asked_at = float("-inf")
        self._turn = asyncio.Lock()

    async def find(self, kid: str) -> Key | None:
        """:raises KeysUnavailable: none are known, and the provider does not answer."""
        age = time.monotonic() - self._asked_at
        if (kid not in self._keys and age > PAUSE_SECONDS) or age > FRESH_SECONDS:
            async with self._turn:
                if time.monotonic() - self._asked_at >= age:  # nobody else asked while we waited
                    await self._ask()
        return self._keys.get(kid)

    async def _ask(self) -> None:
        try:
            found = await self._fetch()
            keys = KeySet.import_key_set(found).keys  # type: ignore[arg-type]  # a JWK Set, as RFC 7517 writes it
        except (httpx.HTTPError, OSError, ValueError, KeyError, TypeError, JoseError) as error:
            log.warning("the identity provider's keys can't be read", error=repr(error))
            if not self._keys:
                raise KeysUnavailable(str(error)) from error
            self._asked_at = time.monotonic() - FRESH_SECONDS + PAUSE_SECONDS
            return
        self._keys = {key.kid: key for key in keys if key.kid}
        self._asked_at = time.monotonic()

    async def _fetch(self) -> dict[str, Any]:
        if urlsplit(self._url).scheme == "file":
            return dict(
                json.loads(await asyncio.to_thread(Path(url2pathname(urlsplit(self._url).path)).read_text, "utf-8"))
            )
        async with httpx.AsyncClient(timeout=5, trust_env=False, verify=self._tls, follow_redirects=False) as http:
            url = self._url
            if not url:
                document = await http.get(f"{self._issuer}/.well-known/openid-configuration")
                url = document.raise_for_status().json()["jwks_uri"]
            return dict((await http.get(url)).raise_for_status().json())
