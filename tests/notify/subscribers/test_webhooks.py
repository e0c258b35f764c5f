"""Webhooks: signed, in order, once, and tried again for days."""

import asyncio
import base64
import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from standardwebhooks import Webhook

from services.notify.subscribers.domain.lane import DISABLE_AFTER, Result
from services.notify.subscribers.use_cases import sending
from services.notify.subscribers.use_cases.sending import AT_ONCE
from services.notify.subscribers.use_cases.sending import Webhook as Sent
from shared.cache.port import Cache
from shared.unit_of_work import UnitOfWork
from tests.notify.subscribers.partners import (
    OPERATOR,
    Answer,
    Post,
    Server,
    Taken,
    ask,
    by_stream,
    cancel,
    subscribe,
    subscriber_server,
)
from tests.support.clock import PlayedClock
from tests.support.house import House


def is_signed(taken: Taken, secret: str) -> bool:
    """Whether the official library verifies it. It compares the time with the machine's clock, which tests don't move:
    what was signed is verified with the machine's time in the place of ours."""
    hook = Webhook(secret)
    moment = datetime.fromtimestamp(int(taken.headers["webhook-timestamp"]), tz=UTC)
    made = hook.sign(msg_id=taken.id, timestamp=moment, data=taken.body.decode())
    return made in taken.headers["webhook-signature"].split()


async def test_a_webhook_is_a_cloud_event_and_signed_for_both_kinds_of_keys(
    anywhere: House, server: Server, clock: PlayedClock
) -> None:
    clock.now = datetime.now(UTC)  # for the library, which knows no other clock
    key, secret = await subscribe(anywhere, server.url)
    await cancel(anywhere, "1")
    await Post(anywhere).bring()
    (taken,) = server.taken
    assert taken.headers["content-type"] == "application/cloudevents+json"
    assert taken.event["data"]["order_id"] == "1"
    assert taken.event["source"] == "/diancai/requests"
    assert taken.event["id"] == "order:1/1"
    assert taken.id == "requests/order:1/1"
    assert Webhook(secret).verify(taken.body, taken.headers)["type"] == taken.event["type"]
    (public,) = (await ask(anywhere, "GET", f"/{key}/keys"))["keys"]
    (by_key,) = [each for each in taken.headers["webhook-signature"].split() if each[:4] == "v1a,"]
    Ed25519PublicKey.from_public_bytes(base64.b64decode(public.removeprefix("whpk_"))).verify(
        base64.b64decode(by_key[4:]),
        f"{taken.id}.{taken.headers['webhook-timestamp']}.".encode() + taken.body,
    )
    (logged,) = await ask(anywhere, "GET", f"/{key}/deliveries")
    assert (logged["state"], logged["status"], logged["attempts"]) == ("delivered", 204, 1)
    body = (await ask(anywhere, "GET", f"/{key}/deliveries/{logged['id']}"))["body"]
    assert json.loads(body) == taken.event


async def test_both_secrets_sign_for_a_day_after_one_was_replaced(
    house: House, server: Server, clock: PlayedClock
) -> None:
    key, before = await subscribe(house, server.url)
    after = (await ask(house, "POST", f"/{key}/secret"))["secret"]
    assert before.startswith("whsec_")
    assert after.startswith("whsec_")
    assert before != after
    await cancel(house, "1")
    await Post(house).bring()
    assert is_signed(server.taken[-1], before)
    assert is_signed(server.taken[-1], after)
    clock.move(hours=24, seconds=1)
    await cancel(house, "2")
    await Post(house).bring()
    assert not is_signed(server.taken[-1], before)
    assert is_signed(server.taken[-1], after)
    assert before not in str(await ask(house, "GET", f"/{key}"))


