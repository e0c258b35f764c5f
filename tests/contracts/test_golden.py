"""The golden corpus: today's classes read every example that was ever published, and get out of it what it says."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from services.notify.contract.queries.catalogue import PUBLISHED
from shared.contracts import EVENTS, notify
from shared.contracts.base import Event
from shared.eventlog.envelope import Envelope, amqp_headers
from tests.contracts.golden import FOLDER, golden, write_missing
from tests.contracts.samples import NoSample, example_of
from tests.contracts.snapshot import present
from tests.support.generate import published_text

CORPUS = dict(golden())
SCHEMAS = present()


def test_every_event_has_an_example_and_no_example_lost_its_event() -> None:
    assert CORPUS.keys() == EVENTS.keys(), "run: make generate; a class that was published stays"


@pytest.mark.parametrize("kind", sorted(CORPUS))
def test_an_example_is_read_as_it_was_meant(kind: str) -> None:
    event = CORPUS[kind]["event"]
    read = EVENTS[kind].model_validate_json(json.dumps(event["data"]))
    assert _as_far_as(event["data"], read.model_dump(mode="json")) == event["data"]
    schema = SCHEMAS[kind]
    Draft202012Validator(schema, format_checker=FormatChecker()).validate(event["data"])
    attributes = {
        name: value for name, value in event.items() if name not in ("data", "datacontenttype")
    }
    body = json.dumps(event["data"]).encode()
    envelope = Envelope.from_headers(amqp_headers(attributes), body)
    assert envelope.attributes() == attributes
    assert (envelope.type, envelope.event()) == (kind, read)


@pytest.mark.parametrize("kind", sorted(CORPUS))
def test_an_example_fills_every_field_that_there_was(kind: str) -> None:
    """So that a field that reads otherwise can't hide behind a default: each has another value, or has none to have."""
    data = CORPUS[kind]["event"]["data"]
    assert data.keys() >= set(SCHEMAS[kind].get("required", ()))
    empty = [name for name, value in data.items() if value in (None, [], "")]
    assert empty == []


def test_a_new_version_gets_its_example_without_hand_work(tmp_path: Path) -> None:
    """The second version of a fact, whose channel is an open code, as one that comes next."""
    second = _second_version()
    (written,) = write_missing({second.type: second}, tmp_path, since="0.9.0")
    said = json.loads(written.read_text("utf-8"))
    assert (written.name, said["since"]) == ("notify.message_delivered.v2.json", "0.9.0")
    first = CORPUS["notify.message_delivered.v1"]["event"]
    assert said["event"]["data"] == first["data"]
    assert said["event"]["subject"] == first["subject"]


def test_what_was_written_once_is_never_written_again(tmp_path: Path) -> None:
    kind = "notify.message_delivered.v1"
    write_missing({kind: EVENTS[kind]}, tmp_path)
    path = tmp_path / f"{kind}.json"
    path.write_text("as it was", "utf-8")
    assert write_missing({kind: EVENTS[kind]}, tmp_path) == []
    assert path.read_text("utf-8") == "as it was"


def test_a_field_for_which_no_value_is_known_is_named() -> None:
    schema = {"title": "Odd", "properties": {"seal": {"type": "string", "pattern": "^[0-9]{7}Q$"}}}
    with pytest.raises(NoSample, match=r"Odd\.seal"):
        example_of(schema)


def test_notify_serves_the_examples_of_the_corpus() -> None:
    assert PUBLISHED.read_text("utf-8") == published_text(), "run: make generate"
    assert len(list(FOLDER.iterdir())) == len(EVENTS)


def _second_version() -> type[Event]:
    class MessageDeliveredV2(Event):
        """A message reached a recipient on one channel."""

        __module__ = notify.__name__

        message_id: str
        recipient_id: str
        channel: str
        about: str

    return MessageDeliveredV2


def _as_far_as(old: Any, new: Any) -> Any:
    """``new`` without the fields that ``old`` did not have yet."""
    if isinstance(old, dict):
        return {name: _as_far_as(value, new[name]) for name, value in old.items()}
    if isinstance(old, list):
        return [_as_far_as(was, now) for was, now in zip(old, new, strict=True)]
    return new
