"""Order lines follow the plan: what dispatch says, in order, twice, late, and about things that are not there."""

import asyncio
from datetime import date
from typing import Any

from shared.contracts.base import Event
from shared.contracts.requests import ServiceRated
from tests.requests.township import (
    CAMPAIGN,
    GAOLOU,
    ORDER,
    OTHER_PLAN,
    Dispatch,
    accepted_order,
    read,
    step,
)
from tests.support.house import House


async def parked(house: House) -> Any:
    return (await house.client.get("/api/requests/events/parked")).json()


async def rate(
    house: House, order: dict[str, Any], line: int, score: int, text: str | None = None
) -> Any:
    body = {"line_id": order["lines"][line]["id"], "score": score, "text": text}
    return await house.client.post(f"/api/requests/orders/{order['id']}/ratings", json=body)


async def test_from_the_plan_to_the_closed_books(requests: House, dispatch: Dispatch) -> None:
    await dispatch.says(dispatch.assigned(0, "a0"))
    assert await dispatch.states() == ("scheduled", "scheduled", "waiting")
    await dispatch.says(dispatch.assigned(1, "a1", team="justice"))
    first = (await dispatch.now())["lines"][0]
    assert (first["stop_id"], first["assignment_id"], first["team_code"]) == ("s1", "a0", "health")
    assert (first["on"], first["part"]) == ("2014-06-27", "morning")
    await dispatch.says(dispatch.reported(0, "a0", 118), dispatch.reported(1, "a1", 32))
    assert await dispatch.states() == ("scheduled", "scheduled", "scheduled")
    await dispatch.says(dispatch.completed())
    assert await dispatch.states() == ("served", "served", "served")
    assert [line["served"] for line in (await dispatch.now())["lines"]] == [118, 32]

    order = dispatch.order
    half = await rate(requests, order, 0, 5, "医生很耐心")
    assert (half.json()["state"], half.json()["lines"][0]["rating"]) == (
        "served",
        {"score": 5, "text": "医生很耐心"},
    )
    assert (await rate(requests, order, 1, 3)).json()["state"] == "rated"
    assert (await step(requests, order["id"], "close"))["state"] == "closed"
    ratings = [
        event for event in await requests.published("requests") if isinstance(event, ServiceRated)
    ]
    assert [(event.team_code, event.score, event.assignment_id) for event in ratings] == [
        ("health", 5, "a0"),
        ("justice", 3, "a1"),
    ]
    assert "医生很耐心" not in "".join(event.model_dump_json() for event in ratings), (
        "what people write stays here"
    )


async def test_the_same_judgement_again_is_published_once_and_another_is_refused(
    requests: House, dispatch: Dispatch
) -> None:
    await dispatch.says(dispatch.assigned(0, "a0"))
    early = await rate(requests, dispatch.order, 0, 5)
    assert (early.status_code, early.json()["state"], early.json()["possible"]) == (
        409,
        "scheduled",
        [],
    )
    await dispatch.says(dispatch.completed())
    answers = await asyncio.gather(
        *(rate(requests, dispatch.order, 0, 4, "不错") for _ in range(5))
    )
    assert [answer.status_code for answer in answers] == [200] * 5
    other = await rate(requests, dispatch.order, 0, 1, "不错")
    assert (other.status_code, other.json()["code"], other.json()["field"]) == (
        409,
        "already_rated",
        "line_id",
    )
    assert (
        sum(isinstance(event, ServiceRated) for event in await requests.published("requests")) == 1
    )


async def test_only_lines_of_the_order_can_be_rated_from_one_to_five(
    requests: House, dispatch: Dispatch
) -> None:
    await dispatch.says(dispatch.assigned(0, "a0"), dispatch.completed())
    path = f"/api/requests/orders/{dispatch.order['id']}/ratings"
    stranger = await requests.client.post(path, json={"line_id": "nobody's", "score": 5})
    assert (stranger.status_code, stranger.json()["code"]) == (422, "unknown_line")
    for score in (0, 6):
        refused = await rate(requests, dispatch.order, 0, score)
        assert (refused.status_code, refused.json()["field"]) == (422, "score")


async def test_a_line_waits_again_when_its_team_is_released(dispatch: Dispatch) -> None:
    await dispatch.says(
        dispatch.assigned(0, "a0"), dispatch.assigned(1, "a1"), dispatch.released(0, "a0")
    )
    assert await dispatch.states() == ("scheduled", "waiting", "scheduled")
    line = (await dispatch.now())["lines"][0]
    assert [line[part] for part in ("stop_id", "assignment_id", "team_code", "on", "part")] == [
        None
    ] * 5
    await dispatch.says(dispatch.released(1, "a1"))
    assert await dispatch.states() == ("accepted", "waiting", "waiting")