async def test_one_that_answers_500_for_a_week_is_disabled_after_five_days_and_costs_the_others_nothing(
    house: House, server: Server, clock: PlayedClock
) -> None:
    async with subscriber_server() as bad:
        bad.says(500)
        failing, _ = await subscribe(house, bad.url)
        good, _ = await subscribe(house, server.url)
        post, start = Post(house), clock.now
        seen: list[str] = []
        while clock.now - start < timedelta(days=7):
            await cancel(house, f"{len(seen)}")
            await post.bring()
            assert len(server.taken) == len(seen) + 1, "the other one has it at once"
            found = await ask(house, "GET", f"/{failing}")
            seen.append(found["state"])
            assert found["state"] == "active" or clock.now - start >= DISABLE_AFTER
            clock.move(hours=1)
        tasks = (await house.client.get("/api/notify/tasks", headers=OPERATOR)).json()
        assert tasks["counts"] == {"subscription_failing": 1}
        assert seen[-1] == "disabled"
        assert found["reason_code"] == "failing"
        assert seen.count("active") == 5 * 24
        tried = len(bad.taken)
        assert tried < 8 * 140, "a round leaves the server alone after eight tries"
        # Repaired, it gets all of it, each object's events in their order.
        bad.says(204)
        await ask(house, "POST", f"/{failing}/resume")
        for _ in range(3):
            await post.bring()
            clock.move(hours=25)
        arrived = [each.event["subject"] for each in bad.taken[tried:]]
        assert len(set(arrived)) == len(seen)
        assert (await ask(house, "GET", f"/{good}"))["state"] == "active"


