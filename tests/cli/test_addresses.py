"""Where the commands look for a system, and what they say when there is none."""

import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from cli.options import BadAddress, address_of
from shared.db.lock import LOCK, InUse, held, url_of_holder
from tests.cli.test_commands import diancai

HOLD = """
import sys, pathlib
from shared.db.lock import held
with held(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), url="http://127.0.0.1:8123"):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def dead_url() -> str:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{free.getsockname()[1]}"


@pytest.fixture
def holder(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that has the data folder ``tmp_path``."""
    command = [sys.executable, "-c", HOLD, str(tmp_path / LOCK), str(tmp_path)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


@pytest.fixture
def stranger() -> Iterator[str]:
    """A web server that is something else."""

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"<html>Welcome</html>")

        do_POST = do_PUT = do_GET  # noqa: N815 - the names that http.server asks for

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Page)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize(
    "command",
    [
        ("demo",),  # whose patience is longer than this test's: 90 s
        ("events", "tail"),
        ("person", "export", "V-000001", "--out", "-"),
    ],
)
def test_a_dead_address_is_named_in_one_line_long_before_patience_ends(
    command: tuple[str, ...], dead_url: str
) -> None:
    said = diancai(*command, "--url", dead_url, DIANCAI_TOKEN="any")
    assert (said.returncode, said.stdout.strip()) == (2, "")
    assert said.stderr.count("\n") == 1
    assert f"Nothing answers at {dead_url}" in said.stderr


def test_a_dead_address_for_a_token_is_no_traceback(dead_url: str, tmp_path: Path) -> None:
    _accounts(tmp_path)
    said = diancai("token", "--as", "operator", "--url", dead_url, DIANCAI_DATA=str(tmp_path))
    assert (said.returncode, said.stdout, said.stderr.count("\n")) == (2, "", 1)
    assert f"Nothing answers at {dead_url}" in said.stderr
    chinese = diancai(
        "token",
        "--as",
        "operator",
        DIANCAI_DATA=str(tmp_path),
        PORT=dead_url[17:],
        DIANCAI_LANGUAGE="zh",
    )
    assert f"{dead_url} 没有应答" in chinese.stderr


def test_something_else_at_the_address_is_told_apart(stranger: str, tmp_path: Path) -> None:
    _accounts(tmp_path)
    for command in (("token", "--as", "operator"), ("demo",)):
        said = diancai(*command, "--url", stranger, DIANCAI_DATA=str(tmp_path))
        assert (said.returncode, "Traceback" in said.stderr) == (2, False), said.stderr
    said = diancai("demo", "--url", stranger, DIANCAI_TOKEN="any")
    assert f"{stranger} answers, but not as Diancai does" in " ".join(said.stderr.split())


@pytest.mark.parametrize(
    "address", ["127.0.0.1:8000", "ftp://host", "http://", "http://host:port", "点菜"]
)
def test_what_is_no_address_is_said_at_once(address: str) -> None:
    said = diancai("demo", "--url", address, DIANCAI_TOKEN="any")
    assert (said.returncode, "is not an address" in said.stderr) == (2, True), said.stderr


def test_an_address_is_what_was_said_else_the_port_else_where_the_folder_is_served(
    tmp_path: Path, holder: subprocess.Popen[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PORT", raising=False)
    assert address_of("", tmp_path / "another") == "http://127.0.0.1:8000"
    assert address_of("", tmp_path) == "http://127.0.0.1:8123"
    monkeypatch.setenv("PORT", "8001")
    assert address_of("", tmp_path) == "http://127.0.0.1:8001"
    assert address_of("https://city.example/", tmp_path) == "https://city.example"
    monkeypatch.setenv("PORT", "many")
    with pytest.raises(BadAddress, match="many"):
        address_of("", tmp_path)


def test_a_folder_in_use_is_refused_with_the_process_that_has_it(
    tmp_path: Path, holder: subprocess.Popen[str]
) -> None:
    said = diancai("up", "--no-demo", DIANCAI_DATA=str(tmp_path), PORT="18998")
    assert said.returncode == 2
    assert f"in use by process {holder.pid}" in said.stderr
    assert "http://127.0.0.1:8123" in said.stderr
    assert "DIANCAI_DATA=" in said.stderr
    assert not (tmp_path / "catalog.db").exists()


def test_a_killed_process_leaves_no_lock(tmp_path: Path, holder: subprocess.Popen[str]) -> None:
    with pytest.raises(InUse, match=str(holder.pid)), held(tmp_path / LOCK, tmp_path):
        raise AssertionError("two have it")
    assert url_of_holder(tmp_path / LOCK) == "http://127.0.0.1:8123"
    holder.kill()
    holder.wait(30)
    assert (tmp_path / LOCK).exists()
    assert url_of_holder(tmp_path / LOCK) == ""
    with held(tmp_path / LOCK, tmp_path):
        pass


def test_a_service_does_not_open_a_store_that_another_process_has(tmp_path: Path) -> None:
    store = tmp_path / "catalog.db"
    command = [sys.executable, "-c", HOLD, str(tmp_path / "catalog.db.lock"), str(store)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        for what in ([], ["migrate"]):
            said = subprocess.run(
                [sys.executable, "-m", "services.catalog", *what],
                env=os.environ | {"CATALOG_DATABASE_URL": f"sqlite:///{store}"},
                capture_output=True,
                text=True,
                timeout=60,
                check=False,
            )
            assert said.returncode == 1
            assert f"catalog.db is in use by process {process.pid}" in said.stderr
        up = diancai("up", "--no-demo", DIANCAI_DATA=str(tmp_path), PORT="18998")
        assert f"is in use by process {process.pid}" in " ".join(up.stderr.split())
        process.kill()


def test_looking_at_an_audit_log_makes_no_store(tmp_path: Path) -> None:
    missing = tmp_path / "没有" / "catalog.db"
    for address in (str(missing), f"sqlite:///{missing}"):
        said = diancai("audit", "verify", "--database", address)
        assert (said.returncode, "there is no store" in said.stderr) == (2, True), said.stderr
    assert not missing.parent.exists()


def test_personal_data_go_where_they_are_sent_and_nowhere_else(tmp_path: Path) -> None:
    said = diancai("person", "export", "V-000001", DIANCAI_TOKEN="any")
    assert (said.returncode, "--out" in said.stderr) == (2, True)
    (tmp_path / "mine.json").write_text("kept")
    said = diancai(
        "person", "export", "V-000001", "--out", str(tmp_path / "mine.json"), DIANCAI_TOKEN="any"
    )
    assert (said.returncode, "is there already" in said.stderr) == (2, True)
    assert (tmp_path / "mine.json").read_text() == "kept"


def _accounts(folder: Path) -> None:
    (folder / "secrets").mkdir()
    account: dict[str, object] = {"login": "operator", "roles": ["operator"], "scope": {}}
    account |= {"password": "any", "totp_secret": None}
    # As Notepad saves it.
    (folder / "secrets" / "accounts.json").write_text(json.dumps([account]), "utf-8-sig")
