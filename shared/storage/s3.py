"""Files in a store that speaks S3, such as MinIO, Ceph or a cloud's.

Requests are signed by Signature Version 4 (AWS, "Authenticating Requests: Using the Authorization Header"), addresses
are of the path style, which every such store understands.
"""

import hashlib
import hmac
import html
import re
import ssl
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime
from urllib.parse import parse_qs, quote, unquote, urlencode, urlsplit

import httpx

from shared.storage.port import Stored, require_key

SECONDS = 20.0
DEFAULT_REGION = "us-east-1"

_ENTRY = re.compile(r"<Contents>.*?</Contents>", re.DOTALL)
_KEY = re.compile(r"<Key>(.*?)</Key>", re.DOTALL)
_CHANGED = re.compile(r"<LastModified>(.*?)</LastModified>")
_NEXT = re.compile(r"<NextContinuationToken>(.*?)</NextContinuationToken>", re.DOTALL)


class S3Store:
    """See :class:`shared.storage.port.FileStore`."""

    def __init__(
        self, url: str, *, tls: ssl.SSLContext, transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        """``url``: s3+https://KEY:SECRET@host:port/bucket?region=…; ``transport`` replaces the network."""
        parts = urlsplit(url)
        self._key, self._secret = unquote(parts.username or ""), unquote(parts.password or "")
        self._region = parse_qs(parts.query).get("region", [DEFAULT_REGION])[0]
        port = f":{parts.port}" if parts.port else ""
        self._host = f"{parts.hostname}{port}"
        self._base = f"{parts.scheme.removeprefix('s3+')}://{self._host}"
        self._bucket = parts.path.strip("/")
        self._tls, self._transport = tls, transport

    async def put(self, key: str, content: bytes) -> None:
        (await self._ask("PUT", require_key(key), content=content)).raise_for_status()

    async def get(self, key: str) -> bytes | None:
        answer = await self._ask("GET", require_key(key))
        if answer.status_code == httpx.codes.NOT_FOUND:
            return None
        return answer.raise_for_status().content

    async def delete(self, key: str) -> None:
        answer = await self._ask("DELETE", require_key(key))
        if answer.status_code != httpx.codes.NOT_FOUND:
            answer.raise_for_status()

    async def stored(self, folder: str) -> AsyncIterator[Stored]:
        query = {"list-type": "2", "prefix": f"{folder}/"}
        while True:
            answer = (await self._ask("GET", "", query=query)).raise_for_status().text
            for entry in _ENTRY.findall(answer):
                key, changed = _KEY.search(entry), _CHANGED.search(entry)
                if key is not None and changed is not None:
                    at = datetime.fromisoformat(changed[1].replace("Z", "+00:00"))
                    yield Stored(html.unescape(key[1]), at)
            following = _NEXT.search(answer)
            if following is None:
                return
            query = query | {"continuation-token": html.unescape(following[1])}

    async def _ask(
        self, method: str, key: str, *, query: Mapping[str, str] | None = None, content: bytes = b""
    ) -> httpx.Response:
        path = quote(f"/{self._bucket}/{key}" if key else f"/{self._bucket}")
        said = urlencode(sorted((query or {}).items()), quote_via=quote)
        headers = signed(
            method,
            path,
            said,
            {"host": self._host},
            hashlib.sha256(content).hexdigest(),
            key=self._key,
            secret=self._secret,
            region=self._region,
            now=datetime.now(UTC),
        )
        address = f"{self._base}{path}{'?' if said else ''}{said}"
        async with httpx.AsyncClient(
            transport=self._transport, verify=self._tls, timeout=SECONDS, trust_env=False
        ) as client:
            return await client.request(method, address, content=content, headers=headers)


def signed(
    method: str,
    path: str,
    query: str,
    headers: Mapping[str, str],
    digest: str,
    *,
    key: str,
    secret: str,
    region: str,
    now: datetime,
) -> dict[str, str]:
    """Returns the headers of a request with its signature. ``path`` and ``query`` are encoded already, the latter in
    the order of its names; ``digest`` is the body's SHA-256."""
    moment = f"{now:%Y%m%dT%H%M%SZ}"
    scope = f"{now:%Y%m%d}/{region}/s3/aws4_request"
    every = {name.lower(): value for name, value in headers.items()}
    every |= {"x-amz-content-sha256": digest, "x-amz-date": moment}
    names = sorted(every)
    told = ";".join(names)
    lines = "".join(f"{name}:{every[name].strip()}\n" for name in names)
    request = "\n".join((method, path, query, lines, told, digest))
    hashed = hashlib.sha256(request.encode()).hexdigest()
    text = "\n".join(("AWS4-HMAC-SHA256", moment, scope, hashed))
    derived = f"AWS4{secret}".encode()
    for part in (f"{now:%Y%m%d}", region, "s3", "aws4_request"):
        derived = hmac.new(derived, part.encode(), hashlib.sha256).digest()
    signature = hmac.new(derived, text.encode(), hashlib.sha256).hexdigest()
    credential = f"Credential={key}/{scope},SignedHeaders={told},Signature={signature}"
    return every | {"authorization": f"AWS4-HMAC-SHA256 {credential}"}
