"""Mails gathered in one: by wish, and when an hour brings too many. No message is in none or in two."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notify.channels.domain.letter import UNREACHABLE, Letter, Outcome
from services.notify.channels.use_cases.summaries import give_up_summary, send_summaries
from services.notify.escalation.use_cases import ask_again
from services.notify.inbox.domain.acknowledgement import Acknowledgement
from services.notify.inbox.domain.recipient import Recipient
from services.notify.inbox.domain.summary import MOST_AN_HOUR, Summary
from services.notify.inbox.queries import list_messages
from services.notify.inbox.use_cases import read_message
from services.notify.preferences.domain.rhythm import Rhythm, round_after
from services.notify.preferences.use_cases import set_preferences
from shared.cache.memory import MemoryCache
from shared.jobs.queue import take_due
from shared.kernel.clock import CHINA
from shared.kernel.ids import new_id
from tests.notify.channels.desk import BACKOFF, Desk, desk
from tests.notify.channels.test_mail import Sink, body
from tests.notify.preferences.test_preferences import WANTED, cancelled
from tests.notify.rui_an import GAOLOU, Told, accepted, directory
from tests.support.clock import PlayedClock
from tests.support.fixtures import NewUrl

TOWN = f"township.{GAOLOU}"
NOON = datetime(2014, 6, 27, 4, tzinfo=UTC)  # a Friday, 12:00 in China
NEXT_MORNING = datetime(2014, 6, 28, tzinfo=UTC)  # 8:00 there
MONDAY = datetime(2014, 6, 30, tzinfo=UTC)


@asynccontextmanager
async def mailing(
    new_store_url: NewUrl, rhythm: Rhythm, **wanted: Any
) -> AsyncIterator[tuple[Desk, Sink]]:
    sink = Sink()
    async with (
        sink.listening() as port,
        desk(
            new_store_url(),
            clock=PlayedClock(NOON),
            story=directory(),
            smtp_url=f"smtp://127.0.0.1:{port}",
        ) as ours,
    ):
        await ours.reachable_by(TOWN, email="gaolou@example.org")
        await wish(ours, rhythm=rhythm, **wanted)
        yield ours, sink


async def wish(ours: Desk, **wanted: Any) -> None:
    await set_preferences(ours.service.uow, TOWN, **(WANTED | wanted))


def orders(*numbers: int) -> list[Told]:
    """Of each the township is told."""
    _, event = accepted()
    return [(f"order:o{n}", event.model_copy(update={"order_id": f"o{n}"})) for n in numbers]


async def send(ours: Desk, channel: Any = None) -> int:
    """A turn of the worker of summaries."""
    service = ours.service
    taken = await take_due(service.uow, Summary, new_id(), limit=10, give_up=give_up_summary)
    if taken:
        way = channel or ours.channel("email")
        await send_summaries(service.uow, service.texts, way, BACKOFF, taken)
    return len(taken)


async def states(ours: Desk) -> list[str]:
    return sorted(
        each.state for each in await ours.deliveries("email") if each.recipient_id == TOWN
    )


async def test_a_day_s_messages_come_in_one_mail_the_next_morning(new_store_url: NewUrl) -> None:
    async with mailing(new_store_url, "daily") as (ours, sink):
        await ours.tell(*orders(1, 2))
        ours.clock.move(hours=5)
        await ours.tell(*orders(3))
        assert await ours.deliver("email") == 0
        assert await send(ours) == 0
        ours.clock.now = NEXT_MORNING - timedelta(seconds=1)
        assert await send(ours) == 0
        ours.clock.now = NEXT_MORNING
        await ours.tell(*orders(4))
        assert await send(ours) == 1
        (mail,) = sink.mails
        assert mail["Subject"] == "3 条消息汇总"
        assert body(mail, "plain").count("点单已受理") == 3
        assert await states(ours) == ["done", "done", "done", "gathered"]
        assert await send(ours) == 0, "what came at the hour is of the next round"
        ours.clock.move(days=3)
        assert await send(ours) == 1, "a round that nobody sent goes out later"
        assert len(sink.mails) == 2
        assert await states(ours) == ["done"] * 4


async def test_urgent_news_does_not_wait(new_store_url: NewUrl) -> None:
    async with mailing(new_store_url, "weekly") as (ours, sink):
        await ours.tell(*orders(1), cancelled())
        assert await ours.deliver("email") == 1
        assert [mail["Subject"].startswith("【紧急】") for mail in sink.mails] == [True]
        ours.clock.now = MONDAY
        assert await send(ours) == 1
        assert sink.mails[1]["Subject"] == "1 条消息汇总"


async def test_a_reminder_to_acknowledge_does_not_wait(new_store_url: NewUrl) -> None:
    async with mailing(new_store_url, "weekly") as (ours, sink):
        await ours.tell(cancelled())
        assert await ours.deliver("email") == 1
        ours.clock.move(hours=2)
        uow, ways = ours.service.uow, [ours.channel("email")]
        await ask_again(uow, MemoryCache(), ways, await take_due(uow, Acknowledgement, new_id()))
        assert await ours.deliver("email") == 1
        assert len(sink.mails) == 2


async def test_what_is_not_wanted_any_more_is_neither_mailed_nor_told_as_delivered(
    new_store_url: NewUrl,
) -> None:
    async with mailing(new_store_url, "daily") as (ours, sink):
        await ours.tell(*orders(1))
        await wish(ours, rhythm="daily", channels={"orders": []})
        ours.clock.now = NEXT_MORNING
        assert await send(ours) == 1
        assert (sink.mails, await states(ours)) == ([], ["cancelled"])


async def test_what_was_read_meanwhile_is_not_mailed(new_store_url: NewUrl) -> None:
    async with mailing(new_store_url, "daily") as (ours, sink):
        await ours.tell(*orders(1, 2))
        await read_all(ours)
        await ours.tell(*orders(3))
        ours.clock.now = NEXT_MORNING
        assert await send(ours) == 1
        assert [mail["Subject"] for mail in sink.mails] == ["1 条消息汇总"]
        assert await states(ours) == ["cancelled", "cancelled", "done"]
        await ours.tell(*orders(4))
        await read_all(ours)
        ours.clock.move(days=1)
        assert await send(ours) == 1
        assert len(sink.mails) == 1


async def read_all(ours: Desk) -> None:
    service = ours.service
    found, _ = await list_messages(service.uow, service.texts, "en", TOWN, after=None, limit=100)
    for message in found:
        await read_message(service.uow, message.id)


async def test_more_than_the_ceiling_of_an_hour_comes_in_one(new_store_url: NewUrl) -> None:
    async with mailing(new_store_url, "at_once") as (ours, sink):
        await ours.tell(*orders(*range(MOST_AN_HOUR + 5)))
        assert await ours.deliver_all("email") == MOST_AN_HOUR
        await ours.tell(cancelled())
        assert await ours.deliver("email") == 1, "what is urgent breaks the ceiling"
        assert await send(ours) == 0
        ours.clock.now = NOON + timedelta(hours=1)
        assert await send(ours) == 1
        assert sink.mails[-1]["Subject"] == "5 条消息汇总"
        await ours.tell(*orders(100))
        assert await ours.deliver("email") == 1, "another hour"
        assert len(sink.mails) == MOST_AN_HOUR + 3


async def test_another_rhythm_holds_for_what_waits(new_store_url: NewUrl) -> None:
    async with mailing(new_store_url, "weekly") as (ours, sink):
        await ours.tell(*orders(1))
        await wish(ours, rhythm="weekly")
        assert await send(ours) == 0
        await wish(ours, rhythm="at_once")
        assert await send(ours) == 1
        await ours.tell(*orders(2))
        assert await ours.deliver("email") == 1
        assert len(sink.mails) == 2


async def test_a_summary_keeps_quiet_hours(new_store_url: NewUrl) -> None:
    async with mailing(new_store_url, "daily", quiet_from="22:00", quiet_until="09:30") as (
        ours,
        sink,
    ):
        await ours.tell(*orders(1))
        ours.clock.now = NEXT_MORNING
        assert await send(ours) == 1
        assert sink.mails == []
        ours.clock.move(minutes=90)
        assert await send(ours) == 1
        assert len(sink.mails) == 1


class Answering:
    """A channel whose other side answers so; it reaches whom e-mail reaches."""

    code = "email"

    def __init__(self, ours: Desk, outcome: Outcome) -> None:
        self._channel, self._outcome = ours.channel("email"), outcome
        self.letters: list[Letter] = []

    def address_of(self, recipient: Recipient, target: str | None) -> str | None:
        return self._channel.address_of(recipient, target)

    async def send(self, letters: list[Letter]) -> dict[str, Outcome]:
        self.letters += letters
        return {letter.id: self._outcome for letter in letters}


async def test_a_server_that_is_away_is_tried_again_and_then_every_message_failed(
    new_store_url: NewUrl,
) -> None:
    async with mailing(new_store_url, "daily") as (ours, sink):
        await ours.tell(*orders(1, 2))
        ours.clock.now = NEXT_MORNING
        away = Answering(ours, UNREACHABLE)
        for _ in range(Summary.MOST_ATTEMPTS):
            assert await states(ours) == ["gathered", "gathered"]
            assert await send(ours, away) == 1
            ours.clock.move(days=1)
        assert len({letter.id for letter in away.letters}) == 1, (
            "a receiver can tell the repeated mail"
        )
        assert await states(ours) == ["failed", "failed"]
        assert await send(ours) == 0
        assert sink.mails == []


async def test_whoever_dies_with_a_summary_leaves_it_to_another(new_store_url: NewUrl) -> None:
    async with mailing(new_store_url, "daily") as (ours, sink):
        await ours.tell(*orders(1))
        ours.clock.now = NEXT_MORNING
        assert len(await take_due(ours.service.uow, Summary, new_id(), limit=10)) == 1
        await ours.tell(*orders(2))
        assert await send(ours) == 0
        ours.clock.move(minutes=1)
        assert await send(ours) == 1
        assert [mail["Subject"] for mail in sink.mails] == ["1 条消息汇总"], (
            "taken ones get no more"
        )
        ours.clock.now = NEXT_MORNING + timedelta(days=1)
        assert await send(ours) == 1
        assert await states(ours) == ["done", "done"]


async def test_nobody_who_holds_it_to_the_end_is_a_failure_of_its_messages(
    new_store_url: NewUrl,
) -> None:
    async with mailing(new_store_url, "daily") as (ours, _):
        await ours.tell(*orders(1))
        ours.clock.now = NEXT_MORNING
        for _ in range(Summary.MOST_ATTEMPTS):
            assert len(await take_due(ours.service.uow, Summary, new_id(), limit=10)) == 1
            ours.clock.move(minutes=1)
        assert await send(ours) == 0
        assert await states(ours) == ["failed"]


@given(
    st.timedeltas(timedelta(0), timedelta(days=800)).map(NOON.__add__),
    st.sampled_from(["daily", "weekly"]),
)
def test_each_moment_is_of_one_round(now: datetime, rhythm: Rhythm) -> None:
    at = round_after(rhythm, now)
    assert at is not None
    length = timedelta(days=1 if rhythm == "daily" else 7)
    assert timedelta(0) < at - now <= length
    here = at.astimezone(CHINA)
    assert (here.hour, here.minute, here.second, here.microsecond) == (8, 0, 0, 0)
    assert rhythm == "daily" or here.weekday() == 0
    assert round_after(rhythm, at) == at + length
    assert round_after(rhythm, at - timedelta(microseconds=1)) == at


@pytest.mark.parametrize("now", [NEXT_MORNING, MONDAY])
def test_mail_at_once_has_no_round(now: datetime) -> None:
    assert round_after("at_once", now) is None
