"""ARCHITECTURE.md says what is so: its files and functions exist, its table of events is the code's."""

import re
from importlib import import_module
from pathlib import Path

from shared.contracts import EVENTS, PUBLISHERS

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "ARCHITECTURE.md").read_text("utf-8")


def consumers_of() -> dict[str, list[str]]:
    """The services that act on each type of event."""
    heard: dict[str, list[str]] = {kind: [] for kind in EVENTS}
    for service in PUBLISHERS:
        for event in import_module(f"services.{service}.consumers").SUBSCRIPTIONS:
            heard[event.type].append(service)
    return heard


def event_table() -> str:
    lines = ["| event | consumers |", "|---|---|"]
    lines += [f"| `{kind}` | {', '.join(sorted(services))} |" for kind, services in consumers_of().items()]
    return "\n".join(lines)


def test_the_table_of_events_is_that_of_the_code() -> None:
    written = re.search(r"<!-- events:.*?-->\n(.*?)\n<!-- end of events -->", TEXT, re.DOTALL)
    assert written is not None
    assert written[1] == event_table(), f"put this into ARCHITECTURE.md:\n{event_table()}"


def test_every_file_and_function_that_is_named_exists() -> None:
    named = re.findall(r"`([\w./]+\.py)(?::(\w+))?`", TEXT)
    assert len(named) > 20
    for path, function in named:
        source = (ROOT / path).read_text("utf-8")
        if function:
            assert re.search(rf"def {function}\(", source), f"{path} has no {function}"
