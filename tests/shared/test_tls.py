"""Encrypted connections to real servers: with the right authority they work; without, or with another, they don't."""

import json
import ssl
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from sqlalchemy import text

from services.notify.channels.adapters.smtp import SmtpChannel
from services.notify.channels.domain.letter import SENT, UNREACHABLE, Letter
from shared.cache.redis import RedisCache
from shared.db.engine import Database, store_is_away
from shared.db.vault import Vault
from shared.identity.keys import KeySource, KeysUnavailable
from shared.kernel.clock import utc_now
from shared.kernel.ids import new_id
from shared.messaging.broker import BrokerUnavailable
from shared.messaging.rabbitmq import RabbitBroker
from shared.tls import trusting
from tests.support.authority import Authority
from tests.support.private import Postgres, PrivateServer, RabbitMQ, RedisServer, free_port
from tests.support.tokens import KEY
from tests.support.waiting import until
from tests.support.web import web_server

Private = Callable[[type[PrivateServer]], PrivateServer]


@pytest.fixture
def stranger(tmp_path: Path) -> Path:
    """An authority that signed nothing here."""
    return Authority(tmp_path / "stranger.pem").ca_file


async def test_the_database_proves_its_name(private_server: Private, stranger: Path) -> None:
    server = private_server(Postgres)
    url = f"postgresql://app@localhost:{server.port}/postgres"

    async def is_encrypted(url: str, ca_file: Path | None) -> bool:
        database = Database(url, ca_file=ca_file)
        try:
            async with database.reading() as session:
                asked = text("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()")
                return bool((await session.execute(asked)).scalar())
        finally:
            await database.close()

    assert await is_encrypted(url, server.playground.authority.ca_file)
    for wrong_url, wrong_ca in (
        (url, stranger),
        (url.replace("localhost", "127.0.0.1"), server.playground.authority.ca_file),
    ):
        with pytest.raises(Exception, match=r"certificate|does not match") as refused:
            await is_encrypted(wrong_url, wrong_ca)
        assert store_is_away(refused.value)


async def test_the_broker_proves_its_name(private_server: Private, stranger: Path) -> None:
    server = private_server(RabbitMQ)
    url = f"amqps://guest:guest@localhost:{server.tls_port}/%2F"

    async def answers(url: str, tls: ssl.SSLContext, patience_seconds: float = 20.0) -> None:
        broker = RabbitBroker(url, tls=tls, connect_seconds=patience_seconds)
        async with broker.running():
            await broker.declared()

    right = trusting(server.playground.authority.ca_file)
    await answers(url, right)
    for wrong in (trusting(stranger), trusting(None)):
        with pytest.raises(BrokerUnavailable):
            await answers(url, wrong, 1.0)
    with pytest.raises(BrokerUnavailable):
        await answers(url.replace("localhost", "127.0.0.1"), right, 1.0)


async def test_redis_proves_its_name(private_server: Private, stranger: Path) -> None:
    server = private_server(RedisServer)
    url = f"rediss://localhost:{server.tls_port}/0"

    async def counts(ca_file: Path | None) -> bool:
        """Whether another process hears of what this one has counted."""
        cache, other, key = RedisCache(url, ca_file=ca_file), RedisCache(server.url), new_id()
        async with cache.running(), other.running():
            await cache.take(key, limit=1, seconds=3600)
            return await other.take(key, limit=1, seconds=3600) > 0

    # On a busy machine the first handshake may take longer than a cache is waited for.
    assert await until(lambda: counts(server.playground.authority.ca_file))
    assert not await counts(stranger)
    assert not await counts(None)


class Sink:
    def __init__(self) -> None:
        self.subjects: list[str] = []

    async def handle_DATA(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        self.subjects.append(envelope.rcpt_tos[0])
        return "250 OK"


@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
async def test_the_mail_server_proves_its_name(tmp_path: Path, stranger: Path, scheme: str) -> None:
    authority = Authority(tmp_path / "ca.pem")
    tls = authority.serving("localhost")
    port, sink = free_port(), Sink()
    own: dict[str, Any] = {"ssl_context": tls} if scheme == "smtps" else {"tls_context": tls}
    controller = Controller(sink, hostname="localhost", port=port, **own)
    controller.start()
    mail = Letter(
        id="d1", address="officer@example.org", language="zh-CN", subject="派单", text="高楼镇"
    )
    try:
        for ca_file, outcome in ((stranger, UNREACHABLE), (authority.ca_file, SENT)):
            sender = SmtpChannel(
                f"{scheme}://localhost:{port}",
                "diancai@example.org",
                utc_now,
                vault=Vault(),
                trust=trusting(ca_file),
            )
            assert await sender.send([mail]) == {"d1": outcome}
    finally:
        controller.stop()
    assert sink.subjects == ["officer@example.org"]


async def test_the_identity_provider_proves_its_name(tmp_path: Path, stranger: Path) -> None:
    authority = Authority(tmp_path / "ca.pem")
    said = json.dumps({"keys": [KEY.as_dict(private=False)]}).encode()
    with web_server(lambda path: (200, said), authority.serving("localhost")) as server:
        url = f"https://localhost:{server.port}/jwks"
        assert await KeySource("", url, tls=trusting(authority.ca_file)).find("test", "ES256", 0)
        for wrong in (trusting(stranger), trusting(None)):
            with pytest.raises(KeysUnavailable):
                await KeySource("", url, tls=wrong).find("test", "ES256", 0)


def test_a_file_without_certificates_is_named(tmp_path: Path) -> None:
    (tmp_path / "empty.pem").write_text("")
    for file in (tmp_path / "empty.pem", tmp_path / "missing.pem"):
        with pytest.raises(ValueError, match=file.name):
            trusting(file)
