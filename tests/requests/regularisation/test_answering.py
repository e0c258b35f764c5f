"""A leader confirms, changes or declines; the corps puts it to another team; silence lets it lapse."""

from datetime import date
from typing import Any

import pytest

from shared.contracts.requests import RecurrenceConfirmed, RecurrenceDeclined, RecurrenceReminded
from tests.requests.regularisation.needs import (
    CORPS,
    LEADER,
    OFFICER,
    OTHER_LEADER,
    TERMS,
    Needs,
)


async def told(needs: Needs, kind: type[Any]) -> Any:
    return [each for each in await needs.house.published("requests") if isinstance(each, kind)]


async def test_a_leader_changes_it_and_confirms_and_the_next_order_appears(needs: Needs) -> None:
    proposal = await needs.health_booth()
    path = f"{proposal['id']}/confirm"
    assert (await needs.post(path, OTHER_LEADER, **TERMS)).status_code == 404
    answer = await needs.post(path, LEADER, **TERMS)
    assert answer.status_code == 200, answer.text
    now = answer.json()
    assert (now["state"], now["cadence"], now["residents"]) == ("confirmed", "fortnightly", 90)
    assert (now["proposed_cadence"], now["proposed_residents"]) == ("monthly", 110)
    (event,) = await told(needs, RecurrenceConfirmed)
    assert (event.series_id, event.is_changed) == (now["series_id"], True)
    series = await needs.house.client.get(
        f"/api/requests/recurring-orders/{now['series_id']}", headers=CORPS
    )
    assert (series.status_code, series.json()["origin"]) == (200, proposal["id"])
    orders = await needs.house.client.get("/api/requests/orders", headers=OFFICER)
    made = [each for each in orders.json()["items"] if each.get("series_id") == now["series_id"]]
    assert made, "the next order is there"
    assert [line["item_code"] for line in made[0]["lines"]] == ["clinic"]
    assert made[0]["lines"][0]["expected_attendance"] == 90
    again = await needs.post(path, LEADER, **TERMS)
    assert (again.status_code, again.json()["code"]) == (409, "illegal_transition")


async def test_a_township_reads_what_became_regular_and_not_what_was_asked(needs: Needs) -> None:
    proposal = await needs.health_booth()
    assert await needs.proposals(OFFICER) == []
    await needs.post(f"{proposal['id']}/confirm", LEADER, **TERMS)
    assert [each["id"] for each in await needs.proposals(OFFICER)] == [proposal["id"]]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"starts_on": "2014-07-01"}, "first_day_past"),
        ({"starts_on": "2016-01-01"}, "first_day_too_late"),
        ({"residents": 0}, "invalid_request"),
        ({"cadence": "hourly"}, "invalid_request"),
    ],
)
async def test_terms_that_cannot_be_are_refused_at_their_field(
    needs: Needs, change: dict[str, Any], code: str
) -> None:
    proposal = await needs.health_booth()
    refused = await needs.post(f"{proposal['id']}/confirm", LEADER, **(TERMS | change))
    assert refused.status_code in (409, 422)
    assert refused.json()["code"] == code
    assert (await needs.read(proposal["id"]))["state"] == "proposed"


async def test_what_is_declined_comes_again_with_new_evidence_only(needs: Needs) -> None:
    proposal = await needs.health_booth()
    doubted = await needs.post(
        f"{proposal['id']}/decline", LEADER, reason_code="other", reason="请找 13800138000"
    )
    assert doubted.json()["errors"][0]["code"] == "personal_data_in_text"
    answer = await needs.post(
        f"{proposal['id']}/decline", LEADER, reason_code="too_often", reason="只能一季度一次"
    )
    assert answer.json()["state"] == "declined"
    (event,) = await told(needs, RecurrenceDeclined)
    assert event.reason_code == "too_often"
    assert "一季度" not in event.model_dump_json()
    await needs.pass_days(10)
    assert await needs.look() == 0
    await needs.serve()
    assert await needs.look() == 0, "one more order is less than thirty points"
    await needs.measure(3, longest_queue=50)
    assert await needs.look() == 1
    assert [each["state"] for each in await needs.proposals()] == ["proposed", "declined"]


