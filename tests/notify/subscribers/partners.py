"""Another system: its account, its server, and what it was sent; and notify with a clock that tests move."""

import asyncio
import json
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from ipaddress import ip_network
from typing import Any

from services.notify.subscribers.adapters.http import WebhookSender
from services.notify.subscribers.jobs import Dispatcher
from services.notify.subscribers.use_cases.fanning_out import fan_out
from services.notify.subscribers.use_cases.sending import Send
from shared.contracts.requests import OrderCancelled
from shared.kernel.access import Role
from shared.tls import trusting
from tests.notify.rui_an import GAOLOU
from tests.support.house import House
from tests.support.tokens import bearer

OWNER = bearer(Role.SUBSCRIBER, sub="partner")
OTHER = bearer(Role.SUBSCRIBER, sub="another-partner")
OPERATOR = bearer(Role.OPERATOR, sub="operator")
CANCELLED = OrderCancelled.type
BASE = "/api/notify/subscriptions"


@dataclass
class Taken:
    """One webhook as it came: its headers and its body, byte for byte."""

    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def event(self) -> dict[str, Any]:
        event: dict[str, Any] = json.loads(self.body)
        return event


Answer = tuple[int, dict[str, str]]


@dataclass
class Server:
    """A subscriber's web server on loopback. ``answer`` says what it answers; it may also wait."""

    port: int = 0
    taken: list[Taken] = field(default_factory=list)
    answer: Callable[[Taken], Awaitable[Answer]] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    @property
    def ids(self) -> list[str]:
        return [each.id for each in self.taken]

    def says(self, status: int, **headers: str) -> None:
        async def answer(_taken: Taken) -> Answer:
            return status, {name.replace("_", "-"): value for name, value in headers.items()}

        self.answer = answer

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while line := await reader.readline():
                headers: dict[str, str] = {}
                while (line := await reader.readline()).strip():
                    name, _, value = line.decode().partition(":")
                    headers[name.strip().lower()] = value.strip()
                body = await reader.readexactly(int(headers["content-length"]))
                taken = Taken(headers, body)
                self.taken.append(taken)
                status, more = (204, {}) if self.answer is None else await self.answer(taken)
                said = "".join(f"{name}: {value}\r\n" for name, value in more.items())
                writer.write(f"HTTP/1.1 {status} X\r\ncontent-length: 0\r\n{said}\r\n".encode())
                await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def subscriber_server() -> AsyncIterator[Server]:
    ours = Server()
    listening = await asyncio.start_server(ours.serve, "127.0.0.1", 0)
    ours.port = listening.sockets[0].getsockname()[1]
    try:
        yield ours
    finally:
        listening.close()


async def ask(
    house: House,
    method: str,
    path: str,
    *,
    who: dict[str, str] = OWNER,
    status: int = 200,
    **sent: Any,
) -> Any:
    answer = await house.client.request(method, f"{BASE}{path}", headers=who, **sent)
    assert answer.status_code == status, answer.text
    is_lines = "ndjson" in answer.headers["content-type"]
    return answer if is_lines else answer.json()


async def subscribe(
    house: House, url: str | None, types: Sequence[str] = (CANCELLED,), **grant: Any
) -> tuple[str, str]:
    """An approved subscription; returns its id and its secret."""
    body = {
        "name": "城市大脑",
        "channel": "webhook" if url else "feed",
        "url": url,
        "types": list(types),
    }
    made = await ask(house, "POST", "", status=201, json=body)
    await ask(house, "POST", f"/{made['id']}/approve", who=OPERATOR, json=grant)
    return made["id"], made["secret"]


async def cancel(house: House, *orders: str, township: str = GAOLOU) -> None:
    """requests publishes that these orders were cancelled: one event for each time that an order is named."""
    for order in orders:
        event = OrderCancelled(order_id=order, township_code=township, reason_code="weather")
        await house.hear(f"order:{order}", event)


class Post:
    """What a process of notify does about webhooks, when a test says so."""

    def __init__(self, house: House, send: Send | None = None, *, slots: int = 64) -> None:
        service = house.services["notify"]
        self.sender = WebhookSender(
            trusting(None), in_clear=[ip_network("127.0.0.0/8")], seconds=2.0
        )
        self.uow, self.cache = service.uow, service.cache
        self.dispatcher = Dispatcher(
            self.uow, self.cache, send or self.sender.send, slots=slots, allow=self.sender.allow
        )

    async def bring(self) -> None:
        """Makes deliveries of all that is archived, and sends what is due, until nothing is."""
        while True:
            while await fan_out(self.uow, self.cache):
                pass
            await self._send_due()
            if not await fan_out(self.uow, self.cache):
                return

    async def _send_due(self) -> None:
        """Until nothing is due by the clock that the test moves."""
        async with self.dispatcher.noting():
            while await self.dispatcher.take() or self.dispatcher.busy:
                if self.dispatcher.busy:
                    await asyncio.wait(self.dispatcher.busy, return_when=asyncio.FIRST_COMPLETED)


def by_stream(taken: Sequence[Taken]) -> dict[str, list[int]]:
    """The sequence numbers that came of each object."""
    found: defaultdict[str, list[int]] = defaultdict(list)
    for each in taken:
        found[each.event["subject"]].append(int(each.event["sequence"]))
    return dict(found)
