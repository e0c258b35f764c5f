"""The events as a whole: someone hears each, and none carries personal data."""

from collections.abc import Iterator
from typing import Any, get_args

import pytest
from jsonschema import Draft202012Validator

from services.dispatch.stops.domain.stop import (
    ORDER_CANCELLED,
    ORDER_CLOSED,
    PLAN_WITHDRAWN,
    REPLANNED,
    STOP_MOVED,
    DeclineReason,
    StopReason,
)
from services.requests.orders.domain.order import CancelReason, ReturnReason
from services.requests.wishes.domain.wish import DeclineReason as WishDeclineReason
from shared.contracts import EVENTS
from shared.http.texts import Texts
from tests.contracts.snapshot import present
from tests.support.tree import SERVICES, folder_of, subscriptions_of

SCHEMAS = present()

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


@pytest.mark.parametrize("kind", sorted(EVENTS))
def test_a_schema_is_valid(kind: str) -> None:
    Draft202012Validator.check_schema(SCHEMAS[kind])


NAMES_OF_CATALOG = {
    *("name", "name_en", "agency_name", "item_name", "item_name_en", "title", "qualification"),
    *("window_name", "window_name_en", "stage_name", "stage_name_en"),
}
"""What a coordinator wrote into the directory or the menu; catalog refuses personal numbers there."""

TYPED_PLACE = {"place", "was_place"}
"""What leaves the service into which it was typed; see OrderAccepted."""

IDS = {
    "code",
    "item_codes",
    "team_codes",
    "teams",
    "subject",
    "sid",
    "volunteer_no",
    "into_no",
    "volunteer_nos",
    "was_volunteer_nos",
    "standby_nos",
    "was_standby_nos",
    "offered_nos",
    "told_nos",
    "registered_nos",
    "waiting_nos",
    "moved_up_nos",
    "by_no",
    "about",
    "badge_no",
    "picture",
}


def _is_id(field: str) -> bool:
    return field in IDS or field.endswith(("_id", "_code"))


@pytest.mark.parametrize("kind", sorted(EVENTS))
def test_no_event_carries_what_somebody_typed_but_the_place(kind: str) -> None:
    typed = {
        field
        for field, schema in _strings(SCHEMAS[kind])
        if not (schema.keys() & {"enum", "const", "format", "pattern"} or _is_id(field))
    }
    assert typed <= NAMES_OF_CATALOG | TYPED_PLACE


@pytest.mark.parametrize("kind", sorted(EVENTS))
def test_a_reason_is_a_code_and_no_sentence(kind: str) -> None:
    schema = SCHEMAS[kind]
    assert "reason" not in set(_field_names(schema))
    if "reason_code" in schema["properties"]:
        code = Draft202012Validator(schema["properties"]["reason_code"])
        assert code.is_valid("unserved.no_team")
        assert not any(map(code.is_valid, ["打 13800138000", "13800138000", "138 0013 8000"]))
        assert not any(map(code.is_valid, ["老林病了", "Lin Zhiyuan", "lin@example.org", ""]))


def test_notices_have_words_for_every_reason_code() -> None:
    codes = {
        *get_args(ReturnReason),
        *get_args(CancelReason),
        *get_args(DeclineReason),
        *get_args(StopReason),
        *get_args(WishDeclineReason),
    }
    codes |= {REPLANNED, STOP_MOVED, PLAN_WITHDRAWN, ORDER_CANCELLED, ORDER_CLOSED}
    texts = Texts(folder_of("notify") / "locales")
    assert [code for code in sorted(codes) if not texts.has(f"reason.{code}")] == []


@pytest.mark.parametrize("kind", sorted(EVENTS))
def test_every_event_has_a_subscriber(kind: str) -> None:
    assert [service for service in SERVICES if EVENTS[kind] in subscriptions_of(service)]


@pytest.mark.parametrize("service", SERVICES)
def test_no_service_subscribes_to_its_own_events(service: str) -> None:
    assert not [event.type for event in subscriptions_of(service) if event.publisher == service]


@pytest.mark.parametrize("kind", sorted(EVENTS))
def test_no_event_has_a_field_for_personal_data(kind: str) -> None:
    fields = set(_field_names(SCHEMAS[kind]))
    assert fields
    for field in fields:
        assert field not in PERSONAL
        assert not PERSONAL & set(field.split("_")), field


@pytest.mark.parametrize("kind", sorted(EVENTS))
def test_an_event_is_a_fact_of_one_publisher_in_the_past_tense(kind: str) -> None:
    publisher, fact, version = kind.split(".")
    assert publisher in SERVICES
    assert version == f"v{EVENTS[kind].version}"
    assert fact.split("_")[-1].endswith(
        ("ed", "en", "withdrawn", "told", "made", "held", "overdue", "expiring")
    )
    assert EVENTS[kind].__doc__


def test_a_version_lies_beside_the_one_before_it_and_is_no_subclass_of_it() -> None:
    """Logs hold the old ones for good; and whoever asks for one version must not get another."""
    facts: dict[str, set[int]] = {}
    for kind, event in EVENTS.items():
        facts.setdefault(kind.rpartition(".v")[0], set()).add(event.version)
        if event.version > 1:
            assert not issubclass(
                event, EVENTS[f"{kind.rpartition('.v')[0]}.v{event.version - 1}"]
            ), kind
    assert {
        fact: found for fact, found in facts.items() if found != set(range(1, len(found) + 1))
    } == {}


def _strings(schema: object) -> Iterator[tuple[str, dict[str, Any]]]:
    """The fields of an event, and of what it holds, that are text or lists of text; with what is said of the text."""
    if isinstance(schema, dict):
        for field, found in schema.get("properties", {}).items():
            for text in _texts(found):
                yield field, text
        for value in schema.values():
            yield from _strings(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from _strings(value)


def _texts(schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    if schema.get("type") == "string":
        yield schema
    for part in (*schema.get("anyOf", ()), *([schema["items"]] if "items" in schema else ())):
        yield from _texts(part)


def _field_names(schema: object) -> Iterator[str]:
    if isinstance(schema, dict):
        yield from schema.get("properties", {})
        for value in schema.values():
            yield from _field_names(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from _field_names(value)
