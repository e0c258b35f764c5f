"""What a service's credentials open, as deploy/ gives them out: its own, and nothing of its neighbours'."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import aio_pika
import psycopg
import pytest
from aiormq.exceptions import ChannelAccessRefused, ChannelPreconditionFailed
from joserfc import jwt
from joserfc.jwk import KeySet
from psycopg import sql
from redis import Redis
from sqlalchemy.engine import URL, make_url

from shared.cache.redis import RedisCache
from shared.db.vault import create_ring
from shared.identity.signing_keys import SigningKeys
from shared.messaging.broker import replay_key
from shared.messaging.topology import EXCHANGE, POSITIONS, REPLAY, RESEND, resend_key
from tests.shared.cache.test_cache import hears
from tests.support.private import Postgres, PrivateServer, RabbitMQ, RedisServer, free_port
from tests.support.tokens import KEY
from tests.support.tree import ROOT, SERVICES
from tests.support.waiting import until

VHOST = "diancai"
Private = Callable[[type[PrivateServer]], PrivateServer]


@pytest.fixture
def secrets(tmp_path: Path) -> Path:
    folder = tmp_path / "secrets"
    subprocess.run([ROOT / "deploy" / "make-secrets", folder], check=True)
    return folder


def test_secrets_stay_until_a_new_key_is_asked_for(secrets: Path) -> None:
    def read() -> dict[str, str]:
        return {file.name: file.read_text("utf-8") for file in secrets.iterdir() if file.is_file()}

    def make(*words: str) -> dict[str, str]:
        subprocess.run([ROOT / "deploy" / "make-secrets", *words, secrets], check=True)
        return read()

    first = read()
    assert make() == first
    kids = [[key["kid"] for key in json.loads(first["catalog_signing_keys"])["keys"]]]
    for _ in range(2):
        changed = make("--new-signing-key")
        assert {name for name in first if changed[name] != first[name]} == {"catalog_signing_keys"}
        kids.append([key["kid"] for key in json.loads(changed["catalog_signing_keys"])["keys"]])
    assert kids[1][1:] == kids[0]
    assert kids[2][1:] == kids[1]
    signing_keys = json.loads(changed["catalog_signing_keys"])["keys"]
    assert ["exp" in key for key in signing_keys] == [False, True, True], "those before have an end"
    replaced = json.loads(make("--replace-signing-key")["catalog_signing_keys"])["keys"]
    assert len(replaced) == 1
    assert replaced[0]["kid"] not in kids[2], "a stolen key is gone at once"
    badges = make("--new-badge-key")
    assert {name for name in changed if badges[name] != changed[name]} >= {"catalog_badge_keys"}
    assert len(json.loads(badges["catalog_badge_keys"])["keys"]) == 2
    assert len(json.loads(make("--replace-badge-key")["catalog_badge_keys"])["keys"]) == 1
    signing = SigningKeys(secrets / "catalog_signing_keys")
    published: Any = signing.public()
    keys = KeySet.import_key_set(published)
    assert jwt.decode(signing.sign({"sub": "a"}), keys, algorithms=["ES256"]).claims == {"sub": "a"}


@pytest.fixture
def postgres(secrets: Path, private_server: Private) -> URL:
    """A server prepared as deploy/ prepares its own; where it is, without a user."""
    server = private_server(Postgres)
    url = make_url(server.url)
    script = (
        (ROOT / "deploy" / "postgres" / "databases.sh")
        .read_text("utf-8")
        .replace("/run/secrets/", f"{secrets}/")
    )
    settings = {
        "POSTGRES_USER": url.username or "",
        "PGHOST": url.host or "",
        "PGPORT": str(url.port),
    }
    # Another test's, if that was before: the server is one for all.
    with psycopg.connect(server.url, autocommit=True) as connection:
        for service in SERVICES:
            connection.execute(
                sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(service))
            )
            connection.execute(sql.SQL("DROP ROLE IF EXISTS {}").format(sql.Identifier(service)))
    subprocess.run(
        ["bash", "-c", script], env=os.environ | settings, check=True, capture_output=True
    )
    return url.set(username=None, database=None)


@pytest.fixture
def rabbitmq(secrets: Path, private_server: Private) -> RabbitMQ:
    """A server with the users and permissions that deploy/ gives."""
    server = private_server(RabbitMQ)
    assert isinstance(server, RabbitMQ)
    definitions = json.loads((secrets / "rabbitmq_definitions").read_text("utf-8"))
    assert {user["name"] for user in definitions["users"]} == set(SERVICES)
    gone = [
        f'rabbit_vhost:delete(<<"{VHOST}">>, <<"tests">>)'
    ]  # another test's, if that was before
    gone += [
        f'rabbit_auth_backend_internal:delete_user(<<"{service}">>, <<"tests">>)'
        for service in SERVICES
    ]
    server.control("eval", ", ".join([*(f"catch {each}" for each in gone), "ok."]))
    access = secrets / "rabbitmq_access"
    access.write_text(
        json.dumps({kind: those for kind, those in definitions.items() if kind != "policies"})
    )
    server.control("import_definitions", str(access))
    return server


def test_a_database_user_reaches_its_own_database_only(secrets: Path, postgres: URL) -> None:
    def connect(service: str, database: str) -> None:
        psycopg.connect(
            host=postgres.host,
            port=postgres.port,
            user=service,
            password=(secrets / f"{service}_database_password").read_text(),
            dbname=database,
            connect_timeout=5,
        ).close()

    for service in SERVICES:
        connect(service, service)
        for other in {*SERVICES, "postgres", "template1"} - {service}:
            with pytest.raises(psycopg.OperationalError, match="permission denied"):
                connect(service, other)


async def test_a_broker_user_says_its_own_events_and_hears_its_own_queues_only(
    secrets: Path, rabbitmq: RabbitMQ
) -> None:
    async def attempt(service: str, act: str, name: str, user_id: str = "") -> None:
        word = (secrets / f"{service}_broker_password").read_text()
        url = f"amqp://{service}:{word}@127.0.0.1:{rabbitmq.port}/{VHOST}"
        async with await aio_pika.connect(url) as connection, connection.channel() as channel:
            if act == "queue":
                await channel.declare_queue(
                    name, durable=True, arguments={"x-queue-type": "quorum"}
                )
            elif act == "direct":
                await channel.default_exchange.publish(
                    aio_pika.Message(b"{}"), name, mandatory=False
                )
            else:
                exchange = await channel.declare_exchange(act, "topic", durable=True)
                message = aio_pika.Message(b"{}", user_id=user_id or None)
                await exchange.publish(message, name, mandatory=False)

    for service in SERVICES:
        await attempt(service, "queue", f"{service}.0")
        await attempt(service, EXCHANGE, f"{service}.something_happened.v1.s3", service)
        other = next(name for name in SERVICES if name != service)
        with pytest.raises(ChannelAccessRefused):
            await attempt(service, "queue", f"{other}.0")
        with pytest.raises(ChannelAccessRefused):
            await attempt(service, EXCHANGE, f"{other}.something_happened.v1.s3")
        for exchange, own, foreign in (
            (REPLAY, replay_key(service, other, 3), replay_key(other, service, 3)),
            (POSITIONS, f"{service}.log_position.v1.s3", f"{other}.log_position.v1.s3"),
            (RESEND, resend_key(service, other), resend_key(other, service)),
        ):
            await attempt(service, exchange, own, service)
            with pytest.raises(ChannelAccessRefused):
                await attempt(service, exchange, foreign)
        with pytest.raises(ChannelAccessRefused):
            await attempt(service, "direct", f"{other}.0")
        with pytest.raises(ChannelPreconditionFailed):
            await attempt(service, EXCHANGE, f"{service}.something_happened.v1.s3", other)


class Examined:
    """dispatch as its own command line runs it, by its environment alone."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.environment = environment
        self.said = ""

    def run(self, what: str, **more: str) -> int:
        done = subprocess.run(
            [sys.executable, "-m", "services.dispatch", what],
            env=os.environ
            | self.environment
            | {f"DISPATCH_{name}": value for name, value in more.items()},
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        self.said = done.stdout + done.stderr
        return done.returncode

    def lines(self, mark: str) -> list[str]:
        return [line for line in self.said.splitlines() if line.startswith(mark)]


@pytest.fixture
def dispatch(
    secrets: Path, postgres: URL, rabbitmq: RabbitMQ, private_server: Private, tmp_path: Path
) -> Examined:
    redis = private_server(RedisServer)
    assert isinstance(redis, RedisServer)
    with Redis.from_url(redis.url) as client:
        for line in (secrets / "redis_users").read_text().splitlines():
            if not line.startswith("user default"):
                client.execute_command("ACL", "SETUSER", *line.split()[1:])
    keys = tmp_path / "jwks.json"
    keys.write_text(json.dumps({"keys": [KEY.as_dict(private=False)]}))
    vault = tmp_path / "vault_keys"
    create_ring(vault)

    def word(kind: str) -> str:
        return (secrets / f"dispatch_{kind}_password").read_text()

    return Examined(
        {
            "DISPATCH_DATABASE_URL": f"postgresql://dispatch:{word('database')}@localhost:{postgres.port}/dispatch",
            "DISPATCH_BROKER_URL": f"amqps://dispatch:{word('broker')}@localhost:{rabbitmq.tls_port}/{VHOST}",
            "DISPATCH_REDIS_URL": f"rediss://dispatch:{word('redis')}@localhost:{redis.tls_port}/0",
            "DISPATCH_TLS_CA_FILE": str(redis.playground.authority.ca_file),
            "DISPATCH_OIDC_ISSUER": "https://example.org/api/catalog",
            "DISPATCH_OIDC_JWKS_URL": keys.as_uri(),
            "DISPATCH_VAULT_KEYS_FILE": str(vault),
        }
    )


async def test_processes_of_a_service_count_together_and_hear_each_other(
    dispatch: Examined,
) -> None:
    url, ca_file = (
        dispatch.environment["DISPATCH_REDIS_URL"],
        Path(dispatch.environment["DISPATCH_TLS_CA_FILE"]),
    )
    here, there = RedisCache(url, ca_file=ca_file), RedisCache(url, ca_file=ca_file)
    async with here.running(), there.running():
        assert await here.take("address:192.0.2.1", limit=1, seconds=3600) == 0
        # A cache that does not answer in time lets through.
        await until(partial(there.take, "address:192.0.2.1", limit=1, seconds=3600))
        await hears(here, there, "run:01")


@pytest.mark.long
def test_the_doctor_says_when_redis_does_not_let_a_service_count_or_signal(
    dispatch: Examined, private_server: Private
) -> None:
    server = private_server(RedisServer)
    assert isinstance(server, RedisServer)
    with Redis.from_url(server.url) as client:
        for forbidden in ("incrby", "expire", "subscribe", "publish"):
            client.execute_command("ACL", "SETUSER", "dispatch", f"-{forbidden}")
            assert dispatch.run("doctor") == 1
            (wrong,) = [line for line in dispatch.lines("WRONG") if "cache" in line]
            assert "cache: counts and signals: refused" in wrong
            assert f"the '{forbidden}' command" in wrong
            client.execute_command("ACL", "SETUSER", "dispatch", f"+{forbidden}")


def test_the_doctor_finds_a_service_well_that_has_what_deploy_gives(
    dispatch: Examined, secrets: Path
) -> None:
    assert dispatch.run("doctor") == 1
    assert [line.split(":")[0].split()[1] for line in dispatch.lines("WRONG")] == [
        "schema",
        "broker",
    ], dispatch.said
    assert dispatch.run("migrate") == 0, dispatch.said
    assert dispatch.run("doctor") == 0, dispatch.said
    assert dispatch.lines("WRONG") == dispatch.lines("advice") == []
    said = "\n".join(dispatch.lines("ok"))
    for expected in (
        "schema: of this release",
        "store: neighbours: opens no other database",
        "store: encryption: TLSv1.3",
        "broker: own queues: all there",
        "broker: queues answer: all",
        "broker: neighbours: may neither",
        "broker: senders: each message names its service's user, and consumers compare it",
        "broker: encryption: TLS",
        "cache: counts and signals: may make them",
        "cache: foreign keys: may not read them",
        "cache: encryption: TLS",
        "vault: 1 key(s)",
        "identity: encryption: https",
    ):
        assert expected in said, expected
    for server in ("store: PostgreSQL", "broker: RabbitMQ", "cache: Redis"):
        assert re.search(rf"{server} \d+\.\d+.* as dispatch$", said, re.MULTILINE), server
    for file in secrets.glob("dispatch_*_password"):
        assert file.read_text() not in dispatch.said


@pytest.mark.long
def test_the_doctor_names_a_queue_that_answers_nobody(
    dispatch: Examined, rabbitmq: RabbitMQ
) -> None:
    assert dispatch.run("migrate") == 0, dispatch.said
    rabbitmq.control("eval", f'sys:suspend(binary_to_atom(<<"{VHOST}_dispatch.1">>)).')
    assert dispatch.run("doctor") == 1
    (wrong,) = dispatch.lines("WRONG")
    assert "broker: queues answer: exist and answer nobody: dispatch.1" in wrong
    assert "rabbitmqctl delete_queue dispatch.1" in wrong


@pytest.mark.long
def test_the_doctor_names_what_is_too_wide(
    dispatch: Examined, postgres: URL, rabbitmq: RabbitMQ, private_server: Private
) -> None:
    assert dispatch.run("migrate") == 0
    rabbitmq.control("set_permissions", "-p", VHOST, "guest", ".*", ".*", ".*")
    Path(dispatch.environment["DISPATCH_VAULT_KEYS_FILE"]).chmod(0o644)
    wide = {
        "DATABASE_URL": f"postgresql://app@localhost:{postgres.port}/dispatch",
        "BROKER_URL": f"amqp://guest:guest@127.0.0.1:{rabbitmq.port}/{VHOST}",
        "REDIS_URL": private_server(RedisServer).url,
    }
    assert dispatch.run("doctor", **wide) == 1
    wrong = "\n".join(dispatch.lines("WRONG"))
    for expected in (
        "who may make users and databases; give the service a user without such rights",
        "broker: neighbours: may make catalog's queues, publish catalog's events, replay catalog's events,"
        " tell catalog's positions, ask for events in catalog's name, write to any queue; give it permissions",
        "others may read it: chmod 600",
    ):
        assert expected in wrong, dispatch.said
    open_to_it = re.search("store: neighbours: may open ([^;]*);", wrong)
    assert open_to_it, dispatch.said
    assert {"catalog", "notify", "postgres", "requests"} <= set(open_to_it.group(1).split(", "))
    advice = "\n".join(dispatch.lines("advice"))
    assert "cache: foreign keys: may read all" in advice
    assert (
        "broker: senders: the user 'guest' is not 'dispatch', so senders are not compared" in advice
    )


@pytest.mark.long
async def test_the_doctor_names_queues_that_are_not_as_they_must_be(
    dispatch: Examined, rabbitmq: RabbitMQ
) -> None:
    assert dispatch.run("migrate") == 0, dispatch.said
    url = (
        dispatch.environment["DISPATCH_BROKER_URL"]
        .replace("amqps", "amqp")
        .replace(f"{rabbitmq.tls_port}", f"{rabbitmq.port}")
    )
    async with await aio_pika.connect(url) as connection, connection.channel() as channel:
        underlay = await channel.get_underlay_channel()
        await underlay.queue_delete("dispatch.1")
        for name in ("dispatch.1", "dispatch.9"):
            await channel.declare_queue(name, durable=True, arguments={"x-queue-type": "quorum"})
    assert dispatch.run("doctor") == 1
    wrong = "\n".join(dispatch.lines("WRONG"))
    assert "broker: queue arguments: PRECONDITION_FAILED - inequivalent arg" in wrong, dispatch.said
    assert "rabbitmqctl delete_queue dispatch.1: it is made again" in wrong
    assert (
        "broker: surplus queues: nobody takes from dispatch.9; diancai queues resize dispatch 2"
        in wrong
    )


def test_the_doctor_names_all_that_is_away_and_no_password(dispatch: Examined) -> None:
    away = f"localhost:{free_port()}"
    gone = {
        "DATABASE_URL": f"postgresql://x:geheim@{away}/x",
        "BROKER_URL": f"amqp://x:geheim@{away}/x",
    }
    gone |= {"REDIS_URL": f"redis://x:geheim@{away}/0", "OIDC_JWKS_URL": f"http://{away}/jwks"}
    gone |= {"VAULT_KEYS_FILE": "/nowhere/vault_keys", "VAULT_KEYS_CREATE": "false"}
    assert dispatch.run("doctor", **gone) == 1
    wrong = "\n".join(dispatch.lines("WRONG"))
    away_parts = (
        "store: can't be reached",
        "broker: can't be reached",
        "cache: can't be reached",
        "identity: no keys",
    )
    for expected in (
        *away_parts,
        "vault: no keys for personal data; there is no file of keys at /nowhere",
    ):
        assert expected in wrong, dispatch.said
    assert "geheim" not in dispatch.said
    assert "Traceback" not in dispatch.said
