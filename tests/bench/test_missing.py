"""A benchmark where only ``make setup`` ran: what it needs more is said in a line, before it measures; figures come
without their picture."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from bench.report import INSTALL

ROOT = Path(__file__).parents[2]
BENCHMARKS = (
    "messaging",
    "intake",
    "latency",
    "backlog",
    "history",
    "planning",
    "repair",
    "memory",
)
REPORT = """
from bench.report import arguments, report
bars = {"Diancai": 5201.0, "Celery, acks_late": 1228.0}
report("messaging", arguments("", "messaging"), {"ratios": {"consumer_to_celery": 4.2}},
       ["each", "effects/s"], [*bars.items()], bars, "effects a second")
"""

Python = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def python(tmp_path: Path) -> Python:
    """Runs Python without what requirements/bench.in names, installed or not."""
    lines = (ROOT / "requirements" / "bench.in").read_text("utf-8").splitlines()
    packages = [line.split("[")[0] for line in lines if not line.startswith("#")]
    modules = ["vroom" if package == "pyvroom" else package for package in packages]
    (tmp_path / "sitecustomize.py").write_text(
        f"import sys\nsys.modules |= dict.fromkeys({modules})\n", "utf-8"
    )
    environment = os.environ | {"PYTHONPATH": str(tmp_path)}

    def run(*arguments: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, *arguments],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )

    return run


@pytest.mark.parametrize(
    ("arguments", "missing"),
    [(["bench.messaging"], "celery, faststream"), (["bench.planning", "--sizes", "S,L"], "vroom")],
)
def test_what_a_benchmark_sets_beside_ours_is_asked_for_before_it_measures(
    python: Python, arguments: list[str], missing: str
) -> None:
    ended = python("-m", *arguments, "--quick")
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr.startswith(f"not installed: {missing}, ")
    assert INSTALL in ended.stderr
    assert ended.stderr.count("\n") == 1


@pytest.mark.long
@pytest.mark.parametrize("name", BENCHMARKS)
def test_every_benchmark_can_be_asked_what_it_does(python: Python, name: str) -> None:
    asked = python("-m", f"bench.{name}", "--help")
    assert (asked.returncode, asked.stderr) == (0, "")
    assert f"python -m bench.{name}" in asked.stdout


@pytest.mark.parametrize("option", [[], ["--json"]])
def test_figures_come_without_their_picture(
    python: Python, tmp_path: Path, option: list[str]
) -> None:
    results = tmp_path / "results"
    results.mkdir()
    (results / "messaging.svg").write_text("<svg/>", "utf-8")
    reported = python("-c", REPORT, "--results", str(results), *option)
    assert reported.returncode == 0
    assert "5201.0" in reported.stdout or json.loads(reported.stdout)["ratios"] == {
        "consumer_to_celery": 4.2
    }
    assert reported.stderr == f"no picture: matplotlib is not installed; install it: {INSTALL}\n"
    assert [file.name for file in results.iterdir()] == ["messaging.json"], (
        "the picture of other figures is gone"
    )
