"""What is installed is pinned, checked by hash, and not known to be vulnerable."""

import json
import re
from datetime import date, timedelta

import pytest

from tests.support.advisories import KEPT, STALE_DAYS, in_kept, pins, warning_of
from tests.support.tree import ROOT, SERVICES

FILES = sorted((ROOT / "requirements").glob("*.txt"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_line_is_pinned_and_has_hashes(file: str) -> None:
    assert set(SERVICES) <= {file.stem for file in FILES}
    entries = re.split(r"\n(?=[A-Za-z0-9])", (ROOT / "requirements" / file).read_text("utf-8"))
    entries = [entry for entry in entries if not entry.startswith("#")]
    assert entries
    for entry in entries:
        assert re.match(r"[^=\s]+==\S+", entry), entry
        assert "--hash=sha256:" in entry, entry


def test_no_pin_is_known_to_be_vulnerable() -> None:
    kept = json.loads(KEPT.read_text("utf-8"))
    assert {"cryptography", "starlette"} <= kept["packages"].keys()
    assert in_kept(pins(), kept) == []


def test_a_vulnerable_pin_is_named() -> None:
    kept = json.loads(KEPT.read_text("utf-8"))
    old = {
        ("starlette", "0.26.0"),
        ("starlette", "0.27.0"),
        ("cryptography", "41.0.0"),
        ("nobody-knows-me", "1.0"),
    }
    found = in_kept(old, kept)
    said = "starlette 0.26.0 is vulnerable (PYSEC-2023-83); fixed in 0.27.0"
    assert said in set(map(str, found))
    assert {fault.version for fault in found} == {"0.26.0", "41.0.0"}


TWICE = [{"introduced": "1.0"}, {"fixed": "1.2"}, {"introduced": "2.0"}, {"fixed": "2.1"}]


@pytest.mark.parametrize(
    ("events", "inside", "outside"),
    [
        ([{"introduced": "0"}, {"fixed": "2.0"}], ["0.1", "1.9.9", "2.0rc1"], ["2.0", "3"]),
        ([{"introduced": "1.0"}, {"last_affected": "1.5"}], ["1.0", "1.5"], ["0.9", "1.5.1"]),
        (TWICE, ["1.1", "2.0"], ["1.2", "1.9", "2.1"]),
        ([{"introduced": "3.0"}], ["3.0", "9"], ["2.9"]),
    ],
)
def test_ranges_are_read_as_their_schema_says(
    events: list[dict[str, str]], inside: list[str], outside: list[str]
) -> None:
    kept = {"packages": {"p": [{"id": "A", "ranges": [events]}]}}
    assert {
        fault.version for fault in in_kept({("p", version) for version in inside + outside}, kept)
    } == set(inside)


def test_old_advisories_are_said_to_be_old_unless_the_service_answers() -> None:
    kept = {"as_of": "2024-10-10"}
    fresh = date(2024, 10, 10) + timedelta(days=STALE_DAYS)
    assert warning_of(kept, fresh, known=0) == ""
    said = warning_of(kept, fresh + timedelta(days=1), known=0)
    assert "as of 2024-10-10, 91 days old" in said
    assert "make advisories DATABASE=" in said
    assert warning_of(kept, fresh + timedelta(days=1), known=50) == ""


def test_the_kept_advisories_say_their_source_and_date() -> None:
    kept = json.loads(KEPT.read_text("utf-8"))
    assert "PyPA" in kept["source"]
    assert re.fullmatch(r"[0-9a-f]{40}", kept["commit"])
    assert date.fromisoformat(kept["as_of"]) <= date.fromisoformat(kept["looked_for_newer_on"])
