"""What people choose holds for what still waits; what is urgent breaks quiet hours; stand-ins make no loop."""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from services.notify.inbox.domain.delivery import KINDS as DELIVERIES
from services.notify.inbox.domain.delivery import QUIET
from services.notify.inbox.domain.recipient import Recipient
from services.notify.inbox.queries import list_messages
from services.notify.preferences.domain.kinds import KINDS, URGENT, is_urgent, kind_of
from services.notify.preferences.queries import get_preference
from services.notify.preferences.use_cases import set_preferences
from shared.contracts.base import Point
from shared.contracts.dispatch import StopCancelled
from shared.jobs.queue import take_due
from shared.kernel.access import Role
from shared.kernel.errors import Conflict, InvalidInput
from shared.kernel.ids import new_id
from tests.notify.channels.desk import Desk, desk
from tests.notify.inbox.test_new_codes import entered, recoded
from tests.notify.rui_an import GAOLOU, HULING, accepted, directory, ordered
from tests.support.clock import PlayedClock
from tests.support.house import House
from tests.support.tokens import bearer
from tests.support.tree import folder_of

TOWN, OTHER, TEAM = f"township.{GAOLOU}", f"township.{HULING}", "team.health"
FAR = date(2014, 7, 31)
NIGHT = datetime(2014, 6, 27, 15, tzinfo=UTC)  # 23:00 in China
MORNING = datetime(2014, 6, 27, 23, tzinfo=UTC)  # 7:00 of the next day there
WANTED: dict[str, Any] = {
    "language": "zh-CN",
    "channels": {},
    "quiet_from": None,
    "quiet_until": None,
    "rhythm": "at_once",
    "stand_in_id": None,
    "stand_in_until_on": None,
}


