"""The command line as its users type it: what it says when something stands in the way, and its documents."""

import json
import os
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from shared.contracts import EVENTS, PUBLISHERS
from shared.eventlog.position import POSITION

DIANCAI = str(Path(sys.executable).with_name("diancai"))


def diancai(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [DIANCAI, *arguments],
        env=os.environ | {"COLUMNS": "200", "DIANCAI_LANGUAGE": "en"} | environment,
        capture_output=True,
        text=True,
        errors="replace",  # a terminal that is no UTF-8 writes other bytes
        timeout=60,
        check=False,
    )


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


def test_a_taken_port_is_named_with_a_way_out(taken_port: int, tmp_path: Path) -> None:
    said = diancai("up", DIANCAI_DATA=str(tmp_path), PORT=str(taken_port))
    assert said.returncode == 2
    assert f"port {taken_port} is taken" in said.stderr
    assert f"PORT={taken_port + 1}" in said.stderr


def test_a_folder_that_cannot_be_written_is_named_with_a_way_out(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    said = diancai("up", DIANCAI_DATA=str(tmp_path / "file"))
    assert said.returncode == 2
    assert "can't be written" in said.stderr
    assert "DIANCAI_DATA=" in said.stderr


def test_a_store_of_a_later_release_is_left_alone(tmp_path: Path) -> None:
    store = sqlite3.connect(tmp_path / "catalog.db")
    store.execute("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)")
    store.execute("INSERT INTO alembic_version VALUES ('9999')")
    store.commit()
    store.close()
    said = diancai("up", "--no-demo", DIANCAI_DATA=str(tmp_path), PORT="18999")
    assert said.returncode == 2
    assert "revision 9999" in said.stderr
    assert f"{tmp_path} was made by a later release" in said.stderr
    assert "DIANCAI_DATA=" in said.stderr


def test_a_store_without_schema_is_refused_with_the_command_that_helps(tmp_path: Path) -> None:
    said = subprocess.run(
        [sys.executable, "-m", "services.catalog"],
        env=os.environ | {"CATALOG_DATABASE_URL": f"sqlite:///{tmp_path}/catalog.db"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert said.returncode == 1
    assert "python -m services.catalog migrate" in said.stderr
    assert "Traceback" not in said.stderr


def test_a_server_that_does_not_answer_is_named(taken_port: int) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    said = diancai("demo", "--url", url, "--json", "--patience", "0.2", DIANCAI_TOKEN="any")
    assert said.returncode == 2
    assert url in said.stderr
    assert "--url" in said.stderr


def test_the_doctor_finds_what_is_wrong_and_what_helps(taken_port: int, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    said = diancai("doctor", "--data", str(tmp_path / "file"), "--port", str(taken_port))
    assert said.returncode == 1
    assert f"PORT={taken_port + 1}" in said.stdout
    assert "DIANCAI_DATA=" in said.stdout


def test_the_doctor_says_which_service_is_away() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    said = diancai("doctor", "--url", url)
    assert said.returncode == 1
    assert all(service in said.stdout for service in PUBLISHERS)


@pytest.mark.parametrize("service", PUBLISHERS)
def test_openapi_of_each_service(service: str) -> None:
    document = json.loads(diancai("openapi", service).stdout)
    assert document["openapi"].startswith("3.1")
    assert document["servers"] == [{"url": f"/api/{service}"}]
    assert "/health/ready" in document["paths"]
    assert "/events" in document["paths"]


def test_openapi_of_a_service_that_is_not_there() -> None:
    said = diancai("openapi", "kitchen")
    assert said.returncode == 2
    assert "catalog" in said.stderr


def test_asyncapi_has_every_event() -> None:
    document = json.loads(diancai("asyncapi").stdout)
    assert document["asyncapi"] == "3.1.0"
    assert {message["name"] for message in document["components"]["messages"].values()} == {
        *EVENTS,
        *(f"{publisher}.{POSITION}" for publisher in PUBLISHERS),
    }
    for channel in document["channels"].values():
        assert channel["address"].endswith(".s{shard}")
