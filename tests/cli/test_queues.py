"""``diancai queues`` on a running system."""

import asyncio
import json
from pathlib import Path

from shared.kernel.access import Role
from tests.cli.test_commands import diancai
from tests.support.story import embedded_system
from tests.support.tokens import token


async def test_an_operator_changes_the_number_of_queues_while_all_runs(tmp_path: Path) -> None:
    async with embedded_system(tmp_path) as http:
        url = str(http.base_url).rstrip("/")
        operator = token(Role.OPERATOR, iss=f"{url}/api/catalog", sub="operator-1")

        async def run(*words: str) -> tuple[int, str]:
            done = await asyncio.to_thread(
                diancai, "queues", *words, "--url", url, DIANCAI_TOKEN=operator
            )
            return done.returncode, done.stdout + done.stderr

        assert await run("resize", "notify", "5") == (0, "notify: 5 queues\n")
        status, said = await run("list", "--service", "notify", "--service", "dispatch")
        assert status == 0
        assert [line.split()[1::2] for line in said.splitlines() if "settled" in line] == [
            ["notify", "5", "settled"],
            ["dispatch", "2", "settled"],
        ]
        status, said = await run("resize", "notify", "17")
        assert status == 2
        assert "16" in said
        audit = (await http.get("/api/notify/audit")).json()
        resized = [row["changes"] for row in audit if row["action"] == "resize_queues"]
        assert '"partitions": "5"' in json.dumps(resized)