@pytest.fixture
def sqlite(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/notify.db"


async def choose(ours: Desk, post: str, **wanted: Any) -> None:
    await set_preferences(ours.service.uow, post, **(WANTED | wanted))


async def codes_of(ours: Desk, post: str) -> list[str]:
    service = ours.service
    found, _ = await list_messages(service.uow, service.texts, "en", post, after=None, limit=100)
    return [message.code for message in found]


def test_every_message_is_of_a_kind() -> None:
    texts = json.loads((folder_of("notify") / "locales" / "en.json").read_text("utf-8"))
    codes = [
        code for code, parts in texts.items() if code.startswith("message.") and "subject" in parts
    ]
    assert len(codes) > 100
    other = {code for code in codes if kind_of(code) == "other"}
    assert {code.partition("_")[0] for code in other} <= {"message.task", "message.team"}
    assert set(codes) >= URGENT
    assert {kind_of(code) for code in URGENT} == {"day_of_service"}
    assert kind_of("message.of_a_later_release") == "other"
    assert {kind_of(code) for code in codes} == set(KINDS)


async def test_a_kind_goes_only_by_the_channels_that_were_chosen_for_it(sqlite: str) -> None:
    async with desk(sqlite, story=directory()) as ours:
        await ours.with_robot("coordinator")
        await ours.with_robot(TOWN)
        await choose(ours, TOWN, channels={"orders": ["email"]})
        await ours.tell(ordered(), accepted())
        assert [each.recipient_id for each in await ours.deliveries("robot")] == ["coordinator"]


async def test_a_choice_holds_for_what_is_still_waiting(sqlite: str) -> None:
    async with desk(sqlite, story=[*directory(), ordered()]) as ours:
        await ours.with_robot(TOWN)
        await ours.tell(accepted())
        await choose(ours, TOWN, channels={"orders": []})
        await ours.deliver("robot")
        assert [each.state for each in await ours.deliveries("robot")] == ["cancelled"]
        assert ours.arrived("wecom") == []


async def test_quiet_hours_hold_back_until_they_end_or_are_changed(sqlite: str) -> None:
    clock = PlayedClock(NIGHT)
    async with desk(sqlite, clock=clock, story=[*directory(), ordered()]) as ours:
        await ours.with_robot(TOWN)
        await choose(ours, TOWN, quiet_from="22:00", quiet_until="07:00")
        await ours.tell(accepted())
        assert await ours.deliver("robot") == 1
        (waiting,) = await ours.deliveries("robot")
        assert (waiting.due_at, waiting.error, waiting.attempts) == (MORNING, QUIET, 0)
        clock.now = MORNING - timedelta(seconds=1)
        assert await ours.deliver("robot") == 0
        await choose(ours, TOWN, quiet_from="22:00", quiet_until="08:00")
        assert await ours.deliver("robot") == 1, "it is looked at anew"
        (waiting,) = await ours.deliveries("robot")
        assert waiting.due_at == MORNING + timedelta(hours=1)
        await choose(ours, TOWN)
        assert await ours.deliver("robot") == 1
        assert len(ours.arrived("wecom")) == 1


async def test_a_change_leaves_to_a_worker_what_it_holds(sqlite: str) -> None:
    clock = PlayedClock(NIGHT)
    async with desk(sqlite, clock=clock, story=[*directory(), ordered()]) as ours:
        await ours.with_robot(TOWN)
        await choose(ours, TOWN, quiet_from="22:00", quiet_until="07:00")
        await ours.tell(accepted())
        await ours.deliver("robot")
        clock.now = MORNING
        (held,) = await take_due(ours.service.uow, DELIVERIES["robot"], new_id(), limit=10)
        await choose(ours, TOWN)
        assert await ours.deliver("robot") == 0
        (delivery,) = await ours.deliveries("robot")
        assert (delivery.holder, delivery.due_at) == (held.holder, held.due_at)


async def test_a_new_code_takes_robots_and_wishes_along(sqlite: str) -> None:
    new = "330381126000"
    async with desk(sqlite, story=directory()) as ours:
        await ours.with_robot(TOWN)
        await choose(ours, TOWN, rhythm="daily", stand_in_id=OTHER, stand_in_until_on=FAR)
        await ours.tell(entered(new, GAOLOU), recoded(GAOLOU, new))
        _, event = accepted(new)
        await ours.tell(("order:o9", event))
        assert await ours.deliver("robot") >= 1
        assert len(ours.arrived("wecom")) == 1
        wanted = await get_preference(ours.service.uow, f"township.{new}")
        assert (wanted.rhythm, wanted.stand_in_id) == ("daily", OTHER)
        former = await get_preference(ours.service.uow, TOWN)
        assert (former.rhythm, former.stand_in_id) == ("at_once", None)


async def test_what_is_urgent_breaks_quiet_hours_and_says_so(sqlite: str) -> None:
    async with desk(sqlite, clock=PlayedClock(NIGHT), story=directory()) as ours:
        await ours.with_robot(TOWN)
        await choose(ours, TOWN, quiet_from="22:00", quiet_until="07:00")
        await ours.tell(cancelled())
        assert {is_urgent(code) for code in await codes_of(ours, TOWN)} == {True}
        await ours.deliver("robot")
        (arrival,) = ours.arrived("wecom")
        assert arrival.text.startswith("【紧急】")


def cancelled() -> tuple[str, StopCancelled]:
    return "stop:s1", StopCancelled(
        stop_id="s1",
        plan_id="p1",
        revision=1,
        township_code=GAOLOU,
        place="文化广场",
        point=Point(lat=27.8, lon=120.2),
        on=date(2014, 6, 28),
        part="morning",
        reason_code="weather",
    )


async def test_a_stand_in_is_told_as_well_until_its_last_day(sqlite: str) -> None:
    async with desk(sqlite, story=directory()) as ours:
        await choose(ours, TOWN, stand_in_id=OTHER, stand_in_until_on=date(2014, 6, 27))
        await ours.with_robot(OTHER)
        await ours.tell(ordered(), accepted())
        assert await codes_of(ours, TOWN) == ["message.order_accepted"]
        assert await codes_of(ours, OTHER) == ["message.order_accepted"]
        assert len(await ours.deliveries("robot")) == 1
        ours.clock.move(days=1)
        await ours.tell(cancelled())
        assert "message.stop_cancelled" in await codes_of(ours, TOWN)
        assert "message.stop_cancelled" not in await codes_of(ours, OTHER)


async def test_stand_ins_make_no_loop(sqlite: str) -> None:
    until_on = date(2014, 7, 1)
    async with desk(sqlite, story=directory()) as ours:
        with pytest.raises(InvalidInput) as oneself:
            await choose(ours, TOWN, stand_in_id=TOWN, stand_in_until_on=until_on)
        assert oneself.value.code == "stand_in_unfit"
        with pytest.raises(InvalidInput):
            await choose(ours, TOWN, stand_in_id=TEAM, stand_in_until_on=until_on)
        with pytest.raises(InvalidInput) as unknown:
            await choose(ours, TOWN, stand_in_id="township.1", stand_in_until_on=until_on)
        assert unknown.value.code == "stand_in_unknown"
        for wrong in (None, date(2014, 6, 26)):
            with pytest.raises(InvalidInput) as unclear:
                await choose(ours, TOWN, stand_in_id=OTHER, stand_in_until_on=wrong)
            assert unclear.value.code == "stand_in_until_unclear"
        await choose(ours, TOWN, stand_in_id=OTHER, stand_in_until_on=until_on)
        with pytest.raises(Conflict) as away:
            await choose(ours, OTHER, stand_in_id=TOWN, stand_in_until_on=until_on)
        assert away.value.code == "stand_in_away"
        # Whoever stands in may go away later; what comes then goes one step, not round.
        async with ours.service.uow.transaction() as tx:
            (await tx.get(Recipient, OTHER)).be_stood_in_for(TOWN, until_on)
        await ours.tell(ordered(), accepted())
        assert await codes_of(ours, TOWN) == ["message.order_accepted"]
        assert await codes_of(ours, OTHER) == ["message.order_accepted"]


async def test_over_http_everybody_sets_the_own_preferences(notify: House) -> None:
    for stream, event in directory():
        await notify.hear(stream, event)
    officer = bearer(Role.OFFICER, township_code=GAOLOU)
    url = f"/api/notify/recipients/{TOWN}/preferences"
    shown = (await notify.client.get(url, headers=officer)).json()
    assert {each["kind"] for each in shown["kinds"]} == set(KINDS)
    body = {
        "language": "en",
        "kinds": [{"kind": "orders", "channels": ["sms", "email", "sms"]}],
        "quiet_from": "22:00",
        "quiet_until": "06:30",
    }
    put = await notify.client.put(url, json=body, headers=officer)
    assert put.status_code == 200, put.text
    again = (await notify.client.get(url, headers=officer)).json()
    assert again == put.json()
    (orders,) = (each for each in again["kinds"] if each["kind"] == "orders")
    assert (again["language"], orders["channels"]) == ("en", ["email", "sms"])
    half = await notify.client.put(url, json=body | {"quiet_until": None}, headers=officer)
    assert half.json()["code"] == "quiet_hours_unclear"
    stranger = bearer(Role.OFFICER, township_code=HULING)
    assert (await notify.client.put(url, json=body, headers=stranger)).status_code == 404
    found = await get_preference(notify.uow("notify"), TOWN)
    assert found.quiet_until == "06:30"
