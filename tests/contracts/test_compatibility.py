"""A change that another system would notice is refused, by event, field, rule and remedy; one that only adds is not."""

import copy
import os
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

from tests.contracts.compatibility import (
    DEFAULT,
    GONE,
    LIMIT,
    LIST,
    REQUIRED,
    TYPE,
    Schema,
    breaks,
)
from tests.contracts.snapshot import HINT, present, recorded
from tests.support.tree import ROOT

OLD = present()
ACCEPTED = "requests.order_accepted.v1"
DELIVERED = "notify.message_delivered.v1"
PLANTED: list[tuple[str, str, Callable[[Schema], Any], str, str]] = [
    (ACCEPTED, "place", lambda s: s["properties"].pop("place"), GONE, "it is gone"),
    (
        ACCEPTED,
        "lines[].item_name",
        lambda s: s["$defs"]["OrderLine"]["properties"].pop("item_name"),
        GONE,
        "it is gone",
    ),
    (
        ACCEPTED,
        "priority",
        lambda s: s["properties"]["priority"].update(type="string"),
        TYPE,
        "it was integer, is string",
    ),
    (
        ACCEPTED,
        "priority",
        lambda s: s["properties"].update(
            priority={"anyOf": [{"type": "integer"}, {"type": "null"}]}
        ),
        TYPE,
        "it was integer, is integer or null",
    ),
    (
        ACCEPTED,
        "point",
        lambda s: s["properties"].update(point={"$ref": "#/$defs/Point"}),
        TYPE,
        "it was null or object, is object",
    ),
    (
        ACCEPTED,
        "point.lat",
        lambda s: s["$defs"]["Point"]["properties"]["lat"].update(type="string"),
        TYPE,
        "it was number, is string",
    ),
    (
        ACCEPTED,
        "wished_on[]",
        lambda s: s["properties"]["wished_on"]["items"].pop("format"),
        LIMIT,
        "its format was 'date', is None",
    ),
    (
        ACCEPTED,
        "weather",
        lambda s: (
            s["properties"].update(weather={"type": "string"}),
            s["required"].append("weather"),
        ),
        REQUIRED,
        "it is new and has no default",
    ),
    (
        ACCEPTED,
        "place",
        lambda s: s["required"].remove("place"),
        REQUIRED,
        "it was always there, may be missing",
    ),
    (
        "catalog.township_changed.v1",
        "population",
        lambda s: s["required"].append("population"),
        REQUIRED,
        "it lost its default",
    ),
    (
        "catalog.team_changed.v1",
        "state",
        lambda s: s["properties"]["state"].update(default="retired"),
        DEFAULT,
        "its default was 'active', is 'retired'",
    ),
    (
        DELIVERED,
        "channel",
        lambda s: s["properties"]["channel"].update(enum=["inbox", "email", "sms"]),
        LIST,
        "its closed list got 'sms'",
    ),
    (
        DELIVERED,
        "channel",
        lambda s: s["properties"]["channel"].update(enum=["inbox"]),
        LIST,
        "its closed list lost 'email'",
    ),
    (
        DELIVERED,
        "channel",
        lambda s: s["properties"]["channel"].pop("enum"),
        LIST,
        "its closed list lost 'email', 'inbox' and got any value",
    ),
    (
        "dispatch.stop_cancelled.v1",
        "reason_code",
        lambda s: s["properties"]["reason_code"].update(pattern="^[a-z]+$"),
        LIMIT,
        "its pattern was '^[a-z]+(?:[._][a-z]+)*$', is '^[a-z]+$'",
    ),
    (
        "dispatch.stop_cancelled.v1",
        "reason_code",
        lambda s: s["properties"]["reason_code"].update(maxLength=60),
        LIMIT,
        "its maxLength was 40, is 60",
    ),
]
"""Event, field, change of its schema; the rule that it breaks, and what is said of it."""


@pytest.mark.parametrize(
    ("kind", "field", "change", "rule", "said"), PLANTED, ids=[each[4] for each in PLANTED]
)
def test_a_planted_change_is_refused_by_name(
    kind: str, field: str, change: Callable[[Schema], Any], rule: str, said: str
) -> None:
    new = copy.deepcopy(OLD)
    change(new[kind])
    (found,) = breaks(OLD, new)
    assert (found.event, found.field, found.rule, found.change) == (kind, field, rule, said)
    for part in (kind, f"field {field}", rule, said, "0014-versions-of-events.md"):
        assert part in str(found)


def test_the_remedy_names_the_class_to_make() -> None:
    new = copy.deepcopy(OLD)
    new[DELIVERED]["properties"]["channel"]["enum"].append("sms")
    assert "make a class MessageDeliveredV2 beside this one" in str(breaks(OLD, new)[0])
    second = {"notify.message_delivered.v2": OLD[DELIVERED]}
    assert "MessageDeliveredV3" in str(
        breaks(second, {"notify.message_delivered.v2": new[DELIVERED]})[0]
    )


def test_an_event_that_is_gone_is_missed() -> None:
    found = breaks(OLD, {kind: schema for kind, schema in OLD.items() if kind != ACCEPTED})
    assert [(each.event, each.rule) for each in found] == [(ACCEPTED, GONE)]


def test_what_only_adds_is_let_through() -> None:
    new = copy.deepcopy(OLD)
    new[ACCEPTED]["properties"]["weather"] = {"type": "string", "default": ""}
    new[ACCEPTED]["$defs"]["OrderLine"]["properties"]["seats"] = {
        "anyOf": [{"type": "integer"}, {"type": "null"}],
        "default": None,
    }
    new[ACCEPTED]["description"] = "Said in other words."
    new[DELIVERED]["properties"]["channel"]["enum"].reverse()
    new["requests.order_accepted.v2"] = {"properties": {}}
    assert breaks(OLD, new) == []


def test_a_type_that_holds_itself_ends() -> None:
    node = {"properties": {"inner": {"$ref": "#/$defs/Node"}}, "type": "object"}
    schema = {"properties": {"root": {"$ref": "#/$defs/Node"}}, "$defs": {"Node": node}}
    assert breaks({"a.b.v1": schema}, {"a.b.v1": copy.deepcopy(schema)}) == []


def test_no_event_changed_within_its_version() -> None:
    assert breaks(recorded(), present()) == []


def test_the_recorded_schemas_are_those_of_the_code() -> None:
    assert recorded() == present(), f"the events changed compatibly; record that: {HINT}"


def test_make_check_asks() -> None:
    """The command that make runs is green now, and red where the code is not what was recorded."""
    asked = "-m tests.contracts\n"
    makefile = (ROOT / "Makefile").read_text("utf-8")
    assert asked in makefile.partition("\ncheck:")[2].partition("\n\n")[0]
    planted = (
        "import runpy; from shared.contracts.notify import MessageDelivered as M;"
        "M.model_fields['channel'].annotation = str; M.model_rebuild(force=True);"
        "runpy.run_module('tests.contracts', run_name='__main__')"
    )
    said = [
        subprocess.run(
            [sys.executable, *command],
            cwd=ROOT,
            env=os.environ,
            capture_output=True,
            text=True,
            check=False,
        )
        for command in (["-m", "tests.contracts"], ["-c", planted])
    ]
    assert [each.returncode for each in said] == [0, 1], said
    assert "notify.message_delivered.v1, field channel" in said[1].stderr
