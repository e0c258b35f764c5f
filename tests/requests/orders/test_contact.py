"""Whom the team may ask, and that an order was entered for somebody else."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text, update

from services.requests.orders.tables import PERSONS_KEPT, forget_persons, service_order
from shared.contracts.requests import OrderContactChanged
from shared.kernel.access import Role
from tests.requests.township import (
    GAOLOU,
    ORDER,
    Dispatch,
    accepted_order,
    order,
    read,
    step,
)
from tests.support.house import House
from tests.support.tokens import bearer

CONTACT = {"contact": "陈主任", "phone": "１３８ ００１３ ８０００"}


async def shown(house: House, made: dict[str, Any], **headers: str) -> Any:
    return await house.client.post(f"/api/requests/orders/{made['id']}/phone", headers=headers)


async def test_a_phone_is_sealed_masked_and_shown_one_by_one(requests: House) -> None:
    made = await order(requests, **CONTACT)
    assert (made["contact"], made["phone_masked"]) == ("陈主任", "138****8000")
    service = requests.services["requests"]
    async with service.database.reading() as session:
        stored = str((await session.execute(text("SELECT * FROM service_order"))).all())
    assert "13800138000" not in stored
    assert (await shown(requests, made)).json() == {"phone": "13800138000"}
    (entry,) = [
        entry
        for entry in (await requests.client.get("/api/requests/audit")).json()
        if entry["action"] == "show_order_phone"
    ]
    assert entry["changes"][0]["noted"] == {"shown": "phone"}
    assert "13800138000" not in str(entry)
    other = bearer(Role.OFFICER, township_code="330381122000")
    assert (await shown(requests, made, **other)).status_code == 404
    without = await order(requests, place="别处")
    assert (await shown(requests, without)).json()["code"] == "order_phone.not_found"


async def change(house: House, made: dict[str, Any], **content: Any) -> dict[str, Any]:
    answer = await house.client.put(
        f"/api/requests/orders/{made['id']}", json=ORDER | content, headers={"If-Match": "*"}
    )
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def test_a_number_stays_until_another_is_given_or_its_owner_goes(requests: House) -> None:
    made = await order(requests, **CONTACT)
    assert (await change(requests, made, contact="陈主任"))["phone_masked"] == "138****8000"
    both = {"contact": "林主任", "phone": "0577-65812345"}
    assert (await change(requests, made, **both))["phone_masked"] == "057****2345"
    assert (await change(requests, made))["phone_masked"] is None


async def test_a_number_that_is_none_is_refused_without_repeating_it(requests: House) -> None:
    refused = await requests.client.post(
        "/api/requests/orders", json=ORDER | {"contact": "陈", "phone": "98765"}
    )
    assert (refused.status_code, refused.json()["code"]) == (422, "phone_malformed")
    assert "98765" not in refused.text
    alone = await requests.client.post(
        "/api/requests/orders", json=ORDER | {"phone": "13800138000"}
    )
    assert alone.json()["code"] == "phone_without_contact"


async def test_an_order_says_that_it_was_entered_for_somebody_and_how_it_came(
    requests: House,
) -> None:
    entry = {"how": "phone", "for_whom": "西村村委会"}
    clerk = bearer(Role.CLERK, township_code=GAOLOU)
    answer = await requests.client.post(
        "/api/requests/orders", json=ORDER | {"assisted": entry}, headers=clerk
    )
    made = answer.json()
    assert (made["assisted_how"], made["assisted_for"]) == ("phone", "西村村委会")
    assert made["history"][0]["by"] == "clerk"
    changed = await change(requests, made, place="东村")
    assert changed["assisted_how"] == "phone"
    assert (await order(requests, place="自己点的"))["assisted_how"] is None


async def test_persons_are_forgotten_after_their_time(requests: House) -> None:
    old = await order(requests, **CONTACT, assisted={"how": "visit", "for_whom": "林"})
    new = await order(requests, **CONTACT, place="别处")
    service = requests.services["requests"]
    now = service.uow.business_now()
    async with service.database.writing() as session:
        await session.execute(
            update(service_order)
            .where(service_order.c.id == old["id"])
            .values(created_at=now - PERSONS_KEPT - timedelta(days=1))
        )
        assert await forget_persons(session, now) == 1
        assert await forget_persons(session, now) == 0
    forgotten = await read(requests, old["id"])
    names = ("contact", "phone_masked", "assisted_for", "assisted_how")
    assert [forgotten[name] for name in names] == [None, None, None, "visit"]
    assert (await read(requests, new["id"]))["contact"] == "陈主任"


OFFICER = bearer(Role.OFFICER, township_code=GAOLOU)


async def name_another(
    house: House, made: dict[str, Any], *, confirm: str = "", match: str = "", **body: Any
) -> Any:
    path = f"/api/requests/orders/{made['id']}/contact"
    params = {"confirm": confirm} if confirm else {}
    headers = OFFICER | ({"If-Match": match} if match else {})
    return await house.client.post(path, json=body, params=params, headers=headers)


async def told(house: House) -> list[OrderContactChanged]:
    return [e for e in await house.published("requests") if isinstance(e, OrderContactChanged)]


async def test_another_contact_is_named_after_the_order_was_handed_in_and_the_teams_are_told(
    requests: House,
) -> None:
    made = await accepted_order(requests, **CONTACT)
    both = {"contact": "林主任", "phone": "0577-65812345"}
    changed = (await name_another(requests, made, **both)).json()
    assert (changed["contact"], changed["phone_masked"]) == ("林主任", "057****2345")
    assert changed["state"] == "accepted"
    assert await told(requests) == [], "nobody is to come yet"
    voice = Dispatch(requests, made)
    await voice.says(voice.assigned(0, "a1"), voice.assigned(1, "a2", team="law"))
    await name_another(requests, made, contact="陈主任", phone="13800138000")
    (said,) = await told(requests)
    assert (said.order_id, said.team_codes, said.place) == (
        made["id"],
        ("health", "law"),
        ORDER["place"],
    )
    assert "陈" not in said.model_dump_json()
    assert "138" not in said.model_dump_json()
    leader = bearer(Role.LEADER, team_code="law")
    shown_to_team = await requests.client.post(
        f"/api/requests/orders/{made['id']}/phone-for-team", headers=leader
    )
    assert shown_to_team.json() == {"phone": "13800138000"}


async def test_that_the_number_stays_with_another_contact_is_asked_about(requests: House) -> None:
    made = await accepted_order(requests, **CONTACT)
    doubted = await name_another(requests, made, contact="林主任")
    assert doubted.status_code == 409
    assert [e["code"] for e in doubted.json()["errors"]] == ["phone_of_former_contact"]
    assert (await read(requests, made["id"]))["contact"] == "陈主任", "nothing is half done"
    kept = await name_another(requests, made, confirm="phone_of_former_contact", contact="林主任")
    assert (kept.json()["contact"], kept.json()["phone_masked"]) == ("林主任", "138****8000")
    nobody = await name_another(requests, made, contact=None)
    assert (nobody.json()["contact"], nobody.json()["phone_masked"]) == (None, None)


async def test_a_contact_that_is_wrong_changes_nothing(requests: House) -> None:
    made = await accepted_order(requests, **CONTACT)
    same = await name_another(requests, made, contact="陈主任")
    assert (same.status_code, same.json()["code"]) == (422, "nothing_amended")
    alone = await name_another(requests, made, phone="13800138000")
    assert alone.json()["code"] == "phone_without_contact"
    malformed = await name_another(requests, made, contact="林", phone="98765")
    assert (malformed.status_code, malformed.json()["code"]) == (422, "phone_malformed")
    assert "98765" not in malformed.text
    stale = await name_another(requests, made, match='"1-00"', contact="林", phone="13800138001")
    assert stale.status_code == 412
    drafted = await order(requests, place="别处")
    early = await name_another(requests, drafted, contact="林")
    assert (early.status_code, early.json()["code"]) == (409, "illegal_transition")
    await step(requests, made["id"], "cancel", reason_code="weather")
    late = await name_another(requests, made, contact="林", phone="13800138001")
    assert late.status_code == 409
    assert (await read(requests, made["id"]))["contact"] == "陈主任"
    assert await told(requests) == []


@pytest.mark.parametrize(
    ("phone", "code", "detail"),
    [
        ("1" * 41, "invalid.string_too_long", "最多 40 个字。"),
        ("", "invalid.string_too_short", "至少需要 1 个字。"),
    ],
)
async def test_a_phone_s_length_is_said_in_characters(
    requests: House, phone: str, code: str, detail: str
) -> None:
    answer = await requests.client.post(
        "/api/requests/orders", json=ORDER | CONTACT | {"phone": phone}
    )
    (fault,) = answer.json()["errors"]
    assert (answer.status_code, fault["field"]) == (422, "phone")
    assert (fault["code"], fault["detail"]) == (code, detail)


async def test_the_length_of_a_list_is_said_in_entries(requests: House) -> None:
    lines = [{"item_code": f"i{number}", "expected_attendance": 1} for number in range(51)]
    answer = await requests.client.post("/api/requests/orders", json=ORDER | {"lines": lines})
    (fault,) = answer.json()["errors"]
    assert (fault["field"], fault["code"]) == ("lines", "invalid.too_long")
    assert fault["detail"] == "最多 50 条。"
