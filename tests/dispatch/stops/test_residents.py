"""A resident scans a stop's code: what is shown without an account, and what is not."""

from typing import Any

import httpx

from shared.kernel.access import Role
from tests.dispatch import desk
from tests.dispatch.conftest import GAOLOU, ITEMS, TAOSHAN, order_all
from tests.support.house import House
from tests.support.tokens import bearer


async def link_of(house: House, stop: dict[str, Any], **headers: str) -> httpx.Response:
    return await house.client.post(f"/api/dispatch/stops/{stop['id']}/link", headers=headers)


async def shown(house: House, path: str) -> httpx.Response:
    """What a browser without a token gets."""
    return await house.client.get(path, headers={"Authorization": ""})


async def test_a_link_shows_where_when_and_what(dispatch: House) -> None:
    stop = (await desk.published_plan(dispatch))["stops"][0]
    declined = f"/assignments/{desk.assignment_of(stop, 'legal-advice')['id']}/decline"
    reason = {"reason_code": "other", "reason": "律师开庭，电话 13800138000"}
    await desk.ask(dispatch, "POST", declined, reason, confirm="personal_data_in_text")
    made = await link_of(dispatch, stop)
    assert made.status_code == 200, made.text
    answer = await shown(dispatch, made.json()["path"])
    assert answer.status_code == 200
    seen = answer.json()
    assert (seen["township_name"], seen["place"], seen["on"], seen["part"], seen["state"]) == (
        "高楼镇",
        "西村桥头路口",
        "2014-06-27",
        "morning",
        "planned",
    )
    assert {booth["item_name"] for booth in seen["booths"]} == set(ITEMS.values())
    assert len(seen["booths"]) == len(ITEMS), "the team that declined is not announced"
    assert seen.keys() == {
        *("township_name", "township_name_en", "place", "point", "on", "part", "state", "booths"),
    }
    for private in ("13800138000", "order", "reason", "volunteers", "served", stop["id"]):
        assert private not in answer.text


async def test_a_link_follows_its_stop(dispatch: House) -> None:
    stop = (await desk.published_plan(dispatch))["stops"][0]
    path = (await link_of(dispatch, stop)).json()["path"]
    await desk.postpone(dispatch, stop)
    moved = (await shown(dispatch, path)).json()
    assert (moved["on"], moved["part"]) != (stop["on"], stop["part"])
    await desk.call_off(dispatch, stop)
    gone = (await shown(dispatch, path)).json()
    assert (gone["state"], gone["booths"]) == ("cancelled", [])


async def test_only_announced_stops_have_links(dispatch: House) -> None:
    await order_all(dispatch, GAOLOU)
    stop = (await desk.propose(dispatch))["stops"][0]
    refused = await link_of(dispatch, stop)
    assert (refused.status_code, refused.json()["code"]) == (409, "stop.not_announced")


async def test_an_officer_makes_links_for_stops_at_home(dispatch: House) -> None:
    stop = (await desk.published_plan(dispatch))["stops"][0]
    at_home = await link_of(dispatch, stop, **bearer(Role.OFFICER, township_code=GAOLOU))
    elsewhere = await link_of(dispatch, stop, **bearer(Role.OFFICER, township_code=TAOSHAN))
    volunteer = await link_of(dispatch, stop, **bearer(Role.VOLUNTEER, team_code="health"))
    assert (at_home.status_code, elsewhere.status_code, volunteer.status_code) == (200, 404, 403)


async def test_a_wrong_link_shows_nothing(dispatch: House) -> None:
    stop = (await desk.published_plan(dispatch))["stops"][0]
    path = (await link_of(dispatch, stop)).json()["path"]
    for wrong in (
        path[:-3],
        f"/api/dispatch/public/stops/{stop['id']}",
        "/api/dispatch/public/stops/高楼",
    ):
        answer = await shown(dispatch, wrong)
        assert (answer.status_code, answer.json()["code"]) == (404, "link.not_found")
        assert answer.json()["title"] == "链接无效"


async def test_the_audit_log_says_who_made_a_link(dispatch: House) -> None:
    stop = (await desk.published_plan(dispatch))["stops"][0]
    await link_of(dispatch, stop, **bearer(Role.OFFICER, sub="officer-1", township_code=GAOLOU))
    rows = (await dispatch.client.get("/api/dispatch/audit")).json()
    made = [row for row in rows if row["action"] == "make_stop_link"]
    assert [row["subject"] for row in made] == ["officer-1"]
