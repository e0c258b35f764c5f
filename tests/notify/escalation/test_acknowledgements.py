"""Messages whose receipt matters: who is reminded, when the corps is told, and what ends it."""

from collections.abc import AsyncIterator
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from services.notify.escalation.use_cases import ask_again
from services.notify.inbox.domain.acknowledgement import Acknowledgement
from services.notify.inbox.use_cases import ACKNOWLEDGEMENT_TOPIC
from shared.cache.memory import MemoryCache
from shared.contracts.catalog import TownshipRecoded
from shared.contracts.dispatch import (
    AnotherDayAsked,
    ConfirmationOverdue,
    StopCancelled,
    StopConfirmed,
    SubstitutionClosed,
    SubstitutionOverdue,
    TeamReleased,
)
from shared.jobs.queue import take_due
from shared.kernel.access import Role
from shared.kernel.clock import utc_now
from tests.notify.conftest import NewNotify
from tests.notify.rui_an import (
    GAOLOU,
    HULING,
    booth_event,
    codes,
    directory,
    first_revision,
    messages,
    moved,
    said_yes,
    stop_event,
    tell,
)
from tests.support.clock import PlayedClock
from tests.support.house import House
from tests.support.tokens import bearer
from tests.support.waiting import until

STOP = f"s-{GAOLOU}"
TOWN, HEALTH = f"township.{GAOLOU}", "team.health"
CORPS, LI = bearer(Role.COORDINATOR, sub="wang"), bearer(Role.COORDINATOR, sub="li")
OFFICER = bearer(Role.OFFICER, sub="gaolou", township_code=GAOLOU)
OTHER = bearer(Role.OFFICER, sub="huling", township_code=HULING)
LEADER = bearer(Role.LEADER, sub="leader", team_code="health")
TYPHOON = stop_event(StopCancelled, STOP, reason_code="weather")
UNTIL = date(2014, 6, 20)


class Corps:
    """notify at a moment that the test moves, after a plan was published."""

    def __init__(self, house: House, clock: PlayedClock) -> None:
        self.house, self.clock = house, clock

    async def pass_by(self, **by: float) -> None:
        """Time passes; the worker looks, and is done with what is due."""
        self.clock.move(**by)
        self.house.services["notify"].cache.signal(ACKNOWLEDGEMENT_TOPIC)

        async def nothing_due() -> bool:
            rows = await self.asked()
            return all(
                row.due_at is None or (row.state == "queued" and row.due_at > self.clock())
                for row in rows
            )

        await until(nothing_due)

    async def asked(self) -> list[Acknowledgement]:
        async with self.house.uow("notify").reading() as session:
            return list(await session.scalars(select(Acknowledgement)))

    async def ask(self, method: str, path: str, who: dict[str, str], status: int = 200) -> Any:
        headers = who | {"Accept-Language": "zh-CN"}
        answer = await self.house.client.request(method, f"/api/notify{path}", headers=headers)
        assert answer.status_code == status, answer.text
        return answer.json()

    async def message(self, recipient_id: str, code: str) -> dict[str, Any]:
        (found,) = [m for m in await messages(self.house, recipient_id) if m["code"] == code]
        return found

    async def acknowledge(
        self, recipient_id: str, code: str, who: dict[str, str], status: int = 200
    ) -> Any:
        found = await self.message(recipient_id, code)
        return await self.ask("POST", f"/messages/{found['id']}/acknowledge", who, status)

    async def tasks(self, who: dict[str, str] = CORPS) -> list[dict[str, Any]]:
        return list((await self.ask("GET", "/tasks", who))["items"])

    async def listed(self, who: dict[str, str] = CORPS) -> dict[str, dict[str, Any]]:
        items = (await self.ask("GET", f"/acknowledgements?about=stop:{STOP}", who))["items"]
        return {each["recipient_id"]: each for each in items}


@pytest.fixture
async def corps(new_notify: NewNotify) -> AsyncIterator[Corps]:
    """On both stores."""
    clock = PlayedClock(now=utc_now())
    async with new_notify(clock=clock) as house:
        await tell(house, *directory(), *first_revision())
        yield Corps(house, clock)