async def test_a_declined_team_is_replaced(dispatch: Dispatch) -> None:
    await dispatch.says(dispatch.assigned(0, "a0"), dispatch.declined(0, "a0"))
    assert await dispatch.states() == ("accepted", "waiting", "waiting")
    await dispatch.says(
        dispatch.assigned(0, "a9", revision=2, team="health-two"), dispatch.released(0, "a0")
    )
    line = (await dispatch.now())["lines"][0]
    assert (line["state"], line["assignment_id"], line["team_code"]) == (
        "scheduled",
        "a9",
        "health-two",
    )


async def test_lines_move_with_their_stop(dispatch: Dispatch) -> None:
    await dispatch.says(
        dispatch.assigned(0, "a0"),
        dispatch.assigned(1, "a1", stop="s2"),
        dispatch.moved(date(2014, 7, 9), "afternoon"),
    )
    assert [(line["on"], line["part"]) for line in (await dispatch.now())["lines"]] == [
        ("2014-07-09", "afternoon"),
        ("2014-06-27", "morning"),
    ]


async def test_lines_of_a_cancelled_stop_wait_again(dispatch: Dispatch) -> None:
    await dispatch.says(
        dispatch.assigned(0, "a0"), dispatch.assigned(1, "a1", stop="s2"), dispatch.stop_cancelled()
    )
    assert await dispatch.states() == ("scheduled", "waiting", "scheduled")
    await dispatch.says(dispatch.stop_cancelled(stop="s2"))
    assert await dispatch.states() == ("accepted", "waiting", "waiting")


async def test_a_line_that_nobody_can_serve_says_why_and_does_not_hold_the_others_up(
    dispatch: Dispatch,
) -> None:
    await dispatch.says(dispatch.unserved(1), dispatch.assigned(0, "a0"))
    assert await dispatch.states() == ("scheduled", "scheduled", "unserved")
    assert (await dispatch.now())["lines"][1]["unserved_reason"] == "unserved.no_free_team"
    await dispatch.says(dispatch.completed())
    assert await dispatch.states() == ("served", "served", "unserved")
    await dispatch.says(dispatch.assigned(1, "a1", stop="s2", plan=OTHER_PLAN))
    assert await dispatch.states() == ("scheduled", "served", "scheduled")
    assert (await dispatch.now())["lines"][1]["unserved_reason"] is None


async def test_stops_serve_several_orders(requests: House, dispatch: Dispatch) -> None:
    other = Dispatch(requests, await accepted_order(requests, place="高楼镇大京村"))
    await dispatch.says(dispatch.assigned(0, "a0"), other.assigned(1, "b1"), dispatch.completed())
    assert await dispatch.states() == ("served", "served", "waiting")
    assert await other.states() == ("served", "waiting", "served")


async def test_everything_twice_is_as_once(requests: House, dispatch: Dispatch) -> None:
    events: list[Event] = [
        dispatch.assigned(0, "a0"),
        dispatch.declined(0, "a0"),
        dispatch.assigned(0, "a9", revision=2),
        dispatch.reported(0, "a9", 77),
        dispatch.completed(),
    ]
    envelopes = [requests.envelope("stop:s1", event) for event in events]
    for envelope in [*envelopes, *envelopes]:
        assert await requests.broker.publish([envelope]) == [True]
    assert await dispatch.states() == ("served", "served", "waiting")
    line = (await dispatch.now())["lines"][0]
    assert (line["assignment_id"], line["served"]) == ("a9", 77)


async def test_a_stop_whose_events_arrive_backwards_ends_as_if_in_order(
    requests: House, dispatch: Dispatch
) -> None:
    events: list[Event] = [
        dispatch.assigned(0, "a0"),
        dispatch.assigned(1, "a1"),
        dispatch.moved(date(2014, 7, 9), "afternoon"),
        dispatch.reported(0, "a0", 77),
        dispatch.completed(),
    ]
    envelopes = [requests.envelope("stop:s1", event) for event in events]
    for envelope in reversed(envelopes):
        assert await requests.broker.publish([envelope]) == [True]
    assert await dispatch.states() == ("served", "served", "served")
    assert [(line["on"], line["served"]) for line in (await dispatch.now())["lines"]] == [
        ("2014-07-09", 77),
        ("2014-07-09", None),
    ]
    assert await parked(requests) == []


