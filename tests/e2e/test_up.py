"""``diancai up`` as ``make run`` calls it: from an empty folder to a served circuit, and again from its data."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from mailbox import Maildir
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest
from rich.cells import cell_len

from cli.sign_in import CannotSignIn, demonstration_session
from shared.jobs.daily import LOOK_SECONDS
from tests.shared.db.test_migrations import ODD
from tests.support.fixtures import Figures
from tests.support.private import free_port
from tests.support.story import Told

DIANCAI = str(Path(sys.executable).with_name("diancai"))
MOST_MEMORY = 400 * 1024 * 1024


@contextmanager
def up(data: Path, port: int) -> Iterator[tuple[subprocess.Popen[str], list[str]]]:
    """Starts it; gives the process, and what it had printed when it said that it serves."""
    environment = os.environ | {
        "DIANCAI_DATA": str(data),
        "PORT": str(port),
        "COLUMNS": "80",
        "DIANCAI_LANGUAGE": "zh",
    }
    process = subprocess.Popen(
        [DIANCAI, "up"],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        printed: list[str] = []
        assert process.stdout is not None
        for line in process.stdout:
            printed.append(line.rstrip())
            if line.startswith("正在 http"):
                break
        yield process, printed
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)


@pytest.mark.long
def test_from_nothing_to_a_served_circuit_and_again(tmp_path: Path, figures: Figures) -> None:
    port = free_port()
    folder = tmp_path / ODD
    with up(folder, port) as (process, printed):
        text = "\n".join(printed)
        assert "西村桥头路口" in text
        assert "原定" in text
        assert "改派" in text
        assert "街道便民服务中心前广场" in text, "a place stands in one line of 80 columns"
        assert max(cell_len(line) for line in printed if "便民服务中心" in line) <= 80
        assert "▄▄▄▄▄" in text, "the secret of one-time codes as a picture to scan"
        assert (folder / "catalog.db").is_file()
        summary = json.loads((folder / "demonstration.json").read_text("utf-8"))
        assert (summary["townships_served"], summary["booths_at_first_stop"]) == (15, 7)
        memory = psutil.Process(process.pid).memory_info().rss
        assert memory < MOST_MEMORY
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/") as page:
            assert "点菜" in page.read().decode()
        accounts = json.loads((folder / "secrets" / "accounts.json").read_text("utf-8"))
        assert all(account["password"] in text for account in accounts), "said once"
        counts = _settled_counts(port, folder)
        assert counts["by_channel"]["email"] > 0
        assert len(Maildir(folder / "mail")) == counts["by_channel"]["email"]
        figures.note("diancai up", {**summary, "memory_mb": memory // 2**20})
    assert process.returncode in (
        0,
        -signal.SIGTERM,
    )  # the signal is passed on when all is finished
    with up(folder, port) as (_, printed):
        assert any("此前已演示" in line for line in printed)
        assert not any(account["password"] in line for account in accounts for line in printed), (
            "and not again"
        )
        # The work of the day is done anew at a start: what came to be late on that day may be reminded of now.
        reminded = _settled_counts(port, folder)
        assert reminded["by_recipient"]["coordinator"] == counts["by_recipient"]["coordinator"]
    with up(folder, port):
        assert _settled_counts(port, folder) == reminded, "nothing comes twice"
    assert [entry.name for entry in tmp_path.iterdir()] == [ODD], "everything is in its folder"
    log = (folder / "diancai.log").read_text("utf-8")
    assert not any(account["password"] in log for account in accounts)
    assert {path.stat().st_mode & 0o077 for path in (folder / "secrets").iterdir()} == {0}


@pytest.mark.long
def test_killed_in_the_middle_it_goes_on_where_it_was(tmp_path: Path, told: Told) -> None:
    port = free_port()
    environment = os.environ | {"DIANCAI_DATA": str(tmp_path), "PORT": str(port)}
    process = subprocess.Popen(
        [DIANCAI, "up"], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        token = wait_until(lambda: _token(port, tmp_path))
        wait_until(
            lambda: len(_get(port, "/api/dispatch/stops?state=completed", token)["items"]) >= 3
        )
    finally:
        process.kill()
        process.wait(30)
    assert not (tmp_path / "demonstration.json").exists()
    with up(tmp_path, port):
        summary = json.loads((tmp_path / "demonstration.json").read_text("utf-8"))
    # Mail is sent here, and not in the story that was told: its events come on top. So do reminders, for the work of
    # the clock's day is done anew at a start.
    ignored = {"seconds": 0, "events": 0, "notices": 0, "notices_per_recipient_max": 0}
    assert summary | ignored == told.outcome.summary | ignored
    assert summary["notices"] >= told.outcome.summary["notices"]


def _settled_counts(port: int, folder: Path) -> Any:
    """How many messages there are once the work of the clock's day has added none for longer than it takes to begin."""
    token = _token(port, folder)
    counts, since = None, 0.0

    def settled() -> bool:
        nonlocal counts, since
        now = _get(port, "/api/notify/messages/counts", token)
        if now != counts:
            counts, since = now, time.monotonic()
        return time.monotonic() - since > 2 * LOOK_SECONDS

    wait_until(settled)
    return counts


def wait_until(check: Callable[[], Any]) -> Any:
    """Gives the first true answer."""
    deadline = time.monotonic() + 120
    while True:
        with suppress(OSError, httpx.HTTPError, CannotSignIn):  # not listening yet
            if found := check():
                return found
        assert time.monotonic() < deadline
        time.sleep(0.1)


def _token(port: int, data: Path) -> str:
    """Signs in as the auditor, who reads all."""
    return asyncio.run(demonstration_session(f"http://127.0.0.1:{port}", data, "auditor").token())


def _get(port: int, path: str, token: str) -> dict[str, Any]:
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}{path}", headers={"Authorization": f"Bearer {token}"}
    )
    with urllib.request.urlopen(request) as answer:
        found: dict[str, Any] = json.load(answer)
        return found