async def test_silence_is_reminded_then_brought_before_the_corps(corps: Corps) -> None:
    await tell(corps.house, TYPHOON)
    told = await corps.message(TOWN, "message.stop_cancelled")
    assert (told["asks_acknowledgement"], told["acknowledged_at"]) == (True, None)
    await corps.pass_by(minutes=119)
    assert "message.acknowledgement_asked" not in await codes(corps.house, TOWN)
    await corps.pass_by(minutes=2)
    reminder = await corps.message(TOWN, "message.acknowledgement_asked")
    assert "文化广场的服务取消，原因：" in reminder["text"]
    assert reminder["asks_acknowledgement"] is False
    assert await corps.tasks() == []

    await corps.pass_by(hours=2)
    escalated = await corps.message("coordinator", "message.unacknowledged_township")
    assert escalated["subject"] == "高楼镇还没有确认收到"
    assert escalated["about"] == f"stop:{STOP}"
    tasks = await corps.tasks()
    assert {task["facts"]["name"] for task in tasks} == {
        "高楼镇",
        "医疗卫生志愿服务队",
        "司法志愿服务队",
    }
    assert {(task["code"], task["about"]) for task in tasks} == {
        ("message_unacknowledged", f"stop:{STOP}")
    }
    assert await corps.tasks(OFFICER) == []

    # From then on a reminder a day, four more, and no second word to the corps.
    for _ in range(8):
        await corps.pass_by(days=1, minutes=1)
    assert (await codes(corps.house, TOWN)).count("message.acknowledgement_asked") == 5
    assert (await codes(corps.house, "coordinator")).count("message.unacknowledged_township") == 1
    assert len(await corps.tasks()) == 3
    by_phone = await corps.acknowledge(TOWN, "message.stop_cancelled", CORPS)
    assert by_phone["acknowledged_at"] is not None
    assert len(await corps.tasks()) == 2


async def test_the_first_to_acknowledge_ends_it_and_the_list_says_who_and_when(
    corps: Corps,
) -> None:
    await tell(corps.house, TYPHOON)
    await corps.acknowledge(TOWN, "message.stop_cancelled", OTHER, 404)
    unread = (await corps.message(TOWN, "message.stop_cancelled"))["read_at"]
    assert unread is None
    first = await corps.acknowledge(TOWN, "message.stop_cancelled", OFFICER)
    assert first["read_at"] is not None
    corps.clock.move(minutes=5)
    again = await corps.acknowledge(TOWN, "message.stop_cancelled", CORPS)
    assert again["acknowledged_at"] == first["acknowledged_at"]
    await corps.acknowledge(HEALTH, "message.stop_cancelled_team", CORPS)
    await corps.pass_by(hours=5)

    listed = await corps.listed()
    town, health, justice = listed[TOWN], listed[HEALTH], listed["team.justice"]
    assert (town["by_id"], town["by_corps"], town["reminders"]) == ("gaolou", False, 0)
    assert (health["by_id"], health["by_corps"], health["read_at"]) == ("wang", True, None)
    assert (justice["acknowledged_at"], justice["reminders"]) == (None, 1)
    assert justice["subject"] == "6月27日 周五 上午高楼镇的服务取消"
    assert set(await corps.listed(LEADER)) == {HEALTH}
    assert set(await corps.listed(OTHER)) == set()
    assert "message.acknowledgement_asked" not in await codes(corps.house, TOWN)