async def test_a_note_that_can_t_be_stored_with_others_is_stored_by_itself(
    house: House, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when a deadlock ends a transaction that notes what several subscribers answered."""
    store, together = sending.write, []

    async def alone(uow: UnitOfWork, cache: Cache, entries: Sequence[Any]) -> set[int]:
        if len(entries) > 1:
            together.append(len(entries))
            raise RuntimeError("deadlock detected")
        return await store(uow, cache, entries)

    monkeypatch.setattr(sending, "write", alone)
    async with subscriber_server() as another:
        keys = [(await subscribe(house, each.url))[0] for each in (server, another)]
        await cancel(house, *map(str, range(20)))
        await Post(house).bring()
        assert together
        for key, taken in zip(keys, (server.taken, another.taken), strict=True):
            assert len(taken) == 20, "none comes twice"
            logged = await ask(house, "GET", f"/{key}/deliveries")
            assert {each["state"] for each in logged} == {"delivered"}


async def test_an_end_in_the_middle_of_a_round_stops_it(house: House, server: Server) -> None:
    key, _ = await subscribe(house, server.url)

    async def end_it(_taken: Taken) -> Answer:
        if len(server.taken) == 1:
            await ask(house, "POST", f"/{key}/end")
        return 204, {}

    server.answer = end_it
    await cancel(house, *map(str, range(100)))
    await Post(house).bring()
    assert len(server.taken) <= 2 * AT_ONCE, "what was under way"
    logged = await ask(house, "GET", f"/{key}/deliveries?state=failed&limit=200")
    assert {each["error"] for each in logged} == {"ended"}


async def test_one_that_hangs_costs_the_others_nothing(house: House, server: Server) -> None:
    async with subscriber_server() as hanging:
        never = asyncio.Event()

        async def hang(_taken: Taken) -> Answer:
            await never.wait()
            return 204, {}

        hanging.answer = hang
        stuck, _ = await subscribe(house, hanging.url)
        await subscribe(house, server.url)
        await cancel(house, *map(str, range(50)))
        bringing = asyncio.create_task(Post(house, slots=2).bring())
        async with asyncio.timeout(20):
            while len(server.taken) < 50:
                assert not bringing.done()
                await asyncio.sleep(0.005)
            await bringing
        # Eight of its streams at once; each that failed lets one more begin, until eight have failed in a row.
        assert 8 <= len(hanging.taken) <= 15
        logged = await ask(house, "GET", f"/{stuck}/deliveries?limit=500")
        assert {each["error"] for each in logged if each["attempts"]} == {"timeout"}
        never.set()


async def test_one_that_was_down_for_a_day_catches_up_in_order(
    anywhere: House, server: Server, clock: PlayedClock
) -> None:
    key, _ = await subscribe(anywhere, server.url)
    post = Post(anywhere)
    server.says(503)
    for _hour in range(24):
        await cancel(anywhere, "1", "2", "1")
        await post.bring()
        clock.move(hours=1)
    assert (await ask(anywhere, "GET", f"/{key}"))["lanes"][0]["pending"] == 72
    failed = len(server.taken)
    assert set(by_stream(server.taken)) == {"order:1", "order:2"}
    assert {seq for seqs in by_stream(server.taken).values() for seq in seqs} == {1}, (
        "only the first of each"
    )
    server.says(204)
    for _hour in range(24):
        clock.move(hours=1)
        await post.bring()
    arrived = by_stream(server.taken[failed:])
    assert arrived == {"order:1": list(range(1, 49)), "order:2": list(range(1, 25))}
    (lane,) = (await ask(anywhere, "GET", f"/{key}"))["lanes"]
    assert (lane["pending"], lane["behind"], lane["failing_since"]) == (0, 0, None)


async def test_410_disables_at_once(house: House, server: Server) -> None:
    key, _ = await subscribe(house, server.url)
    server.says(410)
    await cancel(house, "1", "1")
    await Post(house).bring()
    await cancel(house, "2")
    await Post(house).bring()
    assert len(server.taken) == 1
    found = await ask(house, "GET", f"/{key}")
    assert (found["state"], found["reason_code"]) == ("disabled", "gone")


async def test_retry_after_is_honoured_in_seconds_and_as_a_date(
    house: House, server: Server, clock: PlayedClock
) -> None:
    await subscribe(house, server.url)
    post = Post(house)
    for said in ("7200", format_datetime(clock.now + timedelta(hours=5), usegmt=True)):
        server.says(429, retry_after=said)
        await cancel(house, "1")
        await post.bring()
        seen = len(server.taken)
        await cancel(house, said)  # another object waits as well: the whole server asked for it
        clock.move(hours=1, minutes=59)
        await post.bring()
        assert len(server.taken) == seen
        clock.move(minutes=2)
    clock.move(hours=1)
    server.says(204)
    await post.bring()
    assert len(server.taken) > seen


async def test_a_retry_after_that_is_no_date_counts_as_none(house: House, server: Server) -> None:
    key, _ = await subscribe(house, server.url)
    server.says(503, retry_after="Mon, 01 Jan 99999999999 00:00:00 GMT")
    await cancel(house, "1")
    await Post(house).bring()
    (logged,) = await ask(house, "GET", f"/{key}/deliveries")
    assert (logged["state"], logged["attempts"], logged["status"]) == ("pending", 1, 503)


async def test_whoever_is_killed_between_sending_and_noting_sends_no_more_than_that_again(
    house: House, server: Server, clock: PlayedClock
) -> None:
    await subscribe(house, server.url)
    await cancel(house, *(str(each % 20) for each in range(60)))
    killed = Post(house)
    died = asyncio.Event()

    async def send_and_die(hook: Sent) -> Result:
        result = await killed.sender.send(hook)
        if len(server.taken) >= 30:
            died.set()
            await asyncio.Event().wait()  # the answer never reaches the process
        return result

    dying = asyncio.create_task(Post(house, send_and_die).bring())
    await died.wait()
    dying.cancel()
    await asyncio.gather(dying, return_exceptions=True)
    before = len(server.taken)
    clock.move(minutes=2)  # its lease ends
    await Post(house).bring()
    ids = server.ids
    assert len(set(ids)) == 60
    assert before <= len(ids) - (60 - before) + 8
    assert len(ids) - 60 <= 8, "no more than was in flight"
    for seqs in by_stream(server.taken).values():
        assert sorted(set(seqs)) == list(dict.fromkeys(seqs)) == [1, 2, 3]


async def test_a_private_address_that_no_operator_allows_is_refused(house: House) -> None:
    key, _ = await subscribe(house, "https://10.9.8.7/hook")
    post = Post(house)
    await cancel(house, "1")
    await post.bring()
    (logged,) = await ask(house, "GET", f"/{key}/deliveries")
    assert (logged["state"], logged["error"]) == ("pending", "address_refused")
    refused = await ask(
        house,
        "POST",
        "",
        status=422,
        json={
            "name": "a",
            "channel": "webhook",
            "url": "https://a:b@c.example/",
            "types": [logged["type"]],
        },
    )
    assert refused["code"] == "address_refused"


async def test_a_test_event_reaches_the_server_and_is_logged(house: House, server: Server) -> None:
    key, secret = await subscribe(house, server.url)
    sent = await ask(house, "POST", f"/{key}/test", status=202)
    await Post(house).bring()
    assert server.ids == [sent["webhook_id"]]
    assert is_signed(server.taken[0], secret)
    (logged,) = await ask(house, "GET", f"/{key}/deliveries")
    assert logged["state"] == "delivered"