async def test_one_batch_may_hold_a_whole_circuit(requests: House, dispatch: Dispatch) -> None:
    events: list[Event] = [
        dispatch.assigned(0, "a0"),
        dispatch.assigned(1, "a1"),
        dispatch.released(1, "a1"),
        dispatch.assigned(1, "a2", revision=2),
        dispatch.reported(0, "a0", 77),
        dispatch.completed(),
    ]
    envelopes = [requests.envelope("stop:s1", event) for event in events]
    assert await requests.broker.publish(envelopes) == [True] * 6
    assert await dispatch.states() == ("served", "served", "served")


async def test_an_earlier_revisions_word_that_comes_late_changes_nothing(
    dispatch: Dispatch,
) -> None:
    await dispatch.says(
        dispatch.assigned(0, "a9", stop="s2", revision=2),
        dispatch.assigned(0, "a0"),
        dispatch.unserved(0),
        dispatch.released(0, "a0"),
    )
    line = (await dispatch.now())["lines"][0]
    assert (line["state"], line["assignment_id"], line["stop_id"]) == ("scheduled", "a9", "s2")


async def test_nothing_reaches_an_order_that_was_withdrawn(
    requests: House, dispatch: Dispatch
) -> None:
    await dispatch.says(dispatch.assigned(0, "a0"))
    cancelled = await step(
        requests,
        dispatch.order["id"],
        "cancel",
        reason_code="days_impossible",
        reason="与村民大会冲突",
    )
    assert [line["stop_id"] for line in cancelled["lines"]] == [None, None]
    await dispatch.says(
        dispatch.assigned(1, "a1"),
        dispatch.moved(date(2014, 7, 9), "afternoon"),
        dispatch.reported(0, "a0", 5),
        dispatch.released(0, "a0"),
        dispatch.unserved(1),
        dispatch.completed(),
        dispatch.stop_cancelled(stop="s2"),
    )
    assert await dispatch.now() == cancelled
    assert await parked(requests) == []


async def test_an_order_that_was_never_accepted_takes_no_assignment(requests: House) -> None:
    drafted = (await requests.client.post("/api/requests/orders", json=ORDER)).json()
    stray = Dispatch(requests, drafted)
    await stray.says(stray.assigned(0, "a0"), stray.completed())
    assert await stray.now() == drafted
    assert await parked(requests) == []


async def test_orders_lines_and_stops_that_are_not_known_do_no_harm(
    requests: House, dispatch: Dispatch
) -> None:
    stranger = Dispatch(requests, dispatch.order | {"id": "01900000-0000-7000-8000-00000000dead"})
    lines = [
        line | {"id": "01900000-0000-7000-8000-00000000beef"} for line in dispatch.order["lines"]
    ]
    strange_line = Dispatch(requests, dispatch.order | {"lines": lines})
    before = await dispatch.now()
    for voice in (stranger, strange_line):
        await voice.says(
            voice.assigned(0, "a0"),
            voice.declined(0, "a0"),
            voice.assigned(0, "a1"),
            voice.released(0, "a1"),
            voice.reported(0, "a1", 3),
            voice.unserved(0),
            voice.moved(date(2014, 7, 9), "afternoon"),
            voice.stop_cancelled(),
            voice.completed(),
        )
    assert await dispatch.now() == before
    assert await parked(requests) == []


async def test_townships_and_the_plan_at_the_same_moment(requests: House) -> None:
    """Cancelling while assignments arrive: either order is right, a mixture is not."""
    voices = [
        Dispatch(requests, await accepted_order(requests, place=f"{number}号村"))
        for number in range(6)
    ]
    await asyncio.gather(
        *(step(requests, voice.order["id"], "cancel", reason_code="weather") for voice in voices),
        *(
            requests.hear(
                f"stop:s{number}",
                *(voice.assigned(line, f"a{line}", stop=f"s{number}") for line in (0, 1)),
            )
            for number, voice in enumerate(voices)
        ),
    )
    for voice in voices:
        assert await voice.states() == ("cancelled", "cancelled", "cancelled")
    assert await parked(requests) == []


async def test_the_counts_follow(requests: House, dispatch: Dispatch) -> None:
    await dispatch.says(dispatch.assigned(0, "a0"))
    counts = await requests.client.get(
        "/api/requests/orders/counts", params={"campaign_id": CAMPAIGN}
    )
    assert counts.json() == {"scheduled": 1}
    found = await requests.client.get(
        "/api/requests/orders", params={"state": "scheduled", "township_code": GAOLOU}
    )
    assert found.json()["items"] == [await read(requests, dispatch.order["id"])]
