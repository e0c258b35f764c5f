"""A network that can be cut: stands between a client and its server, or the servers that are one to it."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from urllib.parse import urlsplit, urlunsplit


class Wire:
    """``url`` reaches the server through this wire. Use :func:`wired`.

    With several servers each new connection goes to the next one in turn that takes it, as behind a load balancer.
    """

    def __init__(self, urls: Sequence[str]) -> None:
        self._parts = urlsplit(urls[0])
        self._servers: list[tuple[str, int]] = []
        self._turn = 0
        self.lead_to(*urls)
        self._port = 0
        self._server: asyncio.Server | None = None
        self._pairs: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._flowing = asyncio.Event()
        self._flowing.set()
        self._whole = True
        self.turned_away = 0  # connections that came while the wire was cut
        self.held_back = 0  # bytes that came while it was stalled

    @property
    def url(self) -> str:
        user = self._parts.netloc.rpartition("@")[0]
        place = f"127.0.0.1:{self._port}"
        return urlunsplit(self._parts._replace(netloc=f"{user}@{place}" if user else place))

    async def open(self) -> None:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1")
        self._port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        self.flow()
        self.cut()
        if self._server is not None:
            self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def lead_to(self, *urls: str) -> None:
        """From now on; connections that there are stay where they are."""
        self._servers = [(parts.hostname or "", parts.port or 0) for parts in map(urlsplit, urls)]

    def cut(self) -> None:
        """Ends all connections and turns new ones away."""
        self._whole = False
        self.drop()

    def mend(self) -> None:
        self._whole = True

    def drop(self) -> None:
        """Ends all connections; new ones are welcome."""
        for writer in list(self._pairs):
            writer.transport.abort()

    def stall(self) -> None:
        """Connections stay, and nothing comes through."""
        self._flowing.clear()

    def flow(self) -> None:
        self._flowing.set()

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._carry(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not self._whole:
            self.turned_away += 1
            writer.transport.abort()
            return
        far = await self._connect()
        if far is None:
            writer.transport.abort()
            return
        far_reader, far_writer = far
        both = {writer, far_writer}
        self._pairs |= both
        try:
            await asyncio.gather(self._pump(reader, far_writer), self._pump(far_reader, writer))
        finally:
            self._pairs -= both
            for end in both:
                end.transport.abort()

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter] | None:
        self._turn += 1
        for number in range(len(self._servers)):
            host, port = self._servers[(self._turn + number) % len(self._servers)]
            with suppress(OSError):
                return await asyncio.open_connection(host, port)
        return None

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await reader.read(65536):
                self.held_back += 0 if self._flowing.is_set() else len(data)
                await self._flowing.wait()
                writer.write(data)
                await writer.drain()
        writer.close()


@asynccontextmanager
async def wired(*urls: str) -> AsyncIterator[Wire]:
    wire = Wire(urls)
    await wire.open()
    try:
        yield wire
    finally:
        await wire.close()
