"""From accepted orders to a published plan, and what happens to it in the field."""

from datetime import date

from shared.contracts.dispatch import (
    AssignmentDeclined,
    BoothReported,
    LineUnserved,
    PlanPublished,
    StopCancelled,
    StopChanged,
    StopCompleted,
    StopScheduled,
    TeamAssigned,
    TeamReleased,
)
from shared.contracts.notify import MessageDelivered
from shared.contracts.requests import OrderCancelled
from tests.dispatch import desk
from tests.dispatch.conftest import GAOLOU, HULING, ITEMS, accept_order, order_all
from tests.support.house import House


async def test_a_proposal_books_nothing_and_says_nothing(dispatch: House) -> None:
    await order_all(dispatch, GAOLOU)
    proposed = await desk.propose(dispatch)
    assert (proposed["state"], proposed["revision"]) == ("proposed", 0)
    assert proposed["stops"][0]["on"] == "2014-06-27"
    assert await dispatch.published("dispatch") == []


async def test_publishing_announces_stops_teams_and_last_the_plan(dispatch: House) -> None:
    plan = await desk.published_plan(dispatch)
    assert [stop["township_name"] for stop in plan["stops"]] == ["高楼镇", "湖岭镇", "陶山镇"]
    assert (plan["stops"][0]["on"], plan["stops"][0]["part"]) == ("2014-06-27", "morning")
    assert plan["stops"][-1]["on"] == "2014-07-16"
    assert len(await desk.of_type(dispatch, StopScheduled)) == 3
    assert len(await desk.of_type(dispatch, TeamAssigned)) == 9
    last = (await dispatch.published("dispatch"))[-1]
    assert isinstance(last, PlanPublished)
    assert (last.stops, last.assignments, last.unserved) == (3, 9, 0)


async def test_a_plan_is_published_once(dispatch: House) -> None:
    plan = await desk.published_plan(dispatch)
    again = await desk.publish_plan(dispatch, plan, status=409)
    assert (again["state"], again["possible"]) == ("published", [])


async def test_the_same_key_gives_the_same_plan(dispatch: House) -> None:
    await order_all(dispatch, GAOLOU)
    key = {"Idempotency-Key": "plan-of-july"}
    first = await dispatch.client.post("/api/dispatch/plans", json=desk.JULY, headers=key)
    again = await dispatch.client.post("/api/dispatch/plans", json=desk.JULY, headers=key)
    other = await dispatch.client.post(
        "/api/dispatch/plans", json=desk.JULY | {"weekends": True}, headers=key
    )
    assert first.json()["id"] == again.json()["id"]
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_key_reused")


async def test_a_withdrawn_plan_takes_its_stops_along_and_leaves_the_demand_open(
    dispatch: House,
) -> None:
    await order_all(dispatch, GAOLOU)
    plan = await desk.propose(dispatch)
    withdrawn = await desk.ask(dispatch, "POST", f"/plans/{plan['id']}/withdraw")
    assert (withdrawn["state"], [stop["state"] for stop in withdrawn["stops"]]) == (
        "withdrawn",
        ["cancelled"],
    )
    assert (await desk.publish_plan(dispatch, plan, status=409))["state"] == "withdrawn"
    assert await dispatch.published("dispatch") == []
    assert len((await desk.propose(dispatch))["stops"]) == 1


async def test_a_plan_made_of_a_cancelled_order_is_not_published(dispatch: House) -> None:
    await order_all(dispatch, GAOLOU)
    plan = await desk.propose(dispatch)
    await dispatch.hear(
        "order:order-0",
        OrderCancelled(order_id="order-0", township_code=GAOLOU, reason_code="not_needed"),
    )
    assert (await desk.publish_plan(dispatch, plan, status=409))["code"] == "plan_outdated"
    assert await dispatch.published("dispatch") == []


async def test_who_declines_is_replaced_by_the_least_recently_asked(dispatch: House) -> None:
    plan = await desk.published_plan(dispatch)
    asked = desk.assignment_of(plan["stops"][0], "legal-advice")
    replacement = desk.assignment_of(
        await desk.decline(dispatch, asked, "当天开庭"), "legal-advice"
    )
    assert {asked["team_code"], replacement["team_code"]} == {"justice", "lawyers"}
    assert [event.reason_code for event in await desk.of_type(dispatch, AssignmentDeclined)] == [
        "busy"
    ]
    last = (await desk.of_type(dispatch, PlanPublished))[-1]
    assert (last.revision, last.stops, last.assignments, last.unserved) == (2, 0, 1, 0)


async def test_a_booth_that_nobody_can_take_is_unserved_with_a_reason(dispatch: House) -> None:
    plan = await desk.published_plan(dispatch)
    asked = desk.assignment_of(plan["stops"][0], "health-clinic")
    await desk.decline(dispatch, asked, "疫情值守")
    assert [event.reason_code for event in await desk.of_type(dispatch, LineUnserved)] == [
        "unserved.no_other_team"
    ]
    after = await desk.ask(dispatch, "GET", f"/plans/{plan['id']}")
    assert (
        after["unserved"][0]["detail"]
        == "接单的服务队来不了，那半天也没有别的服务队能去，正在另行安排。"
    )
    assert [
        line["state"]
        for line in await desk.demand_of(dispatch)
        if line["line_id"] == asked["line_id"]
    ] == ["open"]


