"""A client that costs little, so that the server's rate is measured and not its own: one kept connection, one request
after the other (HTTP/1.1, RFC 9112)."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any


class Connection:
    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, headers: Mapping[str, str]
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._headers = "".join(f"{name}: {value}\r\n" for name, value in headers.items())

    async def post(self, path: str, body: Any = None, **headers: str) -> Any:
        """The answer's JSON. :raises RuntimeError: it is no success."""
        content = b"" if body is None else json.dumps(body).encode()
        more = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
        head = (
            f"POST {path} HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(content)}\r\n{self._headers}{more}\r\n"
        )
        self._writer.write(head.encode() + content)
        answer = await self._reader.readuntil(b"\r\n\r\n")
        length = int(answer.lower().split(b"content-length:")[1].split(b"\r\n")[0])
        said = await self._reader.readexactly(length)
        if not answer.startswith(b"HTTP/1.1 2"):
            raise RuntimeError(f"{path}: {said.decode(errors='replace')[:300]}")
        return json.loads(said)


@asynccontextmanager
async def connected(
    port: int, headers: Mapping[str, str] | None = None
) -> AsyncIterator[Connection]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        yield Connection(reader, writer, headers or {})
    finally:
        writer.close()
        await writer.wait_closed()


@asynccontextmanager
async def crowd(
    size: int, port: int, headers: Mapping[str, str] | None = None
) -> AsyncIterator[list[Connection]]:
    async with AsyncExitStack() as stack:
        yield [await stack.enter_async_context(connected(port, headers)) for _ in range(size)]