async def test_the_corps_puts_it_to_another_team(needs: Needs) -> None:
    proposal = await needs.health_booth()
    path = f"{proposal['id']}/hand-on"
    same = await needs.post(path, CORPS, team_code="health")
    assert (same.status_code, same.json()["code"]) == (422, "team_is_asked")
    await needs.post(f"{proposal['id']}/decline", LEADER, reason_code="no_volunteers")
    doubted = await needs.post(path, CORPS, team_code="justice")
    assert [each["code"] for each in doubted.json()["errors"]] == ["team_new_to_item"]
    answer = await needs.post(path, CORPS, ["team_new_to_item"], team_code="justice")
    assert (answer.status_code, answer.json()["state"]) == (200, "proposed")
    assert await needs.proposals(LEADER) == []
    assert [each["id"] for each in await needs.proposals(OTHER_LEADER)] == [proposal["id"]]
    assert (await needs.post(path, LEADER, team_code="health")).status_code == 403


async def test_a_declined_one_is_not_handed_on_beside_a_newer_one(needs: Needs) -> None:
    proposal = await needs.health_booth()
    await needs.post(f"{proposal['id']}/decline", LEADER, reason_code="no_volunteers")
    await needs.serve()
    await needs.measure(3)
    assert await needs.look() == 1
    refused = await needs.post(f"{proposal['id']}/hand-on", CORPS, team_code="justice")
    assert (refused.status_code, refused.json()["code"]) == (409, "proposed_anew")


async def test_what_nobody_answers_lapses(needs: Needs) -> None:
    proposal = await needs.health_booth()
    await needs.pass_days(75)
    await needs.look()
    assert await told(needs, RecurrenceReminded) == []
    await needs.pass_days(1)
    for _ in range(2):
        await needs.look()
    (reminded,) = await told(needs, RecurrenceReminded)
    assert (reminded.team_code, reminded.until_on) == ("health", date(2014, 10, 15))
    # Another team that is asked is told as well.
    path = f"{proposal['id']}/hand-on"
    handed = await needs.post(path, CORPS, "team_new_to_item", team_code="justice")
    assert handed.status_code == 200
    await needs.look()
    reminded = await told(needs, RecurrenceReminded)
    assert [each.team_code for each in reminded] == ["health", "justice"]
    await needs.pass_days(14)
    await needs.look()
    assert (await needs.read(proposal["id"]))["state"] == "proposed"
    await needs.pass_days(1)
    await needs.look()
    assert (await needs.read(proposal["id"]))["state"] == "lapsed"
    refused = await needs.post(f"{proposal['id']}/confirm", OTHER_LEADER, **TERMS)
    assert refused.status_code == 409


async def test_what_the_township_orders_regularly_is_not_proposed(needs: Needs) -> None:
    """Neither beside a confirmed one, nor where the township began a series by itself."""
    proposal = await needs.health_booth()
    await needs.post(f"{proposal['id']}/confirm", LEADER, **TERMS)
    await needs.serve()
    await needs.measure(3)
    await needs.wish("希望每月都来量血压")
    assert await needs.look() == 0
    assert [each["state"] for each in await needs.proposals()] == ["confirmed"]


async def test_of_two_answers_at_once_one_holds(needs: Needs) -> None:
    proposal = await needs.health_booth()
    path = f"{proposal['id']}/decline"
    read = await needs.house.client.get(
        f"/api/requests/recurrence-proposals/{proposal['id']}", headers=CORPS
    )
    tag = read.headers["ETag"]
    for who, status in ((LEADER, 200), (CORPS, 412)):
        answer = await needs.house.client.post(
            f"/api/requests/recurrence-proposals/{path}",
            json={"reason_code": "not_needed"},
            headers=who | {"If-Match": tag},
        )
        assert answer.status_code == status, answer.text
