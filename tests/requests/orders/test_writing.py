"""Writing an order: what is kept, what is refused and how."""

from datetime import date
from typing import Any

import pytest

from tests.requests.township import EDITION, GAOLOU, ORDER, TOWNSHIP, order, read, step
from tests.support.house import House


async def test_a_draft_keeps_what_was_written_and_what_the_menu_said(requests: House) -> None:
    drafted = await order(requests)
    assert drafted["state"] == "draft"
    assert drafted["point"] == ORDER["point"]
    assert drafted["wished_on"] == ["2014-06-27", "2014-06-28"]
    assert (drafted["priority"], drafted["reason"], drafted["submitted_at"]) == (3, None, None)
    clinic, law = drafted["lines"]
    assert clinic == {
        "id": clinic["id"],
        "item_code": "clinic",
        "name": "健康义诊",
        "name_en": "Health check",
        "expected_attendance": 120,
        "remark": "老人较多，请带血压计",
        "volunteers_needed": 4,
        "state": "waiting",
        "waiting_since": None,
        "stop_id": None,
        "assignment_id": None,
        "team_code": None,
        "on": None,
        "part": None,
        "unserved_reason": None,
        "served": None,
        "rating": None,
    }
    assert (law["item_code"], law["remark"]) == ("law-advice", None)
    assert await read(requests, drafted["id"]) == drafted
    assert await requests.published("requests") == []


async def test_full_width_digits_mean_the_same_township(requests: House) -> None:
    drafted = await order(requests, township_code="３３０３８１１２５０００")
    assert drafted["township_code"] == GAOLOU


async def test_a_draft_can_be_rewritten_as_a_whole(requests: House) -> None:
    drafted = await order(requests)
    lines = [{"item_code": "appliances", "expected_attendance": 60}, ORDER["lines"][0]]
    body = ORDER | {"lines": lines, "point": None, "priority": 5, "place": "高楼镇政府"}
    changed = await requests.client.put(
        f"/api/requests/orders/{drafted['id']}", json=body, headers={"If-Match": "*"}
    )
    assert changed.status_code == 200
    now = await read(requests, drafted["id"])
    assert changed.json() == now
    assert [line["item_code"] for line in now["lines"]] == ["appliances", "clinic"]
    assert not {line["id"] for line in now["lines"]} & {line["id"] for line in drafted["lines"]}
    assert (now["point"], now["priority"], now["place"]) == (None, 5, "高楼镇政府")


REFUSED: list[tuple[dict[str, Any], str, str]] = [
    ({"township_code": "330381999000"}, "unknown_township", "township_code"),
    ({"edition_id": "winter-2014"}, "unknown_edition", "edition_id"),
    (
        {"lines": [{"item_code": "opera", "expected_attendance": 5}]},
        "not_on_menu",
        "lines[0].item_code",
    ),
    ({"lines": [*ORDER["lines"], ORDER["lines"][0]]}, "item_twice", "lines[2].item_code"),
    (
        {"wished_on": ["2014-06-27"], "ruled_out_on": ["2014-07-01", "2014-06-27"]},
        "day_wished_and_ruled_out",
        "ruled_out_on[1]",
    ),
]


@pytest.mark.parametrize(("changes", "code", "field"), REFUSED)
@pytest.mark.parametrize("language", ["zh-CN", "en"])
async def test_what_breaks_a_rule_is_refused_and_nothing_is_stored(
    requests: House, changes: dict[str, Any], code: str, field: str, language: str
) -> None:
    refused = await requests.client.post(
        "/api/requests/orders",
        json=ORDER | changes,
        headers={"Accept-Language": language, "Idempotency-Key": "k" * 20},
    )
    assert refused.status_code == 422
    assert refused.headers["content-type"] == "application/problem+json"
    problem = refused.json()
    assert (problem["code"], problem["field"]) == (code, field)
    assert all(problem[part] for part in ("title", "detail", "remedy"))
    assert (await requests.client.get("/api/requests/orders")).json()["items"] == []
    again = await requests.client.post(
        "/api/requests/orders", json=ORDER, headers={"Idempotency-Key": "k" * 20}
    )
    assert again.status_code == 201, "a refused request must not use its key up"


async def test_rewriting_obeys_the_same_rules_and_leaves_the_order_as_it_was(
    requests: House,
) -> None:
    drafted = await order(requests)
    for changes, code, field in REFUSED:
        refused = await requests.client.put(
            f"/api/requests/orders/{drafted['id']}", json=ORDER | changes, headers={"If-Match": "*"}
        )
        assert refused.status_code == 422
        assert (refused.json()["code"], refused.json()["field"]) == (code, field)
    assert await read(requests, drafted["id"]) == drafted


