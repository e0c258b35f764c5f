"""Robots of groups at stand-ins that refuse as WeCom and DingTalk do."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from services.notify.bootstrap import LOOPBACK
from services.notify.channels.domain.letter import Letter, Outcome
from services.notify.networks.use_cases import Outbound
from services.notify.robots.adapters.webhook import RobotChannel
from services.notify.robots.domain.robot import ROOM, Piece, Robot, cut, planned
from services.notify.robots.domain.speech import body_of, judged, said, signed
from shared.contracts.notify import (
    MessageDelivered,
    MessageDeliveredV2,
    MessageFailed,
    MessageFailedV2,
)
from shared.eventlog.reader import read_log
from shared.kernel.access import Role
from shared.kernel.clock import utc_now
from shared.tls import trusting
from tests.notify.channels.desk import desk
from tests.notify.rui_an import GAOLOU, accepted, directory, ordered
from tests.support.fixtures import NewUrl
from tests.support.house import House
from tests.support.tokens import bearer

TOWN, TEAM = f"township.{GAOLOU}", "team.health"
MINUTE = timedelta(minutes=1)


@pytest.fixture
def sqlite(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/notify.db"


def pieces(count: int, text: str = "点" * 20, *, waited: bool = False) -> list[Piece]:
    return [Piece(f"m{n}", text, waited) for n in range(count)]


def letters(robot: Robot, count: int, *, first: int = 0) -> list[Letter]:
    return [
        Letter(f"m{n}", robot.id, "zh-CN", f"通知{n}", "请留意")
        for n in range(first, first + count)
    ]


@pytest.mark.parametrize("room", ROOM.values())
def test_a_message_is_cut_at_whole_characters_by_bytes(room: int) -> None:
    fits = "点" * (room // 3) + "a" * (room % 3)
    assert cut(fits, room) == fits
    for over in (f"{fits}a", f"a{fits}", "😀" * room):
        assert len(cut(over, room).encode()) <= room
        assert cut(over, room).endswith("…")


def test_messages_are_merged_where_there_are_too_many() -> None:
    assert [call.ids for call in planned(pieces(3), most=3, room=2048)] == [
        ("m0",),
        ("m1",),
        ("m2",),
    ]
    (one,) = planned(pieces(3), most=2, room=2048)
    assert one.ids == ("m0", "m1", "m2")
    assert one.text.count("点" * 20) == 3
    (waited,) = planned(pieces(2, waited=True), most=20, room=2048)
    assert waited.ids == ("m0", "m1")
    assert planned(pieces(3), most=0, room=2048) == []
    # 30 messages of 60 bytes with two between each: 16 of them are 990 bytes, a 17th would be too much
    calls = planned(pieces(30), most=2, room=1000)
    assert [len(call.ids) for call in calls] == [16, 14]
    assert all(len(call.text.encode()) <= 1000 for call in calls)
    assert sum(len(call.ids) for call in planned(pieces(60), most=2, room=1000)) == 32


def test_markdown_in_a_message_is_text() -> None:
    letter = Letter("m", "r", "zh-CN", "*重要*", "[点我](https://evil.example) <font>`x`")
    marked = said(letter, "markdown")
    assert marked.startswith("**＊重要＊**\n")
    assert not set("[]()<>`") & set(marked)
    assert said(letter, "text") == "*重要*\n[点我](https://evil.example) <font>`x`"
    assert body_of("dingtalk", "markdown", marked)["markdown"]["title"] == "＊重要＊"


@pytest.mark.parametrize(
    ("vendor", "status", "answer", "what"),
    [
        ("wecom", 200, {"errcode": 0}, "sent"),
        ("wecom", 200, {"errcode": 45009}, "throttled"),
        ("wecom", 200, {"errcode": 93000}, "refused"),
        ("wecom", 200, {"errcode": -1}, "unreachable"),
        ("wecom", 502, None, "unreachable"),
        ("dingtalk", 200, {"errcode": 130101}, "throttled"),
        ("dingtalk", 200, {"errcode": 310000}, "refused"),
        ("dingtalk", 200, ["errcode"], "unreachable"),
    ],
)
def test_the_errcode_counts_and_not_the_status(
    vendor: str, status: int, answer: object, what: str
) -> None:
    assert judged(vendor, status, answer, utc_now()).what == what


async def test_each_group_is_told_by_its_robot_and_the_new_channel_is_told_in_version_2_only(
    sqlite: str,
) -> None:
    async with desk(sqlite, story=[*directory(), ordered()]) as ours:
        await ours.with_robot(TOWN)
        await ours.with_robot(TEAM, "dingtalk")
        await ours.tell(accepted())
        assert await ours.deliver_all("robot") == 1
        (arrival,) = ours.arrived("wecom")
        assert "文化广场" in arrival.text
        assert ours.arrived("dingtalk") == [], "the team has nothing to do with it"
        async with ours.service.uow.reading() as session:
            envelopes = await read_log(session, "notify", after=0, limit=100)
        events = [envelope.event() for envelope in envelopes]
        new = [e for e in events if isinstance(e, MessageDeliveredV2) and e.channel == "robot"]
        assert len(new) == 1
        old = [e for e in events if isinstance(e, MessageDelivered)]
        both = [e for e in events if isinstance(e, MessageDeliveredV2) and e.channel == "inbox"]
        assert [e.message_id for e in old] == [e.message_id for e in both]
        assert {e.channel for e in old} == {"inbox"}
        assert not [e for e in events if isinstance(e, MessageFailed | MessageFailedV2)]


async def test_a_wrong_signature_is_refused_and_shown(sqlite: str) -> None:
    async with desk(sqlite, story=[*directory(), ordered()]) as ours:
        robot = await ours.with_robot(TOWN, "dingtalk", secret="SEC-other")
        await ours.tell(accepted())
        await ours.deliver("robot")
        (delivery,) = await ours.deliveries("robot")
        assert (delivery.state, delivery.error) == ("failed", "refused.310000")
        async with ours.service.uow.reading() as session:
            kept = await session.get(Robot, robot.id)
            assert kept is not None
            assert kept.failure == "310000"
            envelopes = await read_log(session, "notify", after=0, limit=100)
        (failed,) = [
            e for envelope in envelopes if isinstance(e := envelope.event(), MessageFailedV2)
        ]
        assert (failed.channel, failed.reason_code) == ("robot", "robot_refused")


def test_the_signature_is_the_one_that_the_vendor_documents() -> None:
    """HMAC-SHA256 of ``<milliseconds>\\n<secret>`` with the secret as key, in base64, percent-encoded."""
    address = signed("https://oapi.dingtalk.com/robot/send?access_token=t", "SEC", utc_now())
    _, _, query = address.partition("&")
    moment, sign = (part.partition("=")[2] for part in query.split("&"))
    assert len(moment) == 13
    assert sign.endswith("%3D")


async def test_two_processes_keep_within_twenty_a_minute_and_merge_what_is_over(
    new_store_url: NewUrl,
) -> None:
    """45 messages at once: 20 calls in the first minute, by two processes; all the rest in one call a minute later."""
    async with desk(new_store_url(), story=directory()) as ours:
        robot = await ours.with_robot(TOWN)
        channels = [ours.channel("robot"), ours.channel("robot", ours.another_process())]
        outcomes: dict[str, Outcome] = {}

        async def speak(channel: RobotChannel, first: int) -> None:
            for begin in range(first, first + 22, 2):
                outcomes.update(await channel.send(letters(robot, 2, first=begin)))

        async with asyncio.TaskGroup() as group:
            for number, channel in enumerate(channels):
                assert isinstance(channel, RobotChannel)
                group.create_task(speak(channel, number * 22))
        whats = [outcome.what for outcome in outcomes.values()]
        assert (whats.count("sent"), whats.count("throttled")) == (20, 24)
        assert len(ours.arrived("wecom")) == 20
        assert {o.until for o in outcomes.values() if o.what == "throttled"} == {
            ours.clock() + MINUTE
        }
        held = [
            Letter(key, robot.id, "zh-CN", key, "", has_waited=True)
            for key, outcome in outcomes.items()
            if outcome.what == "throttled"
        ]
        ours.clock.move(seconds=59)
        assert {o.what for o in (await channels[1].send(held)).values()} == {"throttled"}
        ours.clock.move(seconds=1)
        assert {o.what for o in (await channels[1].send(held)).values()} == {"sent"}
        assert len(ours.arrived("wecom")) == 21
        merged = ours.arrived("wecom")[-1].text
        assert all(letter.id in merged.splitlines() for letter in held)


async def test_what_waits_for_the_limit_uses_up_no_attempt(sqlite: str) -> None:
    async with desk(sqlite, story=[*directory(), ordered()]) as ours:
        robot = await ours.with_robot(TOWN)
        await ours.channel("robot").send(letters(robot, 20))
        await ours.tell(accepted())
        assert await ours.deliver("robot") == 1
        (waiting,) = await ours.deliveries("robot")
        assert (waiting.state, waiting.attempts, waiting.error) == ("queued", 0, "throttled")
        assert await ours.deliver("robot") == 0
        ours.clock.move(minutes=1)
        assert await ours.deliver("robot") == 1
        assert [each.state for each in await ours.deliveries("robot")] == ["done"]


async def test_a_robot_that_dingtalk_punishes_is_left_alone_for_ten_minutes(sqlite: str) -> None:
    """Somebody else uses the same robot, so the vendor counts more than notify does."""
    async with desk(sqlite, story=directory()) as ours:
        robot = await ours.with_robot(TOWN, "dingtalk")
        channel = ours.channel("robot")
        await channel.send(letters(robot, 20))
        async with ours.service.uow.transaction() as tx:
            (await tx.get(Robot, robot.id)).calls = []
        outcomes = await channel.send(letters(robot, 3))
        assert {(o.what, o.until) for o in outcomes.values()} == {
            ("throttled", ours.clock() + 10 * MINUTE)
        }
        ours.clock.move(minutes=9, seconds=59)
        (outcome,) = (await channel.send(letters(robot, 1))).values()
        assert outcome.what == "throttled"
        ours.clock.move(seconds=1)
        (outcome,) = (await channel.send(letters(robot, 1))).values()
        assert outcome.what == "sent"


async def test_whoever_is_killed_between_sending_and_noting_repeats_what_was_in_flight_only(
    sqlite: str,
) -> None:
    async with desk(sqlite, story=directory()) as ours:
        await ours.with_robot(TOWN)
        await ours.with_robot("coordinator")
        await ours.tell(ordered(), accepted())
        assert len(await ours.deliveries("robot")) == 2, "the corps' and the township's"

        class Killed(RobotChannel):
            async def send(self, sent: Sequence[Letter]) -> Mapping[str, Outcome]:
                await super().send(sent[:1])
                raise asyncio.CancelledError

        outbound = Outbound(ours.service.uow, trusting(None), in_clear=LOOPBACK)
        killed = Killed(ours.service.uow, outbound)
        with pytest.raises(asyncio.CancelledError):
            await ours.deliver("robot", channel=killed)
        assert len(ours.arrived("wecom")) == 1
        assert await ours.deliver("robot") == 0, "its lease is not over"
        ours.clock.move(seconds=31)
        assert await ours.deliver("robot") == 2
        assert len(ours.arrived("wecom")) == 3, "one of two came twice"
        assert await ours.deliver("robot") == 0
        assert {each.state for each in await ours.deliveries("robot")} == {"done"}


async def test_a_robot_inside_is_not_called_unless_an_operator_allows_it(sqlite: str) -> None:
    async with desk(sqlite, reaches_itself=False, story=directory()) as ours:
        robot = await ours.with_robot(TOWN)
        (outcome,) = (await ours.channel("robot").send(letters(robot, 1))).values()
        assert (outcome.what, outcome.detail) == ("refused", "address_refused")
        assert ours.arrived("wecom") == []


async def test_a_coordinator_keeps_robots_whose_addresses_nobody_sees_again(notify: House) -> None:
    for stream, event in directory():
        await notify.hear(stream, event)
    me, url = bearer(Role.COORDINATOR), "/api/notify/robots"
    address = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=693a91f6"
    body = {"recipient_id": TOWN, "vendor": "wecom", "name": "高楼镇联络群", "address": address}
    made = await notify.client.post(url, json=body, headers=me)
    assert made.status_code == 201, made.text
    again = await notify.client.post(url, json=body | {"recipient_id": TEAM}, headers=me)
    assert again.json()["code"] == "robot_known"
    for wrong, code in (
        (
            {"address": "https://qyapi.weixin.qq.com/cgi-bin/webhook/send"},
            "robot_address_malformed",
        ),
        ({"vendor": "dingtalk"}, "robot_address_malformed"),
        ({"recipient_id": "volunteer.V-000001"}, "robot_for_a_person"),
        ({"recipient_id": "team.nobody"}, "recipient.not_found"),
    ):
        refused = await notify.client.post(url, json=body | wrong, headers=me)
        assert refused.json()["code"] == code
        assert "693a91f6" not in refused.text
    listed = await notify.client.get(url, headers=bearer(Role.AUDITOR))
    assert "693a91f6" not in listed.text
    removed = await notify.client.post(f"{url}/{made.json()['id']}/remove", headers=me)
    assert removed.status_code == 200
    assert (await notify.client.get(url, headers=me)).json() == []
    assert (await notify.client.get(url, headers=bearer(Role.LEADER))).status_code == 403
