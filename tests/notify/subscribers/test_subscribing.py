"""Asking, deciding, pausing, ending, the feed, and replays."""

import itertools
import json
from collections import Counter
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.notify.subscribers.domain.lane import DISABLE_AFTER, SCHEDULE, Result, next_wait
from services.notify.subscribers.jobs import DELIVERIES_KEPT, OLD_DELIVERIES
from services.notify.subscribers.use_cases.fanning_out import fan_out
from services.notify.subscribers.use_cases.sending import Webhook
from shared.privacy.retention import prune_all
from tests.notify.rui_an import GAOLOU, HULING
from tests.notify.subscribers.partners import (
    CANCELLED,
    OPERATOR,
    OTHER,
    Post,
    Server,
    ask,
    by_stream,
    cancel,
    subscribe,
)
from tests.support.clock import PlayedClock
from tests.support.house import House


async def test_an_operator_decides_and_until_then_nothing_is_sent(
    anywhere: House, server: Server
) -> None:
    body = {"name": "城市大脑", "channel": "webhook", "url": server.url, "types": [CANCELLED]}
    asked = await ask(anywhere, "POST", "", status=201, json=body)
    tasks = (await anywhere.client.get("/api/notify/tasks", headers=OPERATOR)).json()
    assert [each["about"] for each in tasks["items"]] == [f"subscription:{asked['id']}"]
    await cancel(anywhere, "before")
    await Post(anywhere).bring()
    assert not server.taken
    grant = {"townships": [GAOLOU], "person_numbers": False}
    await ask(anywhere, "POST", f"/{asked['id']}/approve", who=OPERATOR, json=grant)
    again = await ask(
        anywhere, "POST", f"/{asked['id']}/approve", who=OPERATOR, status=409, json=grant
    )
    assert again["code"] == "illegal_transition"
    await cancel(anywhere, "after")
    await cancel(anywhere, "elsewhere", township=HULING)
    await Post(anywhere).bring()
    assert [each.event["data"]["order_id"] for each in server.taken] == ["after"]
    other = await ask(anywhere, "POST", "", status=201, json=body)
    declined = await ask(
        anywhere,
        "POST",
        f"/{other['id']}/decline",
        who=OPERATOR,
        json={"reason_code": "not_competent"},
    )
    assert (declined["state"], declined["reason_code"]) == ("declined", "not_competent")


async def test_nobody_reaches_what_is_somebody_else_s(house: House, server: Server) -> None:
    key, _ = await subscribe(house, server.url)
    assert (await ask(house, "GET", "", who=OTHER))["items"] == []
    for method, path in (("GET", ""), ("GET", "/keys"), ("GET", "/deliveries"), ("GET", "/events"), ("POST", "/secret"),
                         ("POST", "/pause"), ("POST", "/end"), ("POST", "/test")):  # fmt: skip
        refused = await ask(house, method, f"/{key}{path}", who=OTHER, status=404)
        assert refused["code"] == "subscription.not_found", path
    await cancel(house, "1")
    await Post(house).bring()
    (logged,) = await ask(house, "GET", f"/{key}/deliveries", who=OPERATOR)
    await ask(house, "GET", f"/{key}/deliveries/{logged['id']}", who=OTHER, status=404)
    await ask(house, "GET", f"/{key}/deliveries/{logged['id']}", who=OPERATOR, status=403)


async def test_what_comes_in_a_pause_comes_after_it(anywhere: House, server: Server) -> None:
    key, _ = await subscribe(anywhere, server.url)
    post = Post(anywhere)
    await cancel(anywhere, "1")
    await ask(anywhere, "POST", f"/{key}/pause")
    await post.bring()
    await cancel(anywhere, "1")
    await post.bring()
    assert not server.taken
    await ask(anywhere, "POST", f"/{key}/resume")
    await post.bring()
    assert by_stream(server.taken) == {"order:1": [1, 2]}
    await ask(anywhere, "POST", f"/{key}/end")
    await cancel(anywhere, "1")
    await post.bring()
    assert len(server.taken) == 2
    await ask(anywhere, "POST", f"/{key}/resume", status=409)


async def test_a_replay_goes_on_after_a_pause(anywhere: House, server: Server) -> None:
    await cancel(anywhere, "1", "2")
    key, _ = await subscribe(anywhere, server.url)
    post = Post(anywhere)
    everything = {"what": "position", "after": 0}
    await ask(anywhere, "POST", f"/{key}/replays", status=202, json=everything)
    while await fan_out(post.uow, post.cache):
        pass
    await ask(anywhere, "POST", f"/{key}/pause")
    await post.bring()
    assert not server.taken
    await ask(anywhere, "POST", f"/{key}/resume")
    await post.bring()
    assert by_stream(server.taken) == {"order:1": [1], "order:2": [1]}
    assert len((await ask(anywhere, "GET", f"/{key}"))["lanes"]) == 1, "the replay is through"


async def test_a_replay_repeats_everything_beside_what_is_new(
    anywhere: House, server: Server, clock: PlayedClock
) -> None:
    await cancel(anywhere, "old", "old")
    key, _ = await subscribe(anywhere, server.url)
    clock.move(hours=3)
    middle = clock.now.isoformat()
    await cancel(anywhere, "old", "new")
    post = Post(anywhere)
    await post.bring()
    assert by_stream(server.taken) == {"order:old": [3], "order:new": [1]}
    server.taken.clear()
    everything = {"what": "position", "after": 0}
    await ask(anywhere, "POST", f"/{key}/replays", status=202, json=everything)
    await cancel(anywhere, "new")
    await post.bring()
    assert by_stream(server.taken)["order:old"] == [1, 2, 3]
    assert sorted(by_stream(server.taken)["order:new"]) == [1, 2]
    assert len((await ask(anywhere, "GET", f"/{key}"))["lanes"]) == 1, "the replay is through"
    server.taken.clear()
    late = {"what": "time", "since": middle}
    await ask(anywhere, "POST", f"/{key}/replays", status=202, json=late)
    await post.bring()
    assert set(by_stream(server.taken)) == {"order:old", "order:new"}
    assert by_stream(server.taken)["order:new"] == [1, 2]
    needs = await ask(anywhere, "POST", f"/{key}/replays", status=422, json={"what": "time"})
    assert needs["errors"][0]["code"] == "invalid.replay_needs_time"


