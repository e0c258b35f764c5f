"""The contract as documents: valid schemas, one for each event, that the running system serves to anybody."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator, Draft202012Validator, FormatChecker, ValidationError

from services.notify.contract.queries import asyncapi
from services.notify.contract.queries.catalogue import list_published
from services.notify.contract.queries.schemas import schema_of
from shared import __version__
from shared.contracts import EVENTS
from shared.eventlog.envelope import AMQP_PREFIX, RABBITMQ_PREFIX, shard_of
from shared.http.texts import LANGUAGES, Texts
from tests.contracts.golden import golden
from tests.support.house import House
from tests.support.tree import folder_of

TEXTS = Texts(folder_of("notify") / "locales")
CONTRACT = "/api/notify/public/contract"


def test_every_event_has_a_schema_with_words_that_its_example_fits() -> None:
    examples = dict(golden())
    for event in list_published():
        schema = schema_of(event, TEXTS)
        Draft202012Validator.check_schema(schema)
        assert schema["$id"] == f"urn:diancai:event:{event.type}"
        assert schema["title"] == EVENTS[event.type].__name__
        assert len(schema["description"]) > 20
        for model in (schema, *schema.get("$defs", {}).values()):
            for name, field in model.get("properties", {}).items():
                assert field["description"], f"{event.type}: {name}"
        assert schema["examples"] == [examples[event.type]["event"]["data"]]
        checked = Draft202012Validator(schema, format_checker=FormatChecker())
        checked.validate(schema["examples"][0])
        checked.validate(schema["examples"][0] | {"comes_later": "readers take it"})
    with pytest.raises(ValidationError):
        checked.validate({})


def test_there_are_words_for_each_event_and_field_and_for_nothing_else() -> None:
    facts = {event.fact for event in list_published()}
    fields = set()
    for event in list_published():
        schema = event.contract.model_json_schema(mode="serialization")
        for model, said in ((event.contract.__name__, schema), *schema.get("$defs", {}).items()):
            scope = event.fact if said is schema else model
            fields |= {(scope, model, name) for name in said.get("properties", ())}
    for language in LANGUAGES:
        assert TEXTS.words_of(language, "contract.events").keys() == facts, "words for an event"
        words = TEXTS.words_of(language, "contract.fields")
        used = set()
        for scope, model, name in fields:
            known = [key for key in (f"{scope}.{name}", f"{model}.{name}", name) if key in words]
            assert known, f"{language}: add words for {scope}.{name} to contract.fields"
            used.add(known[0])
        assert words.keys() == used, "words for a field"


def test_a_message_of_the_catalogue_is_as_rabbitmq_brings_it() -> None:
    for event in list_published():
        message = event.message()
        assert message["routing_key"].startswith(f"{event.type}.s")
        assert message["routing_key"].endswith(f".s{shard_of(event.example['subject'])}")
        headers = message["properties"]["headers"]
        for prefix in (AMQP_PREFIX, RABBITMQ_PREFIX):
            assert headers[f"{prefix}type"] == event.type
            assert headers[f"{prefix}id"] == f"{event.example['subject']}/1"
        assert message["body"] == event.example["data"]


def test_the_asyncapi_examples_fit_their_headers_and_payloads() -> None:
    """The official parser does not compare them in documents of version 3; in the dialect of AsyncAPI, draft 7."""
    document = asyncapi.document(TEXTS, __version__)
    read = {"amqp": 0, "rabbitmq": 0}
    for message in document["components"]["messages"].values():
        for example in message["examples"]:
            for part in ("headers", "payload"):
                schema = {**message[part], "components": document["components"]}
                Draft7Validator(schema, format_checker=FormatChecker()).validate(example[part])
            binding = example["name"].rpartition("_by_")[2]
            if binding in read:
                read[binding] += 1
                prefix = AMQP_PREFIX if binding == "amqp" else RABBITMQ_PREFIX
                assert example["headers"][f"{prefix}type"] == message["name"]
    assert read == {"amqp": len(EVENTS), "rabbitmq": len(EVENTS)}
    schema = {"$ref": "#/components/schemas/CloudEvent", "components": document["components"]}
    assert not Draft7Validator(schema).is_valid({"ce-type": "catalog.team_changed.v1"})


async def test_the_running_system_serves_both_to_anybody(notify: House) -> None:
    document = await _read(notify, "asyncapi.json", "application/json")
    assert (document["asyncapi"], document["info"]["version"]) == ("3.1.0", __version__)
    assert {f"{each}.s{{shard}}" for each in EVENTS} <= {
        channel["address"] for channel in document["channels"].values()
    }
    for kind in ("requests.order_accepted.v1", "notify.message_delivered.v1"):
        schema = await _read(notify, f"schemas/{kind}.json", "application/schema+json")
        assert schema["$id"].endswith(kind)
    gone = await notify.client.get(f"{CONTRACT}/schemas/requests.order_lost.v1.json")
    assert (gone.status_code, gone.json()["code"]) == (404, "event.not_found")


async def _read(house: House, path: str, media_type: str) -> Any:
    """Without an account; who has it already gets 304."""
    nobody = {"Authorization": ""}
    answer = await house.client.get(f"{CONTRACT}/{path}", headers=nobody)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == media_type
    assert answer.headers["Cache-Control"].startswith("public")
    again = {**nobody, "If-None-Match": answer.headers["ETag"]}
    assert (await house.client.get(f"{CONTRACT}/{path}", headers=again)).status_code == 304
    return answer.json()


def test_the_catalogue_lies_in_the_image_of_notify() -> None:
    """An image holds shared/ and the service's own folder, not the tests: what is served must lie there."""
    served = folder_of("notify") / "contract" / "queries" / "published.json"
    assert json.loads(Path(served).read_text("utf-8")).keys() == EVENTS.keys()
