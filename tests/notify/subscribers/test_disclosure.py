"""What a subscriber is not granted does not leave, in any event that there is or will be."""

import json
import re
import types
from collections.abc import Iterator
from typing import Any, Union, get_args, get_origin

import pytest
from pydantic import BaseModel

from services.notify.subscribers.domain.disclosure import (
    OPEN_FIELDS,
    PERSON_FIELDS,
    TOWNSHIP_FIELDS,
    TOWNSHIP_OBJECT_FIELDS,
    TOWNSHIP_OBJECTS,
    Disclosure,
    is_offered,
    townships_of,
)
from services.notify.subscribers.queries.catalogue import OFFERED, example_of
from shared.contracts import EVENTS, Event
from shared.contracts.base import TownshipCode
from shared.contracts.catalog import (
    ConsultationOpened,
    EditionPublished,
    PersonErased,
    TownshipChanged,
    TownshipRecoded,
    VolunteerChanged,
)
from shared.contracts.requests import OrderCancelled
from tests.notify.rui_an import GAOLOU, HULING
from tests.notify.subscribers.partners import Post, Server, ask, cancel, subscribe
from tests.support.house import House

PERSON = re.compile(r"(^|_)(nos?|subject|sid|volunteers?_nos?)$|^(told|by|recipient)_id$")


def fields_of(model: type[BaseModel]) -> Iterator[tuple[str, Any]]:
    """The fields of a contract, and those of the objects in it."""
    for name, field in model.model_fields.items():
        yield name, (field.annotation, tuple(field.metadata))
        for part in _parts(field.annotation):
            yield from fields_of(part)


def _parts(kind: Any) -> Iterator[type[BaseModel]]:
    if get_origin(kind) in (tuple, Union, types.UnionType):
        for inner in get_args(kind):
            yield from _parts(inner)
    elif isinstance(kind, type) and issubclass(kind, BaseModel):
        yield kind


@pytest.mark.parametrize("event", EVENTS.values(), ids=list(EVENTS))
def test_every_field_of_every_event_was_thought_of(event: type[Event]) -> None:
    """Whoever adds a field says here whether it tells of a person; until then it goes to nobody."""
    for name, _ in fields_of(event):
        assert (name in OPEN_FIELDS) != (name in PERSON_FIELDS), f"classify {event.type}: {name}"
        assert not PERSON.search(name) or name in PERSON_FIELDS, name


@pytest.mark.parametrize("event", OFFERED.values(), ids=list(OFFERED))
def test_no_number_of_a_person_is_in_what_a_subscriber_without_that_grant_gets(
    event: type[Event],
) -> None:
    plain = example_of(event, person_numbers=False)
    assert not re.search(r"V-[0-9]{6}", json.dumps(plain))
    named = {name for name, _ in fields_of(event)}
    kept = set(plain)
    assert kept == {name for name in event.model_fields if name not in PERSON_FIELDS}
    assert named >= kept


@pytest.mark.parametrize("event", OFFERED.values(), ids=list(OFFERED))
def test_every_township_that_an_event_names_is_seen_by_the_filter(event: type[Event]) -> None:
    marked = {
        name
        for name, field in event.model_fields.items()
        if "[0-9]{12}" in repr(field) or TownshipCode in get_args(field.annotation)
    }
    known = set(TOWNSHIP_FIELDS)
    if event.type.startswith(TOWNSHIP_OBJECTS):
        known |= set(TOWNSHIP_OBJECT_FIELDS)
    assert marked <= known


@pytest.mark.parametrize(
    ("event", "told"),
    [
        (OrderCancelled(order_id="1", township_code=GAOLOU, reason_code="other"), True),
        (OrderCancelled(order_id="1", township_code=HULING, reason_code="other"), False),
        (TownshipRecoded(code=GAOLOU, new_code=HULING, valid_from="2014-01-01"), True),
        (TownshipChanged(code=HULING, name="", name_en="", centre={"lat": 1, "lon": 1}), False),
        (
            ConsultationOpened(
                edition_id="e",
                title="t",
                until_on="2014-01-01",
                township_codes=(HULING, GAOLOU),
                team_codes=(),
            ),
            True,
        ),
        (
            EditionPublished(
                edition_id="e",
                title="t",
                effective_on="2014-01-01",
                retires_on="2014-01-01",
                items=(),
            ),
            True,
        ),
    ],
)
def test_what_concerns_another_township_is_not_told_and_what_concerns_none_is(
    event: Event, told: bool
) -> None:
    granted = Disclosure(frozenset({GAOLOU}), person_numbers=False)
    data = json.loads(event.model_dump_json())
    assert (granted.of(event.type, "order:1", data) is not None) == told
    assert bool(townships_of(event.type, data)) or told


def test_events_about_a_person_and_a_service_s_own_affairs_stay() -> None:
    one = VolunteerChanged(volunteer_no="V-1", team_code="health", active=True)
    data = json.loads(one.model_dump_json())
    stream = "volunteer:V-1"
    assert Disclosure(frozenset(), person_numbers=False).of(one.type, stream, data) is None
    assert Disclosure(frozenset(), person_numbers=True).of(one.type, stream, data) == data
    assert is_offered(PersonErased.type), "who has a number must hear that it is to be forgotten"
    assert not [name for name in OFFERED if "access" in name or "holder" in name]


def test_a_field_that_nobody_has_thought_of_goes_to_nobody() -> None:
    for person_numbers in (False, True):
        granted = Disclosure(frozenset(), person_numbers)
        said = {"order_id": "1", "new_field": "x", "lines": [{"line_id": "1", "new_field": "x"}]}
        assert granted.of("requests.order_accepted.v1", "order:1", said) == {
            "order_id": "1",
            "lines": [{"line_id": "1"}],
        }


async def test_a_new_code_of_a_granted_township_is_granted(house: House, server: Server) -> None:
    await subscribe(house, server.url, townships=[GAOLOU])
    new = "330381999000"
    await house.hear(
        f"township:{GAOLOU}",
        TownshipChanged(code=GAOLOU, name="高楼镇", name_en="", centre={"lat": 1, "lon": 1}),
        TownshipRecoded(code=GAOLOU, new_code=new, valid_from="2014-06-01"),
    )
    await cancel(house, "1", township=GAOLOU)
    await cancel(house, "2", township=HULING)
    await cancel(house, "3", township=new)
    await Post(house).bring()
    # Of different objects, so in any order.
    assert {each.event["data"]["order_id"] for each in server.taken} == {"1", "3"}
    assert len(server.taken) == 2


async def test_only_offered_events_can_be_asked_for(house: House) -> None:
    body = {"name": "a", "channel": "feed", "types": ["catalog.access_revoked.v1"]}
    refused = await ask(house, "POST", "", status=422, json=body)
    assert (refused["code"], refused["field"]) == ("event_type_unknown", "types")
