"""The public keys of the identity provider: by discovery address, or from a file that it keeps."""

import asyncio
import json
import ssl
import time
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

import httpx

from shared.identity.jwks import PublishedKey, PublishedKeys, read_key_set
from shared.telemetry.logs import logger

FRESH_SECONDS = 300.0
"""Keys are asked for again after this long, so that one that was taken back stops working."""

PAUSE_SECONDS = 1.0
"""An unknown key makes the keys be asked for at once, but not more often than this."""

LONGEST_KEPT_SECONDS = 86_400.0
"""While the provider is away, the keys that are known go on being used for this long and no longer.
"""

log = logger(__name__)


class KeysUnavailable(Exception):
    """The provider can't be reached for its keys, and none are known."""


class KeySource:
    """The provider's keys, as :class:`shared.identity.jwks.PublishedKeys` finds them.

    ``url`` is the address of a JWK Set (RFC 7517), ``https://...`` or ``file:///...``. Without one
    it is taken from the issuer's discovery document (OpenID Connect Discovery 1.0). While the
    provider is unavailable, known keys remain in use for a day.
    """

    def __init__(self, issuer: str, url: str = "", *, tls: ssl.SSLContext | None = None) -> None:
        self._tls = tls or True
        self._issuer = issuer.rstrip("/")
        self._url = url
        self._keys = PublishedKeys()
        self._said: list[str] = []
        self._read_at = float("-inf")
        self._asked_at = float("-inf")
        self._turn = asyncio.Lock()

    async def find(self, kid: str | None, algorithm: str, now: float) -> tuple[PublishedKey, ...]:
        """Returns the keys that may have signed a token; none when no published key fits.

        ``now`` is in seconds since 1970.

        :raises KeysUnavailable: no keys are known, and the provider does not respond.
        """
        found = self._keys.find(kid, algorithm, now)
        age = time.monotonic() - self._asked_at
        if (not found and age > PAUSE_SECONDS) or age > FRESH_SECONDS:
            async with self._turn:
                if time.monotonic() - self._asked_at >= age:  # nobody else asked while we waited
                    await self.read()
            found = self._keys.find(kid, algorithm, now)
        return found

    async def read(self) -> list[str]:
        """Reads the keys now, and returns a warning for each entry that can't be used.

        :raises KeysUnavailable: no keys are known, and the provider does not respond.
        """
        try:
            self._keys, said = read_key_set(await self._fetch())
        except (
            httpx.HTTPError,
            httpx.InvalidURL,
            OSError,
            ValueError,
            KeyError,
            TypeError,
            RecursionError,
        ) as error:
            log.warning("the identity provider's keys can't be read", error=repr(error)[:500])
            if not self._keys or time.monotonic() - self._read_at > LONGEST_KEPT_SECONDS:
                self._keys = PublishedKeys()
                raise KeysUnavailable(str(error)) from error
            self._asked_at = time.monotonic() - FRESH_SECONDS + PAUSE_SECONDS
            return self._said
        if said != self._said:  # the same again each five minutes would hide what is new
            for warning in said:
                log.warning("a key of the identity provider's set is odd", key=warning)
        self._said = said
        self._read_at = self._asked_at = time.monotonic()
        return said

    async def _fetch(self) -> object:
        if urlsplit(self._url).scheme == "file":
            return json.loads(
                await asyncio.to_thread(
                    Path(url2pathname(urlsplit(self._url).path)).read_text, "utf-8"
                )
            )
        async with httpx.AsyncClient(
            timeout=5, trust_env=False, verify=self._tls, follow_redirects=False
        ) as http:
            url = self._url
            if not url:
                document = await http.get(f"{self._issuer}/.well-known/openid-configuration")
                url = document.raise_for_status().json()["jwks_uri"]
            return (await http.get(url)).raise_for_status().json()