async def test_an_answer_ends_what_asked_for_it(corps: Corps) -> None:
    def overdue(team: str | None) -> Any:
        return stop_event(ConfirmationOverdue, STOP, team_code=team, until_on=UNTIL)

    for answer in (
        stop_event(StopConfirmed, STOP, team_codes=()),
        stop_event(AnotherDayAsked, STOP, team_code=None, days=(), reason_code="weather"),
        moved(STOP, to=date(2014, 7, 1), revision=2),
    ):
        await tell(corps.house, overdue(None), answer)
    await tell(corps.house, overdue("health"), said_yes(STOP, "health-clinic", "health"))
    await tell(corps.house, overdue("justice"))
    assert [each.state for each in await corps.asked()].count("queued") == 1
    await corps.pass_by(days=1, minutes=1)
    assert "message.acknowledgement_asked" not in await codes(corps.house, TOWN)
    assert "message.acknowledgement_asked" in await codes(corps.house, "team.justice")
    # Whoever acknowledges what is needless by now is not refused.
    cancelled = (await corps.ask("GET", f"/recipients/{TOWN}/messages", OFFICER))["items"]
    late = next(each for each in cancelled if each["code"] == "message.confirmation_overdue")
    await corps.ask("POST", f"/messages/{late['id']}/acknowledge", OFFICER)


async def test_a_place_that_is_taken_ends_its_own_asking_only(corps: Corps) -> None:
    def substitution(event: Any, which: str, **more: Any) -> Any:
        return booth_event(event, STOP, "health-clinic", "health", substitution_id=which, **more)

    await tell(
        corps.house,
        substitution(SubstitutionOverdue, "one", volunteer_no="V-1"),
        substitution(SubstitutionOverdue, "two", volunteer_no="V-2"),
        substitution(SubstitutionClosed, "one", outcome="taken", by_no="V-3", told_nos=()),
    )
    assert sorted(each.state for each in await corps.asked()) == ["cancelled", "queued"]
    await tell(corps.house, TYPHOON)
    states = {each.code: each.state for each in await corps.asked() if each.state != "cancelled"}
    assert set(states) == {"message.stop_cancelled", "message.stop_cancelled_team"}


async def test_a_worker_that_died_in_between_is_followed_by_another(corps: Corps) -> None:
    await tell(corps.house, TYPHOON)
    uow, cache = corps.house.uow("notify"), MemoryCache()
    corps.clock.move(hours=2)
    taken = await take_due(uow, Acknowledgement, "dead", limit=20)
    corps.clock.move(seconds=31)
    again = await take_due(uow, Acknowledgement, "alive", limit=20)
    assert len(again) == 3 - len([each for each in await corps.asked() if each.reminders])
    await ask_again(uow, cache, [], taken)  # whoever was thought dead writes nothing
    await ask_again(uow, cache, [], again)
    await ask_again(uow, cache, [], again)
    assert (await codes(corps.house, TOWN)).count("message.acknowledgement_asked") == 1


async def test_what_is_asked_of_a_township_goes_with_its_new_code(corps: Corps) -> None:
    await tell(corps.house, TYPHOON)
    new = "330381126000"
    recoded = TownshipRecoded(code=GAOLOU, new_code=new, valid_from=date(2014, 7, 1), joins=False)
    await tell(corps.house, (f"township:{GAOLOU}", recoded))
    assert f"township.{new}" in await corps.listed()
    await corps.pass_by(hours=2)
    assert "message.acknowledgement_asked" in await codes(corps.house, f"township.{new}")


async def test_a_team_that_need_not_come_is_asked_unless_a_new_plan_says_so(corps: Corps) -> None:
    released = (
        booth_event(TeamReleased, STOP, "health-clinic", "health", reason_code="weather"),
        booth_event(TeamReleased, STOP, "legal-advice", "justice", reason_code="replanned"),
    )
    await tell(corps.house, *released)
    assert [each.recipient_id for each in await corps.asked()] == [HEALTH]
    (told,) = [m for m in await messages(corps.house, "team.justice") if "不必前往" in m["subject"]]
    assert told["asks_acknowledgement"] is False


async def test_old_news_asks_nobody(new_notify: NewNotify) -> None:
    clock = PlayedClock(now=utc_now())
    async with new_notify(clock=clock) as house:
        clock.move(days=3)
        await tell(house, *directory(), *first_revision(), TYPHOON)
        assert await Corps(house, clock).asked() == []