async def test_the_next_plan_says_of_an_unserved_line_only_what_is_new(dispatch: House) -> None:
    await accept_order(dispatch, "order-0", GAOLOU, [*ITEMS, "calligraphy"])
    for order in ("order-0", "order-1"):
        if order == "order-1":
            await accept_order(dispatch, order, HULING, ["health-clinic"])
        plan = await desk.propose(dispatch)
        await desk.publish_plan(dispatch, plan)
        assert [line["item_code"] for line in plan["unserved"]] == ["calligraphy"]
    assert [event.item_code for event in await desk.of_type(dispatch, LineUnserved)] == [
        "calligraphy"
    ]
    assert [event.unserved for event in await desk.of_type(dispatch, PlanPublished)] == [1, 0]


async def test_a_postponed_stop_moves_to_a_half_day_on_which_all_its_teams_are_free(
    dispatch: House,
) -> None:
    plan = await desk.published_plan(dispatch)
    stop = plan["stops"][1]
    new = await desk.postpone(dispatch, stop)
    assert new["on"] > stop["on"]
    assert new["postponed_from"] == {
        "on": stop["on"],
        "part": stop["part"],
        "reason_code": "weather",
        "reason": "台风预警",
    }
    assert {a["state"] for a in new["assignments"]} == {"offered"}
    changed = (await desk.of_type(dispatch, StopChanged))[0]
    assert (changed.was_on.isoformat(), changed.revision) == (stop["on"], 2)
    stops = await desk.stops_of(dispatch, plan["id"])
    places = [(a["team_code"], s["on"], s["part"]) for s in stops for a in s["assignments"]]
    assert len({(t, o, p) for t, o, p in places}) == len(places)


async def test_a_stop_runs_from_acceptance_to_report(dispatch: House) -> None:
    plan = await desk.published_plan(dispatch, GAOLOU)
    stop = plan["stops"][0]
    path = f"/stops/{stop['id']}"
    assert (await desk.ask(dispatch, "POST", f"{path}/start", status=409))["state"] == "planned"
    for booth in stop["assignments"]:
        await desk.accept(dispatch, booth)
    assert (await desk.ask(dispatch, "POST", f"{path}/start"))["state"] == "under_way"
    counts = [
        {"assignment_id": booth["id"], "served": 40 + n, "leaflets": 100, "follow_ups": n}
        for n, booth in enumerate(stop["assignments"])
    ]
    assert (await desk.ask(dispatch, "POST", f"{path}/reports", {"booths": counts[1:]}))[
        "state"
    ] == "under_way"
    again = await desk.ask(dispatch, "POST", f"{path}/reports", {"booths": counts[1:]}, status=422)
    assert (again["code"], again["field"]) == ("booth_not_expected", "booths[0].assignment_id")
    assert (await desk.ask(dispatch, "POST", f"{path}/reports", {"booths": counts[:1]}))[
        "state"
    ] == "completed"
    assert len(await desk.of_type(dispatch, BoothReported)) == 3
    total = (await desk.of_type(dispatch, StopCompleted))[0]
    assert (total.booths, total.served, total.leaflets, total.follow_ups) == (3, 123, 300, 3)


async def test_a_cancelled_order_gives_its_teams_their_half_day_back(dispatch: House) -> None:
    plan = await desk.published_plan(dispatch)
    await dispatch.hear(
        "order:order-0",
        OrderCancelled(order_id="order-0", township_code=GAOLOU, reason_code="venue"),
    )
    assert len(await desk.of_type(dispatch, TeamReleased)) == 3
    assert [event.township_code for event in await desk.of_type(dispatch, StopCancelled)] == [
        GAOLOU
    ]
    await accept_order(dispatch, "order-9", GAOLOU, ["health-clinic"])
    again = await desk.propose(dispatch)
    assert (again["stops"][0]["on"], again["stops"][0]["part"]) == ("2014-06-27", "morning")
    assert plan["id"] != again["id"]


async def test_days_ruled_out_are_kept(dispatch: House) -> None:
    ruled_out = tuple(date(2014, 6, 27 + n) for n in range(4))
    await accept_order(dispatch, "order-0", GAOLOU, ["health-clinic"], ruled_out_on=ruled_out)
    plan = await desk.propose(dispatch)
    assert plan["stops"][0]["on"] == "2014-07-01"


async def test_that_a_team_was_told_is_remembered(dispatch: House) -> None:
    plan = await desk.published_plan(dispatch, GAOLOU)
    told = MessageDelivered(
        message_id="m1", recipient_id="team.health", channel="inbox", about=f"plan:{plan['id']}"
    )
    await dispatch.hear("message:m1", told)
    booths = (await desk.stops_of(dispatch, plan["id"]))[0]["assignments"]
    assert {booth["team_code"] for booth in booths if booth["told_at"]} == {"health"}


async def test_unknown_ids_name_the_states_there_are(dispatch: House) -> None:
    missing = await desk.ask(dispatch, "GET", "/stops/nix", status=404)
    assert missing["states"] == ["proposed", "planned", "under_way", "completed", "cancelled"]
    missing = await desk.ask(dispatch, "POST", "/assignments/nix/accept", status=404)
    assert missing["code"] == "assignment.not_found"
