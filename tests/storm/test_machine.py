"""The launchers that the storm adds: a disk and a clock that obey, a wire over several servers, a pair that fails over,
a broker on three nodes."""

import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from tests.support.cluster import RabbitCluster
from tests.support.pair import PostgresPair
from tests.support.private import NotInstalled, Playground, rabbitmq_programs
from tests.support.shim import Control, Shim

WRITE = "import os, sys; f = os.open(sys.argv[1], os.O_CREAT | os.O_WRONLY); os.write(f, '瑞安'.encode()); os.fsync(f)"
NOW = "from datetime import UTC, datetime; print(datetime.now(UTC).isoformat())"


@pytest.fixture
def playground() -> Iterator[Playground]:
    made = Playground()
    yield made
    made.close()


@pytest.fixture
def control(playground: Playground) -> Control:
    try:
        return Shim(playground.folder).control("machine")
    except NotInstalled as error:
        pytest.skip(f"NOT RUN, for there is no {error}")


def python(control: Control, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", *arguments],
        env=control.environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_full_disk_takes_nothing_until_it_is_healed(
    playground: Playground, control: Control
) -> None:
    file = playground.folder / "files"
    control.fill_disk()
    refused = python(control, WRITE, str(file))
    assert "No space left on device" in refused.stderr
    control.heal()
    assert python(control, WRITE, str(file)).returncode == 0
    assert file.read_text("utf-8") == "瑞安"


def test_a_clock_is_wrong_by_what_it_is_told(control: Control) -> None:
    control.shift_clock(-3 * 86_400)
    said = datetime.fromisoformat(python(control, NOW).stdout.strip())
    assert timedelta(days=2) < datetime.now(UTC) - said < timedelta(days=4)


def test_a_slow_disk_still_takes_everything(playground: Playground, control: Control) -> None:
    control.slow_disk(0.01)
    file = playground.folder / "files"
    assert python(control, WRITE, str(file)).returncode == 0
    assert file.read_text("utf-8") == "瑞安"


def test_a_pair_keeps_what_was_committed_when_the_primary_dies(playground: Playground) -> None:
    try:
        pair = PostgresPair(playground)
    except NotInstalled as error:
        pytest.skip(f"NOT RUN, for there is no {error}")
    pair.start()
    pair.primary.ask("CREATE TABLE orders (place text)", "INSERT INTO orders VALUES ('湖岭镇')")
    dead = pair.primary
    pair.fail_over()
    assert pair.standby is dead
    assert not dead.runs
    pair.primary.ask("INSERT INTO orders VALUES ('陶山镇')")
    pair.rejoin()
    with psycopg.connect(pair.standby.url) as connection:
        assert connection.execute("SELECT place FROM orders").fetchall() == [
            ("湖岭镇",),
            ("陶山镇",),
        ]
    pair.fail_over()
    assert pair.primary.ask("SELECT count(*) FROM orders") == 2


@pytest.fixture
def cluster(playground: Playground) -> RabbitCluster:
    try:
        rabbitmq_programs()
    except NotInstalled as error:
        pytest.skip(f"NOT RUN, for there is no {error}")
    return RabbitCluster(playground)


@pytest.mark.long
def test_a_cluster_goes_on_without_one_of_its_nodes(cluster: RabbitCluster) -> None:
    cluster.start()
    first = cluster.nodes[0]
    first.kill9()
    assert cluster.nodes[1].answers()
    assert cluster.url == cluster.nodes[1].url
    first.start()
    assert all(node.node in cluster.control("cluster_status") for node in cluster.nodes)
