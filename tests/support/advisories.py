"""Are the pinned packages known to be vulnerable? Asks pip-audit's service, or, where it knows nothing, such as in a
closed network, the advisories kept in requirements/advisories.json.

    python -m tests.support.advisories                  audit; ends with 1 when a pin is vulnerable
    python -m tests.support.advisories keep FOLDER      keep those of a checkout of the PyPA Advisory Database
"""

import json
import re
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import yaml
from packaging.utils import canonicalize_name
from packaging.version import Version

from tests.support.tree import ROOT

KEPT = ROOT / "requirements" / "advisories.json"
STALE_DAYS = 90
"""The age from which the copy is warned about."""

_PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?==([^ ;\\]+)", re.MULTILINE)

Pins = set[tuple[str, str]]


@dataclass(frozen=True)
class Vulnerable:
    package: str
    version: str
    advisory: str
    fixed_in: str

    def __str__(self) -> str:
        remedy = f"fixed in {self.fixed_in}" if self.fixed_in else "no release mends it: do without"
        return f"{self.package} {self.version} is vulnerable ({self.advisory}); {remedy}"


def pins() -> Pins:
    """Name and version of everything that any requirements file pins."""
    texts = [file.read_text("utf-8") for file in sorted((ROOT / "requirements").glob("*.txt"))]
    return {
        (canonicalize_name(name), version) for text in texts for name, version in _PIN.findall(text)
    }


def in_kept(pinned: Iterable[tuple[str, str]], kept: Mapping[str, Any]) -> list[Vulnerable]:
    """What the kept advisories (OSV ranges, https://ossf.github.io/osv-schema/) say against ``pinned``."""
    found = []
    for name, version in sorted(pinned):
        for advisory in kept["packages"].get(name, []):
            for events in advisory["ranges"]:
                fixed = _end_of(Version(version), events)
                if fixed is not None:
                    found.append(Vulnerable(name, version, advisory["id"], fixed))
    return found


def _end_of(version: Version, events: Iterable[Mapping[str, str]]) -> str | None:
    """Where the range ends that ``version`` is in ("" for never), or None when it is in none."""
    begun = False
    for event in events:
        (what, at), *_ = event.items()
        if what == "introduced":
            begun = at == "0" or version >= Version(at)
        elif begun and what == "fixed" and version < Version(at):
            return at
        elif begun and what == "last_affected" and version <= Version(at):
            return ""
        elif what in ("fixed", "last_affected"):
            begun = False
    return "" if begun else None


def keep(database: Path, pinned: Pins) -> dict[str, Any]:
    """The advisories about pinned packages, whatever the version, of a checkout of the database."""
    packages: dict[str, list[dict[str, Any]]] = {}
    newest = ""
    for file in sorted((database / "vulns").rglob("*.yaml")):
        said = yaml.load(file.read_text("utf-8"), yaml.CSafeLoader)
        newest = max(newest, str(said["modified"])[:10])
        if "withdrawn" in said:
            continue
        for affected in said["affected"]:
            name = canonicalize_name(affected["package"]["name"])
            ranges = [
                entry["events"]
                for entry in affected.get("ranges", [])
                if entry["type"] == "ECOSYSTEM"
            ]
            if ranges and name in {pin for pin, _ in pinned}:
                packages.setdefault(name, []).append({"id": said["id"], "ranges": ranges})
    return {
        "source": "PyPA Advisory Database, CC BY 4.0",
        "as_of": newest,
        "commit": _commit_of(database),
        "looked_for_newer_on": f"{datetime.now(UTC).date()}",
        "packages": packages,
    }


def _commit_of(checkout: Path) -> str:
    """Which state of the database it was; empty when the folder is no checkout."""
    answer = subprocess.run(
        ["git", "-C", str(checkout), "rev-parse", "HEAD"],
        capture_output=True,
        text=True,
        check=False,
    )
    return answer.stdout.strip()


def ask(files: Iterable[Path]) -> tuple[list[Vulnerable], int]:
    """What pip-audit's service says, and of how many packages it knows anything."""
    command = [
        sys.executable,
        "-m",
        "pip_audit",
        "--require-hashes",
        "--disable-pip",
        "--format",
        "json",
    ]
    for file in files:
        command += ["-r", str(file)]
    answer = subprocess.run(
        [*command, "--progress-spinner", "off"], capture_output=True, text=True, check=False
    )
    try:
        said = json.loads(answer.stdout)["dependencies"]
    except (ValueError, KeyError):
        return [], 0
    found = [
        Vulnerable(entry["name"], entry["version"], fault["id"], ", ".join(fault["fix_versions"]))
        for entry in said
        for fault in entry.get("vulns", [])
    ]
    return found, sum("skip_reason" not in entry for entry in said)


def age_of(kept: Mapping[str, Any], today: date) -> int:
    """How many days ago the newest of the kept advisories was changed."""
    return (today - date.fromisoformat(kept["as_of"])).days


def warning_of(kept: Mapping[str, Any], today: date, known: int) -> str:
    """What to say of the data's age, or nothing. ``known``: of how many packages pip-audit's service knew anything."""
    days = age_of(kept, today)
    if known or days <= STALE_DAYS:
        return ""
    return (
        f"WARNING: {KEPT.name} is a copy as of {kept['as_of']}, {days} days old, and pip-audit's service knows none of"
        " the pins from here: what was found since is not looked for. Renew it where there is a network, from a"
        " checkout of the PyPA Advisory Database: make advisories DATABASE=<folder>"
    )


def audit() -> tuple[list[Vulnerable], str]:
    """What is vulnerable, and lines that say by which data, of which date."""
    pinned = pins()
    found, known = ask(sorted((ROOT / "requirements").glob("*.txt")))
    kept = json.loads(KEPT.read_text("utf-8"))
    found += in_kept(pinned, kept)
    said = f"dependencies: {len(pinned)} pins audited by {KEPT.name} as of {kept['as_of']}"
    said += f", and {known} by pip-audit's service" if known else ""
    return found, "\n".join(filter(None, [said, warning_of(kept, datetime.now(UTC).date(), known)]))


def main() -> None:
    if sys.argv[1:2] == ["keep"]:
        KEPT.write_text(
            json.dumps(keep(Path(sys.argv[2]), pins()), indent=1, sort_keys=True) + "\n", "utf-8"
        )
        return
    found, said = audit()
    sys.stdout.write("\n".join([said, *sorted(set(map(str, found)))]) + "\n")
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