async def test_every_broken_field_is_named(requests: House) -> None:
    body = {
        "township_code": "高楼",
        "edition_id": "summer-2014",
        "place": "  ",
        "point": {"lat": 91, "lon": 0},
        "lines": [{"item_code": "clinic", "expected_attendance": 0, "colour": "red"}],
        "wished_on": ["2014-02-30"],
        "priority": 6,
    }
    refused = await requests.client.post("/api/requests/orders", json=body)
    assert refused.status_code == 422
    assert {error["field"] for error in refused.json()["errors"]} == {
        "township_code",
        "campaign_id",
        "place",
        "point.lat",
        "lines[0].expected_attendance",
        "lines[0].colour",
        "wished_on[0]",
        "priority",
    }


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("lines", []),
        (
            "lines",
            [{"item_code": f"item-{number}", "expected_attendance": 1} for number in range(51)],
        ),
        ("wished_on", [date.fromordinal(735_000 + number).isoformat() for number in range(367)]),
    ],
)
async def test_lists_have_an_end(requests: House, field: str, value: list[Any]) -> None:
    refused = await requests.client.post("/api/requests/orders", json=ORDER | {field: value})
    assert refused.status_code == 422
    assert [error["field"] for error in refused.json()["errors"]] == [field]


async def test_days_of_any_year_can_be_wished_by_whoever_confirms_it(requests: House) -> None:
    days = {"wished_on": ["1999-12-31", "2099-01-01"], "ruled_out_on": []}
    confirm = {"confirm": ["day_in_the_past", "day_after_edition"]}
    drafted = await requests.client.post("/api/requests/orders", json=ORDER | days, params=confirm)
    assert drafted.json()["wished_on"] == ["1999-12-31", "2099-01-01"]


async def test_an_order_keeps_the_menu_it_was_made_from(requests: House) -> None:
    drafted = await order(requests)
    reprinted = EDITION.model_copy(
        update={
            "items": tuple(
                item.model_copy(update={"volunteers_needed": 9}) for item in EDITION.items
            )
        }
    )
    await requests.hear("edition:summer-2014", reprinted)
    await step(requests, drafted["id"], "submit")
    await step(requests, drafted["id"], "accept")
    assert [
        line["volunteers_needed"] for line in (await read(requests, drafted["id"]))["lines"]
    ] == [4, 2]


@pytest.mark.parametrize(
    ("method", "path", "code"),
    [
        ("GET", "/orders/01900000-0000-7000-8000-00000000dead", "order.not_found"),
        ("GET", "/orders/高楼" + "x" * 60, "order.not_found"),
        ("PUT", "/orders/01900000-0000-7000-8000-00000000dead", "order.not_found"),
        ("POST", "/orders/01900000-0000-7000-8000-00000000dead/submit", "order.not_found"),
        ("GET", "/editions/winter-1914", "edition.not_found"),
    ],
)
async def test_what_is_unknown_is_404_with_a_way_on(
    requests: House, method: str, path: str, code: str
) -> None:
    body = ORDER if method == "PUT" else None
    for language in ("zh-CN", "en"):
        missing = await requests.client.request(
            method, f"/api/requests{path}", json=body, headers={"Accept-Language": language}
        )
        assert missing.status_code == 404
        problem = missing.json()
        assert problem["code"] == code
        assert problem["remedy"]
        if code == "order.not_found":
            assert "scheduled" in problem["states"]
            assert "scheduled" in problem["states"]
            assert "01900000" not in problem["detail"]


async def test_nothing_can_be_ordered_before_a_menu_is_known(empty: House) -> None:
    await empty.hear(f"township:{GAOLOU}", TOWNSHIP)
    refused = await empty.client.post("/api/requests/orders", json=ORDER)
    assert (refused.status_code, refused.json()["code"]) == (422, "unknown_edition")


async def test_an_order_can_be_handed_in_at_once(requests: House) -> None:
    """Drafting and handing in, in one request: the same order, and the same event."""
    made = await order(requests, submit=True)
    assert made["state"] == "submitted"
    assert made["submitted_at"] is not None
    (event,) = await requests.published("requests")
    assert (event.type, event.model_dump()["order_id"]) == (
        "requests.service_ordered.v1",
        made["id"],
    )


async def test_handing_in_at_once_happens_once_a_key(requests: House) -> None:
    key = {"Idempotency-Key": "高楼-2014-06-02".encode().hex()}
    body = ORDER | {"submit": True}
    answers = [
        await requests.client.post("/api/requests/orders", json=body, headers=key) for _ in range(2)
    ]
    assert answers[0].json() == answers[1].json()
    assert len(await requests.published("requests")) == 1
    draft = await requests.client.post("/api/requests/orders", json=ORDER, headers=key)
    assert draft.json()["code"] == "idempotency_key_reused", "a draft is another request"
