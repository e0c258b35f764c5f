"""``diancai parked`` on a running system: an operator sees what failed, tries again, and lets go what never can be."""

import asyncio
import json
import sqlite3
from pathlib import Path

from shared.contracts.catalog import TeamChanged
from shared.eventlog.envelope import Envelope
from shared.kernel.access import Role
from tests.cli.test_commands import diancai
from tests.support.rolls import envelope_of
from tests.support.story import embedded_system
from tests.support.tokens import token

WHICH = ("notify", "catalog", "team:health")


async def test_an_operator_sees_tries_again_and_lets_go(tmp_path: Path) -> None:
    async with embedded_system(tmp_path) as http:
        url = str(http.base_url).rstrip("/")
        operator = token(Role.OPERATOR, iss=f"{url}/api/catalog", sub="operator-1")

        async def run(*words: str) -> tuple[int, str]:
            done = await asyncio.to_thread(
                diancai, "parked", *words, "--url", url, DIANCAI_TOKEN=operator
            )
            return done.returncode, done.stdout + done.stderr

        assert await run("list") == (0, "nothing is parked\n")
        park(
            tmp_path / "notify.db",
            envelope_of("health", 1),
            b'{"code": 7}',
            error="ValidationError('code')",
        )
        park(
            tmp_path / "notify.db",
            envelope_of("health", 2),
            envelope_of("health", 2).body,
            error=None,
        )

        status, said = await run("list", "--service", "notify")
        assert status == 1
        assert "ValidationError('code')" in said
        assert "waits behind another" in said

        status, said = await run("show", *WHICH, "1")
        shown = json.loads(said)
        assert (status, shown["data"], shown["type"]) == (0, {"code": 7}, TeamChanged.type)
        assert shown["attributes"]["id"] == envelope_of("health", 1).id

        status, said = await run("redrive", "notify")
        assert status == 1
        assert "0 applied, then failed" in said

        status, said = await run("discard", *WHICH, "2", "--reason", "重复登记")
        assert (status, "turn" in said or "轮到" in said) == (2, True)
        assert await run("discard", *WHICH, "1", "--reason", "重复登记") == (
            0,
            "let go; 1 applied behind it\n",
        )
        assert await run("list") == (0, "nothing is parked\n")
        assert await run("redrive", "notify") == (0, "nothing had failed\n")

        audit = (await http.get("/api/notify/audit")).json()
        let_go = [row for row in audit if row["action"] == "discard_parked"]
        assert [row["subject"] for row in let_go] == ["operator-1"]
        assert "重复登记" in json.dumps(let_go, ensure_ascii=False)


def park(store: Path, envelope: Envelope, body: bytes, *, error: str | None) -> None:
    """As the consumer does when an event fails."""
    with sqlite3.connect(store) as connection:
        connection.execute(
            "INSERT INTO parked (publisher, aggregate_id, aggregate_seq, type, headers, body, parked_at, error) "
            "VALUES (?, ?, ?, ?, ?, ?, '2014-06-27 01:00:00.000000', ?)",
            (
                envelope.publisher,
                envelope.aggregate_id,
                envelope.aggregate_seq,
                envelope.type,
                json.dumps(envelope.headers()),
                body,
                error,
            ),
        )
