"""The events as a whole: their schemas are kept, someone hears each, and none carries personal data."""

import copy
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from shared.contracts import EVENTS
from tests.contracts.snapshot import HINT, Schemas, breaks, present, recorded
from tests.support.tree import SERVICES, subscriptions_of

PERSONAL = {
    "phone",
    "mobile",
    "telephone",
    "tel",
    "email",
    "mail",
    "address",
    "id_number",
    "identity",
    "identity_number",
    "id_card",
    "passport",
    "person",
    "person_name",
    "full_name",
    "first_name",
    "last_name",
    "surname",
    "real_name",
    "leader",
    "leader_name",
    "contact",
    "contact_name",
    "volunteer_name",
    "resident_name",
    "birthday",
    "born_on",
    "age",
    "gender",
    "sex",
    "health",
    "diagnosis",
    "illness",
    "disability",
    "party_member",
    "wechat",
    "qq",
}
"""Words that have no place in the name of an event's field, whole or as a part between underscores."""


def test_no_event_lost_a_field_or_changed_its_meaning() -> None:
    wrong = breaks(recorded(), present())
    assert not wrong, "this breaks consumers and event logs; make a new version of the event beside the old"


def test_the_recorded_schemas_are_those_of_the_code() -> None:
    assert recorded() == present(), f"the events changed compatibly; record that: {HINT}"


def changed(schemas: Schemas, kind: str) -> tuple[Schemas, dict[str, Any]]:
    copied = copy.deepcopy(schemas)
    return copied, copied[kind]


def test_what_breaks_consumers_is_noticed() -> None:
    old = present()
    kind = "requests.order_accepted.v1"

    new, schema = changed(old, kind)
    del schema["properties"]["place"]
    assert breaks(old, new) == [f"{kind}: place is gone"]

    new, schema = changed(old, kind)
    schema["properties"]["priority"]["type"] = "string"
    assert len(breaks(old, new)) == 1

    new, schema = changed(old, kind)
    schema["properties"]["weather"] = {"type": "string"}
    schema["required"].append("weather")
    assert breaks(old, new) == [f"{kind}: weather is new and has no default"]

    new, schema = changed(old, kind)
    del schema["$defs"]["OrderLine"]["properties"]["item_name"]
    assert breaks(old, new) == [f"{kind}: lines[].item_name is gone"]

    new, _ = changed(old, kind)
    del new[kind]
    assert breaks(old, new) == [f"{kind} is gone"]


def test_what_only_adds_is_let_through() -> None:
    old = present()
    new, schema = changed(old, "requests.order_accepted.v1")
    schema["properties"]["weather"] = {"type": "string", "default": ""}
    new["requests.order_weathered.v1"] = schema
    assert breaks(old, new) == []


@pytest.mark.parametrize("kind", sorted(EVENTS))
def test_a_schema_is_valid(kind: str) -> None:
    Draft202012Validator.check_schema(present()[kind])


@pytest.mark.parametrize("kind", sorted(EVENTS))
def test_every_event_has_a_subscriber(kind: str) -> None:
    assert [service for service in SERVICES if EVENTS[kind] in subscriptions_of(service)]


@pytest.mark.parametrize("service", SERVICES)
def test_no_service_subscribes_to_its_own_events(service: str) -> None:
    assert not [event.type for event in subscriptions_of(service) if event.publisher == service]


@pytest.mark.parametrize("kind", sorted(EVENTS))
def test_no_event_has_a_field_for_personal_data(kind: str) -> None:
    fields = set(_field_names(present()[kind]))
    assert fields
    for field in fields:
        assert field not in PERSONAL
        assert not PERSONAL & set(field.split("_")), field


@pytest.mark.parametrize("kind", sorted(EVENTS))
def test_an_event_is_a_fact_of_one_publisher_in_the_past_tense(kind: str) -> None:
    publisher, fact, version = kind.split(".")
    assert publisher in SERVICES
    assert version == f"v{EVENTS[kind].version}"
    assert fact.split("_")[-1].endswith(("ed", "en", "told"))
    assert EVENTS[kind].__doc__


def _field_names(schema: object) -> Iterator[str]:
    if isinstance(schema, dict):
        yield from schema.get("properties", {})
        for value in schema.values():
            yield from _field_names(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from _field_names(value)
