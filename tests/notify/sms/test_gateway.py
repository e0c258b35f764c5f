"""Text messages through a gateway that refuses as real ones do: its template, ceilings, quiet hours and reach."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest

from cli.outbox import SMS_SECRET
from services.notify.channels.domain.letter import Letter
from services.notify.preferences.domain.preference import Preference
from services.notify.preferences.domain.quiet import QuietHours
from services.notify.sms.adapters.gateway import judged, next_day
from services.notify.sms.domain.gateway import Gateway
from services.notify.sms.queries import used_on
from services.notify.sms.use_cases import reserve_segments
from shared.kernel.access import Role
from shared.kernel.errors import InvalidInput
from tests.notify.channels.desk import GATEWAY, Desk, desk
from tests.notify.rui_an import GAOLOU, accepted, directory, ordered
from tests.support.clock import PlayedClock
from tests.support.fixtures import NewUrl
from tests.support.house import House
from tests.support.tokens import bearer

MOBILE = "13800138000"
TOWN = f"township.{GAOLOU}"
HOSTILE = 'a"b\\c\r\n{secret}&x=1 点😀'
NOON = datetime(2014, 6, 27, 4, tzinfo=UTC)


def at(hour: int, minute: int = 0, second: int = 0, day: int = 27) -> datetime:
    """By China's clock, in UTC."""
    return datetime(2014, 6, day, hour, minute, second, tzinfo=UTC) - timedelta(hours=8)


def gateway(**said: Any) -> Gateway:
    made = Gateway()
    made.describe({**GATEWAY, "url": "https://sms.example/send", **said})
    return made


def letters(count: int, text: str = "") -> list[Letter]:
    return [Letter(f"m{n}", MOBILE, "zh-CN", f"通知{n}", text) for n in range(count)]


def test_facts_are_written_as_their_place_demands() -> None:
    facts = {"phone": MOBILE, "text": HOSTILE, "secret": "s&c", "key": "d1"}
    request = gateway().request_for(**facts)
    assert json.loads(request.body) == {"mobile": MOBILE, "content": HOSTILE, "key": "s&c"}
    form = gateway(body_kind="form", body="m={phone}&c={text}&k={secret}").request_for(**facts)
    assert parse_qs(form.body.decode()) == {"m": [MOBILE], "c": [HOSTILE], "k": ["s&c"]}
    asked = gateway(
        method="GET",
        body_kind="none",
        body="",
        url="https://sms.example/send?m={phone}&c={text}",
        headers=[{"name": "X-Text", "value": "{text}"}],
    ).request_for(**facts)
    assert parse_qs(asked.url.partition("?")[2]) == {"m": [MOBILE], "c": [HOSTILE]}
    assert asked.headers["X-Text"].isprintable()
    assert asked.headers["X-Text"].isascii()


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"url": "https://{text}.example/"}, "sms_url_malformed"),
        ({"body": '{"mobile": "{phone}"}'}, "sms_template_incomplete"),
        ({"body": '{"m": {phone}, "t": {text}, }'}, "sms_body_malformed"),
        ({"quiet_from": "22:00"}, "quiet_hours_unclear"),
        ({"quiet_from": "22:00", "quiet_until": "22:00"}, "quiet_hours_unclear"),
    ],
)
def test_a_template_that_could_not_work_is_refused(said: dict[str, str], code: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        gateway(**said)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("status", "body", "headers", "what", "detail"),
    [
        (200, {"code": "0"}, {}, "sent", ""),
        (200, {"code": 0}, {}, "sent", ""),
        (200, {"code": "1003"}, {}, "refused", "1003"),
        (200, {}, {}, "refused", "not_taken"),
        (200, "<html>", {}, "refused", "not_taken"),
        (401, {}, {}, "refused", "401"),
        (503, {}, {}, "unreachable", ""),
        (429, {}, {"Retry-After": "90"}, "throttled", ""),
    ],
)
def test_answers_are_read(
    status: int, body: object, headers: dict[str, str], what: str, detail: str
) -> None:
    answer = httpx.Response(status, json=body, headers=headers)
    outcome = judged(gateway(), answer, NOON)
    assert (outcome.what, outcome.detail) == (what, detail)
    if what == "throttled":
        assert outcome.until == NOON + timedelta(seconds=90)


@pytest.mark.parametrize(
    ("now", "ends"),
    [
        (at(21, 59, 59), None),
        (at(22), at(7, day=28)),
        (at(23, 59, 59), at(7, day=28)),
        (at(0, day=28), at(7, day=28)),
        (at(6, 59, 59, day=28), at(7, day=28)),
        (at(7, day=28), None),
    ],
)
def test_quiet_hours_over_midnight(now: datetime, ends: datetime | None) -> None:
    night = QuietHours.of("22:00", "07:00")
    assert night is not None
    assert night.end_at(now) == ends
    noon = QuietHours.of("12:00", "14:00")
    assert noon is not None
    assert [noon.end_at(at(*when)) for when in ((11, 59), (12, 0), (13, 59, 59), (14, 0))] == [
        None,
        at(14),
        at(14),
        None,
    ]


@pytest.fixture
def sqlite(tmp_path: Any) -> str:
    return f"sqlite:///{tmp_path}/notify.db"


async def texting(ours: Desk) -> None:
    await ours.reachable_by(TOWN, mobile=MOBILE)
    async with ours.service.uow.transaction() as tx:
        tx.add(Preference(recipient_id=TOWN, channels={"orders": ["sms"]}))


