"""What operators and subscribers find on a running system: health, logs of events, replay, documents."""

import asyncio
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import httpx

from cli.demo import PUBLISHERS
from tests.support.story import Told, embedded_system, notices_of

DIANCAI = str(Path(sys.executable).with_name("diancai"))


async def diancai(http: httpx.AsyncClient, *arguments: str) -> str:
    process = await asyncio.create_subprocess_exec(
        DIANCAI,
        *arguments,
        env=os.environ
        | {
            "DIANCAI_URL": str(http.base_url),
            "DIANCAI_TOKEN": http.headers["Authorization"].removeprefix("Bearer "),
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    out, err = await process.communicate()
    assert process.returncode == 0, err.decode()
    return out.decode()


async def test_every_operation_that_is_promised_answers(told: Told, tmp_path: Path) -> None:
    shutil.copytree(told.data, tmp_path / "data")
    async with embedded_system(tmp_path / "data") as http:
        for service in PUBLISHERS:
            document = (await http.get(f"/api/{service}/openapi.json")).json()
            assert document["servers"] == [{"url": f"/api/{service}"}]
            assert (await http.get(f"/api/{service}/health/live")).json() == {"status": "live"}
            assert (await http.get(f"/api/{service}/health/ready")).json() == {"status": "ready"}
        metrics = (await http.get("/metrics")).text
        assert "diancai_outbox_depth" in metrics
        assert (await http.get("/")).headers["content-type"].startswith("text/html")


async def test_the_event_logs_can_be_read_to_the_end(told: Told, tmp_path: Path) -> None:
    shutil.copytree(told.data, tmp_path / "data")
    async with embedded_system(tmp_path / "data") as http:
        lines = (await diancai(http, "events", "tail", "--no-follow")).splitlines()
    events = [json.loads(line) for line in lines]
    assert len(events) == told.outcome.summary["events"]
    assert len({(event["source"], event["id"]) for event in events}) == len(events)
    assert all(event["specversion"] == "1.0" for event in events)


async def test_replaying_everything_to_everyone_changes_nothing(told: Told, tmp_path: Path) -> None:
    shutil.copytree(told.data, tmp_path / "data")
    async with embedded_system(tmp_path / "data") as http:
        for publisher in PUBLISHERS:
            for service in ("requests", "dispatch", "notify"):
                applied = (await http.get(f"/api/{service}/events/applied")).json()
                if publisher in applied:
                    await diancai(http, "events", "replay", "--from", publisher, "--to", service)
        assert await notices_of(http) == told.notices
        counts = [
            (await http.get(f"/api/{publisher}/events/counts")).json() for publisher in PUBLISHERS
        ]
        assert sum(sum(count.values()) for count in counts) == told.outcome.summary["events"]


async def test_a_lost_store_of_notices_is_rebuilt_from_the_others_logs(
    told: Told, tmp_path: Path
) -> None:
    """notify begins with an empty store; replays bring back what it had, but for what readers did."""
    shutil.copytree(told.data, tmp_path / "data")
    for file in (tmp_path / "data").glob("notify.db*"):
        file.unlink()
    async with embedded_system(tmp_path / "data") as http:
        assert (await http.get("/api/notify/messages/counts")).json()["total"] == 0
        for publisher in ("catalog", "requests", "dispatch"):
            await diancai(http, "events", "replay", "--from", publisher, "--to", "notify")
        assert await notices_of(http) == told.notices


async def test_lost_copies_of_demand_and_supply_are_rebuilt_from_the_others_logs(
    told: Told, tmp_path: Path
) -> None:
    shutil.copytree(told.data, tmp_path / "data")
    copies = ("township", "team", "item", "demand_line", "inbox")

    def rows(table: str) -> list[tuple[object, ...]]:
        with sqlite3.connect(tmp_path / "data" / "dispatch.db") as store:
            where = " WHERE publisher != 'notify'" if table == "inbox" else ""
            kept = "line_id, order_id, township_code, item_code" if table == "demand_line" else "*"
            return sorted(store.execute(f"SELECT {kept} FROM {table}{where}").fetchall())

    before = {table: rows(table) for table in copies}
    with sqlite3.connect(tmp_path / "data" / "dispatch.db") as store:
        for table in copies:
            store.execute(f"DELETE FROM {table}")
    assert rows("demand_line") == []
    async with embedded_system(tmp_path / "data") as http:
        for publisher in ("catalog", "requests"):
            await diancai(http, "events", "replay", "--from", publisher, "--to", "dispatch")
    assert {table: rows(table) for table in copies} == before


async def test_whoever_reads_a_log_from_a_time_on_goes_over_to_what_comes(
    told: Told, tmp_path: Path
) -> None:
    shutil.copytree(told.data, tmp_path / "data")
    async with embedded_system(tmp_path / "data") as http:
        tail = ("events", "tail", "--service", "catalog", "--no-follow", "--since")
        everything = [
            json.loads(line)
            for line in (await diancai(http, *tail, "2000-01-01T00:00+08:00")).splitlines()
        ]
        assert [event["position"] for event in everything] == list(range(1, len(everything) + 1))
        assert await diancai(http, *tail, "2100-01-01T00:00+08:00") == ""
        assert (
            await http.get("/api/catalog/events/position?since=2014-06-27T00:00:00")
        ).status_code == 422
        last = everything[-1]["position"]
        waiting = asyncio.create_task(http.get(f"/api/catalog/events?after={last}&wait=20"))
        await asyncio.sleep(0)
        township = {"name": "高楼镇", "name_en": "Gaolou", "lat": 27.75, "lon": 120.25}
        moved = await http.put(
            "/api/catalog/townships/330381125000", json=township, headers={"If-Match": "*"}
        )
        assert moved.status_code == 200, moved.text
        assert [event["position"] for event in (await waiting).json()] == [last + 1]
        assert (await http.get(f"/api/catalog/events?after={last + 1}&wait=0.1")).json() == []