async def test_only_what_failed_between_two_times_is_repeated(
    anywhere: House, server: Server, clock: PlayedClock
) -> None:
    key, _ = await subscribe(anywhere, server.url)
    post, start = Post(anywhere), clock.now

    async def refuse_one(taken: Any) -> tuple[int, dict[str, str]]:
        return (500 if taken.event["data"]["order_id"] == "poison" else 204), {}

    server.answer = refuse_one
    await cancel(anywhere, "poison", "good")
    for _ in range(len(SCHEDULE) + 1):
        await post.bring()
        await cancel(anywhere, "good")  # so that it is not the server that fails
        clock.move(hours=30)
    await post.bring()
    (failed,) = await ask(anywhere, "GET", f"/{key}/deliveries?state=failed")
    assert failed["attempts"] == len(SCHEDULE) + 1
    server.says(204)
    server.taken.clear()
    span = {"what": "failed", "since": start.isoformat(), "until": clock.now.isoformat()}
    made = await ask(anywhere, "POST", f"/{key}/replays", status=202, json=span)
    assert made == {"deliveries": 1}
    await post.bring()
    assert server.ids == [failed["webhook_id"]]


async def test_the_feed_goes_on_where_the_reader_was(anywhere: House) -> None:
    key, _ = await subscribe(anywhere, None, townships=[GAOLOU])
    await cancel(anywhere, "1", "2", "3")
    await cancel(anywhere, "4", township=HULING)
    first = await ask(anywhere, "GET", f"/{key}/events?limit=2")
    assert first.headers["content-type"] == "application/x-ndjson"
    events = [json.loads(line) for line in first.text.splitlines()]
    assert [event["data"]["order_id"] for event in events] == ["1", "2"]
    after = first.headers["diancai-next-after"]
    rest = await ask(anywhere, "GET", f"/{key}/events?after={after}")
    assert [json.loads(line)["data"]["order_id"] for line in rest.text.splitlines()] == ["3"]
    nothing = await ask(
        anywhere, "GET", f"/{key}/events?after={rest.headers['diancai-next-after']}&wait=0.05"
    )
    assert nothing.text == ""
    refused = await ask(anywhere, "POST", f"/{key}/replays", status=409, json={"what": "position"})
    assert refused["code"] == "subscription.no_webhook"


async def test_the_log_is_kept_for_thirty_days(
    house: House, server: Server, clock: PlayedClock
) -> None:
    key, _ = await subscribe(house, server.url)
    await cancel(house, "1")
    await Post(house).bring()
    clock.now += DELIVERIES_KEPT
    await cancel(house, "2")
    await Post(house).bring()
    clock.move(seconds=1)
    await prune_all(house.uow("notify").database, [OLD_DELIVERIES], clock.now)
    (left,) = await ask(house, "GET", f"/{key}/deliveries")
    assert left["webhook_id"] == "requests/order:2/1"


def test_the_schedule_is_longer_than_five_days_with_any_jitter() -> None:
    waits = [next_wait(attempt, Result(500), 0) for attempt in range(1, len(SCHEDULE) + 1)]
    assert sum(wait.total_seconds() for wait in waits if wait) > DISABLE_AFTER.total_seconds()
    assert next_wait(len(SCHEDULE) + 1, Result(500), 0) is None


ROUND = st.tuples(st.lists(st.sampled_from("abc"), max_size=6), st.booleans(), st.integers(0, 2))
FATE = st.sampled_from((204, 204, 204, 500, None))


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(rounds=st.lists(ROUND, min_size=1, max_size=6), fates=st.lists(FATE, min_size=1))
async def test_whatever_fails_each_object_s_events_arrive_in_order_and_once(
    house: House, clock: PlayedClock, rounds: list[Any], fates: list[int | None]
) -> None:
    """Random histories: events of a few objects, a server that fails now and then, pauses and hours between."""
    key, _ = await subscribe(house, "https://never.example/")
    arrived: list[tuple[str, int]] = []
    turn = itertools.count()

    async def send(hook: Webhook) -> Result:
        status = fates[next(turn) % len(fates)]
        return await take(hook) if status == 204 else Result(status)

    async def take(hook: Webhook) -> Result:
        event = json.loads(hook.body)
        arrived.append((event["subject"], int(event["sequence"])))
        return Result(204)

    sent: Counter[str] = Counter()
    for orders, pauses, hours in rounds:
        await cancel(house, *orders)
        sent.update(f"order:{order}" for order in orders)
        if pauses:
            await ask(house, "POST", f"/{key}/pause")
            await Post(house, send).bring()
            await ask(house, "POST", f"/{key}/resume")
        await Post(house, send).bring()
        clock.move(hours=hours)
    for _ in range(3):
        clock.move(hours=30)
        await Post(house, take).bring()
    for subject, count in sent.items():
        came = [seq for name, seq in arrived if name == subject]
        assert came == list(range(came[0], came[0] + count))
    await ask(house, "POST", f"/{key}/end")