async def test_a_message_arrives_as_a_text(sqlite: str) -> None:
    async with desk(sqlite, story=[*directory(), ordered()]) as ours:
        await ours.with_gateway()
        await texting(ours)
        await ours.tell(accepted())
        assert await ours.deliver("sms") == 1
        (arrival,) = ours.arrived("sms")
        assert arrival.to == MOBILE
        assert arrival.text.startswith("【点菜】")
        assert "文化广场" in arrival.text
        assert [each.state for each in await ours.deliveries("sms")] == ["done"]


async def test_the_gateways_no_is_final_and_names_its_code(sqlite: str) -> None:
    async with desk(sqlite, story=[*directory(), ordered()]) as ours:
        await ours.with_gateway(secret="wrong")
        await texting(ours)
        await ours.tell(accepted())
        await ours.deliver("sms")
        assert [(each.state, each.error) for each in await ours.deliveries("sms")] == [
            ("failed", "refused.401")
        ]


async def test_the_ceiling_of_a_day_holds_until_chinas_midnight(new_store_url: NewUrl) -> None:
    """Two processes of one store share it, and the next day begins at 0:00 in China."""
    clock = PlayedClock(at(23, 59, 58))
    async with desk(new_store_url(), clock=clock) as ours:
        await ours.with_gateway(daily_segments=5)
        other = ours.another_process()
        first = await ours.channel("sms").send(letters(3))
        second = await ours.channel("sms", other).send(letters(3))
        outcomes = [*first.values(), *second.values()]
        assert [each.what for each in outcomes].count("sent") == 5
        (late,) = [each for each in outcomes if each.what != "sent"]
        assert (late.what, late.until) == ("throttled", at(0, day=28))
        assert next_day(at(0, day=28)) == at(0, day=29)
        clock.move(seconds=1)
        assert [o.what for o in (await ours.channel("sms").send(letters(1))).values()] == [
            "throttled"
        ]
        clock.move(seconds=1)
        assert [o.what for o in (await ours.channel("sms").send(letters(1))).values()] == ["sent"]
        assert len(ours.arrived("sms")) == 6


async def test_a_long_message_costs_all_its_segments(sqlite: str) -> None:
    async with desk(sqlite) as ours:
        await ours.with_gateway(daily_segments=4)
        long = letters(2, "很" * 300)
        sent = await ours.channel("sms").send(long)
        assert sorted(each.what for each in sent.values()) == ["sent", "throttled"]
        async with ours.service.uow.reading() as session:
            assert await used_on(session, ours.clock()) == 3
        assert await reserve_segments(ours.service.uow, 1, most=4)
        assert not await reserve_segments(ours.service.uow, 1, most=4)


async def test_quiet_hours_hold_texts_back_unless_they_are_urgent(sqlite: str) -> None:
    clock = PlayedClock(at(23))
    async with desk(sqlite, clock=clock) as ours:
        await ours.with_gateway(quiet_from="22:00", quiet_until="07:00")
        (waits,) = letters(1)
        urgent = Letter("u", MOBILE, "zh-CN", "【紧急】站点取消", "", is_urgent=True)
        outcomes = await ours.channel("sms").send([waits, urgent])
        assert (outcomes["m0"].what, outcomes["m0"].until) == ("throttled", at(7, day=28))
        assert outcomes["u"].what == "sent"
        assert [each.text for each in ours.arrived("sms")] == ["【点菜】【紧急】站点取消"]


async def test_a_gateway_inside_is_not_reached_unless_an_operator_allows_it(sqlite: str) -> None:
    async with desk(sqlite, reaches_itself=False) as ours:
        for url in (f"{ours.url}/outbox/sms", ours.url.replace("http", "https")):
            await ours.with_gateway(url=url)
            (outcome,) = (await ours.channel("sms").send(letters(1))).values()
            assert (outcome.what, outcome.detail) == ("refused", "address_refused")
        assert ours.arrived("sms") == []
        async with ours.service.uow.reading() as session:
            assert await used_on(session, ours.clock()) == 0, "what was not sent costs nothing"


async def test_an_operator_sets_the_gateway_and_its_secret_is_never_shown(notify: House) -> None:
    operator = bearer(Role.OPERATOR)
    url = "/api/notify/sms-gateway"
    assert (await notify.client.get(url, headers=operator)).json()["is_active"] is False
    body = {**GATEWAY, "url": "https://sms.example/send", "secret": SMS_SECRET}
    answer = await notify.client.put(url, json=body, headers=operator)
    assert answer.status_code == 200, answer.text
    kept = {name: value for name, value in body.items() if name != "secret"} | {"daily_segments": 7}
    answer = await notify.client.put(url, json=kept, headers=operator)
    assert (answer.json()["has_secret"], answer.json()["daily_segments"]) == (True, 7)
    audit = await notify.client.get("/api/notify/audit", headers=bearer(Role.AUDITOR))
    assert "sms_gateway" in audit.text
    for said in (answer.text, audit.text, (await notify.client.get(url, headers=operator)).text):
        assert SMS_SECRET not in said
    gone = await notify.client.put(url, json=kept | {"secret": None}, headers=operator)
    assert gone.json()["has_secret"] is False
    assert (await notify.client.get(url, headers=bearer(Role.COORDINATOR))).status_code == 403
