"""notify without its workers, on a clock that the test sets, with the demonstration's stand-ins on a loopback port: the
test says when somebody looks for what is due, and which process that is."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import uvicorn
from fastapi import FastAPI
from sqlalchemy import select

from cli.outbox import (
    DINGTALK_SECRET,
    DINGTALK_TOKEN,
    SMS_SECRET,
    WECOM_KEY,
    Arrival,
    Outbox,
    stand_in_routes,
)
from services.notify.bootstrap import ROBOT_BATCH, build
from services.notify.channels.jobs import BATCH
from services.notify.channels.use_cases.channel import Channel
from services.notify.channels.use_cases.sending import send_due
from services.notify.consumers import subscriptions
from services.notify.inbox.domain.delivery import KINDS, Delivery
from services.notify.inbox.domain.recipient import Recipient
from services.notify.inbox.queries import address_place, mobile_place
from services.notify.robots.domain.robot import Robot, Vendor
from services.notify.robots.use_cases import enter_robot
from services.notify.settings import NotifySettings
from services.notify.sms.use_cases import set_gateway
from shared.cache.memory import MemoryCache
from shared.eventlog.envelope import Envelope
from shared.jobs.queue import take_due
from shared.kernel.ids import new_id
from shared.kernel.leased import Backoff
from shared.messaging.memory import MemoryBroker
from shared.service import Service
from tests.notify.rui_an import Told
from tests.support.clock import PlayedClock
from tests.support.schema import bring_up
from tests.support.waiting import until

BACKOFF = Backoff(first=timedelta(minutes=1))
GATEWAY: Mapping[str, Any] = {
    "is_active": True,
    "method": "POST",
    "headers": [],
    "body_kind": "json",
    "body": '{"mobile": "{phone}", "content": "{text}", "key": "{secret}"}',
    "ok_field": "code",
    "ok_value": "0",
    "signature": "【点菜】",
    "most_segments": 3,
    "daily_segments": 100,
    "quiet_from": None,
    "quiet_until": None,
}


@dataclass
class Desk:
    """One store, and a service of it for each process that plays a part."""

    database_url: str
    clock: PlayedClock
    outbox: Outbox
    url: str
    service: Service
    others: list[Service] = field(default_factory=list)

    def channel(self, code: str, service: Service | None = None) -> Channel:
        channel: Channel = (service or self.service).api.state.channels[code]
        return channel

    def another_process(self, **settings: Any) -> Service:
        other = service_of(self.database_url, self.clock, **settings)
        self.others.append(other)
        return other

    async def tell(self, *story: Told) -> None:
        """Applies events as they happen now."""
        handlers = subscriptions(MemoryCache(), list(self.service.api.state.channels.values()))
        for stream, event in story:
            envelope = Envelope(
                publisher=event.publisher,
                type=event.type,
                aggregate_id=stream,
                aggregate_seq=1,
                occurred_at=self.clock(),
                body=event.model_dump_json().encode(),
                traceparent=f"00-{'a' * 32}-{'b' * 16}-01",
                correlation_id="a" * 32,
                causation_id="test",
            )
            async with self.service.uow.transaction() as tx:
                tx.cause = envelope
                await handlers[type(event)](self.service.uow.nested(tx), event)

    async def deliver(
        self, code: str, service: Service | None = None, channel: Channel | None = None
    ) -> int:
        """A worker's turn: takes what is due, and sends it. Returns how much that was."""
        service = service or self.service
        limit = ROBOT_BATCH if code == "robot" else BATCH
        taken = await take_due(service.uow, KINDS[code], new_id(), limit=limit)
        if taken:
            way = channel or self.channel(code, service)
            await send_due(service.uow, service.texts, way, BACKOFF, taken)
        return len(taken)

    async def deliver_all(self, code: str) -> int:
        """Until nothing is due now."""
        number = 0
        while taken := await self.deliver(code):
            number += taken
        return number

    async def deliveries(self, code: str) -> list[Delivery]:
        async with self.service.uow.reading() as session:
            return list(await session.scalars(select(KINDS[code])))

    def arrived(self, channel: str) -> list[Arrival]:
        """The oldest first."""
        return [each for each in reversed(self.outbox.arrivals()) if each.channel == channel]

    async def reachable_by(
        self, post: str, *, email: str | None = None, mobile: str | None = None
    ) -> None:
        """These are confirmed addresses of a recipient."""
        vault = self.service.vault
        async with self.service.uow.transaction() as tx:
            recipient = await tx.get(Recipient, post)
            if email is not None:
                recipient.email_sealed = vault.seal(email, address_place(post))
            if mobile is not None:
                recipient.mobile_sealed = vault.seal(mobile, mobile_place(post))

    async def with_gateway(self, *, secret: str | None = SMS_SECRET, **said: Any) -> None:
        about = {"url": f"{self.url}/outbox/sms", **GATEWAY, **said}
        await set_gateway(
            self.service.uow, about, secret=secret, keeps_secret=False, secret_from_file=False
        )

    async def with_robot(
        self, post: str, vendor: Vendor = "wecom", *, address: str = "", **said: Any
    ) -> Robot:
        here = f"{self.url}/outbox/{vendor}"
        addresses: dict[Vendor, str] = {
            "wecom": f"{here}/cgi-bin/webhook/send?key={WECOM_KEY}-{post}",
            "dingtalk": f"{here}/robot/send?access_token={DINGTALK_TOKEN}-{post}",
        }
        about: dict[str, Any] = {"style": "text", "name": "工作群", "secret": None} | said
        if vendor == "dingtalk":
            about["secret"] = said.get("secret", DINGTALK_SECRET)
        return await enter_robot(
            self.service.uow,
            recipient_id=post,
            vendor=vendor,
            address=address or addresses[vendor],
            **about,
        )


def service_of(
    database_url: str, clock: PlayedClock, *, reaches_itself: bool = True, **settings: Any
) -> Service:
    return build(
        NotifySettings(database_url=database_url, **settings),
        broker=MemoryBroker(),
        cache=MemoryCache(),
        clock=clock,
        reaches_itself=reaches_itself,
    )


@asynccontextmanager
async def desk(
    database_url: str, *, clock: PlayedClock | None = None, story: Sequence[Told] = (), **more: Any
) -> AsyncIterator[Desk]:
    clock = clock or PlayedClock()
    outbox = Outbox(clock)
    async with _listening(outbox) as url:
        service = service_of(database_url, clock, **more)
        await bring_up(service.migrations, service.database)
        ours = Desk(database_url, clock, outbox, url, service)
        await ours.tell(*story)
        try:
            yield ours
        finally:
            for each in (service, *ours.others):
                await each.database.close()


@asynccontextmanager
async def _listening(outbox: Outbox) -> AsyncIterator[str]:
    """Serves the stand-ins on a free loopback port; gives their address."""
    app = FastAPI(openapi_url=None)
    app.include_router(stand_in_routes(outbox))
    server = uvicorn.Server(
        uvicorn.Config(app, host="127.0.0.1", port=0, log_config=None, lifespan="off")
    )
    serving = asyncio.create_task(server.serve())
    await until(lambda: server.started)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        await serving
