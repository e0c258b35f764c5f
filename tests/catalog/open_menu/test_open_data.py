"""The menu for other systems: what is in force today, also as HSDS 3.1, valid by its published schemas."""

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012 as DRAFT
from sqlalchemy import text

from shared.cache.memory import MemoryCache
from shared.kernel.access import Role
from tests.catalog.corps import EDITION, ITEM, NAMES, post, put
from tests.support.house import OVERWRITING, House
from tests.support.tokens import bearer
from tests.support.tree import ROOT

SCHEMAS = ROOT / "tests" / "data" / "hsds"
ASKS = {
    "notice_days": 7,
    "weekly_capacity": 3,
    "township_provides": ["tables", "power"],
    "qualification": "执业医师资格",
}


@pytest.fixture
async def open_menu(corps: House) -> House:
    """The clinic of two agencies and a lecture of one are on the menu of summer 2014."""
    await put(corps, "agencies/law-firm", {"name": "律师协会", "name_en": "Lawyers"})
    await put(corps, "teams/clinic-two", NAMES | {"agency_code": "law-firm", "members": 5})
    await put(corps, "items/clinic", ITEM | ASKS | {"teams": ["health", "clinic-two"]})
    await put(
        corps, "items/talk", ITEM | {"name": "普法讲座", "name_en": "Talk", "mode": "lecture"}
    )
    await put(corps, "editions/summer-2014", EDITION | {"item_codes": ["clinic", "talk"]})
    await post(corps, "editions/summer-2014/publish")
    del corps.client.headers["authorization"]
    return corps


async def _read(house: House, path: str, **query: Any) -> Any:
    answer = await house.client.get(f"/api/catalog/{path}", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


def hsds(name: str) -> Draft202012Validator:
    schemas = {path.name: json.loads(path.read_text("utf-8")) for path in SCHEMAS.glob("*.json")}
    registry: Registry[Any] = Registry().with_resources(
        (each, Resource.from_contents(schema, default_specification=DRAFT))
        for each, schema in schemas.items()
    )
    return Draft202012Validator(
        schemas[name], registry=registry, format_checker=Draft202012Validator.FORMAT_CHECKER
    )


async def test_anybody_reads_what_is_in_force_today(open_menu: House) -> None:
    menu = await _read(open_menu, "open/menu")
    assert menu["today"] == "2014-06-27"
    assert [dish["item_code"] for dish in menu["items"]] == ["clinic", "talk"]
    clinic = menu["items"][0]
    assert {name: clinic[name] for name in ASKS} == ASKS
    assert (clinic["agencies"], clinic["until"]) == (["卫生局", "律师协会"], "2014-08-31")


async def test_a_draft_and_what_is_over_are_not_open(open_menu: House) -> None:
    answer = await open_menu.client.get("/api/catalog/editions/summer-2014")
    assert answer.status_code == 401


async def test_what_has_not_changed_is_not_sent_again(open_menu: House) -> None:
    for path in ("open/menu", "hsds/services"):
        first = await open_menu.client.get(f"/api/catalog/{path}")
        assert "max-age" in first.headers["cache-control"]
        known = {"If-None-Match": first.headers["etag"]}
        again = await open_menu.client.get(f"/api/catalog/{path}", headers=known)
        assert (again.status_code, again.content) == (304, b"")


async def test_the_menu_is_rendered_once_until_something_is_published(open_menu: House) -> None:
    database = open_menu.services["catalog"].database
    first = await _read(open_menu, "open/menu")
    async with database.writing() as session:  # behind the back of all that publishes
        await session.execute(text("UPDATE agency SET name = '卫健局'"))
    assert await _read(open_menu, "open/menu") == first
    headers = bearer(Role.COORDINATOR) | OVERWRITING
    body = ITEM | ASKS | {"teams": ["health"]}
    answer = await open_menu.client.put("/api/catalog/items/clinic", json=body, headers=headers)
    assert answer.status_code == 200, answer.text
    assert (await _read(open_menu, "open/menu"))["items"][0]["agencies"] == ["卫健局"]


class NothingKept(MemoryCache):
    """As when Redis is away."""

    async def get(self, key: str) -> str | None:
        return None


async def test_without_a_cache_the_menu_is_rendered_each_time(open_menu: House) -> None:
    kept = {path: await _read(open_menu, path) for path in ("open/menu", "hsds/services")}
    open_menu.services["catalog"].api.state.cache = NothingKept()
    assert {path: await _read(open_menu, path) for path in kept} == kept


async def test_each_service_is_valid_by_the_published_schema(open_menu: House) -> None:
    page = await _read(open_menu, "hsds/services")
    assert (page["total_items"], page["last_page"]) == (3, True)
    for service in page["contents"]:
        hsds("service.json").validate(service)
        hsds("organization.json").validate(service["organization"])
        for capacity in service.get("capacities", ()):
            hsds("service_capacity.json").validate(capacity)
        assert await _read(open_menu, f"hsds/services/{service['id']}") == service


async def test_the_schemas_would_find_a_fault(open_menu: House) -> None:
    service = (await _read(open_menu, "hsds/services"))["contents"][0]
    for fault in ({"status": "open"}, {"id": "clinic"}, {"capacities": [{"available": 3}]}):
        assert list(hsds("service.json").iter_errors(service | fault)), fault


async def test_capacity_and_accreditation_are_exported(open_menu: House) -> None:
    found = (await _read(open_menu, "hsds/services", search="卫生"))["contents"]
    (capacity,) = found[0]["capacities"]
    assert (capacity["maximum"], capacity["unit"]["name"]) == (3, "场/周")
    assert found[0]["accreditations"] == "执业医师资格"
    terms = {each["taxonomy_term"]["code"] for each in found[0]["attributes"]}
    assert terms == {"welfare", "booth"}


async def test_pages_follow_each_other(open_menu: House) -> None:
    first = await _read(open_menu, "hsds/services", per_page=2)
    second = await _read(open_menu, "hsds/services", per_page=2, page=2)
    assert [len(page["contents"]) for page in (first, second)] == [2, 1]
    assert (first["total_pages"], first["last_page"], second["last_page"]) == (2, False, True)
    beyond = await _read(open_menu, "hsds/services", per_page=2, page=3)
    assert (beyond["empty"], beyond["contents"]) == (True, [])


async def test_a_service_that_is_not_on_the_menu_is_not_found(open_menu: House) -> None:
    answer = await open_menu.client.get(
        "/api/catalog/hsds/services/6f1f2a3e-0000-5000-8000-000000000000"
    )
    assert (answer.status_code, answer.json()["code"]) == (404, "service.not_found")
