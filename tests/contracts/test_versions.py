"""Two versions of one event, published side by side: who knows both takes the newer, who knows one is not disturbed."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import new_class

import pytest

from shared.contracts import catalog
from shared.contracts.base import Event
from shared.contracts.catalog import TeamChanged
from shared.db.engine import sqlite_url
from shared.eventlog.envelope import Envelope
from shared.eventlog.outbox import Outbox
from shared.eventlog.reader import read_log
from shared.kernel.clock import utc_now
from shared.messaging.consumer import Consumer, Subscriptions
from shared.unit_of_work import UnitOfWork
from tests.support.rolls import SERVICE, Roll, Rolls, rolls_at, team_changed

LEADERS = 3


class TeamChangedV2(Event):
    """A team's entry changed; the members are counted without those who lead it, who are counted apart."""

    __module__ = catalog.__name__

    code: str
    volunteers: int
    leaders: int


def test_the_version_is_in_the_class_s_name() -> None:
    assert (TeamChangedV2.type, TeamChangedV2.version) == ("catalog.team_changed.v2", 2)
    assert (TeamChanged.type, TeamChanged.version) == ("catalog.team_changed.v1", 1)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("TeamMovedV10", "tests.team_moved.v10"),
        ("TeamMovedV1", "tests.team_moved_v1.v1"),
        ("OpenV", "tests.open_v.v1"),
        ("V2", "tests.v2.v1"),
    ],
)
def test_only_a_number_from_two_on_behind_a_name_is_a_version(name: str, kind: str) -> None:
    made = new_class(name, (Event,), exec_body=lambda body: body.update(__module__="tests"))
    assert issubclass(made, Event)
    assert made.type == kind


async def change(uow: UnitOfWork, code: str, members: int, *, as_v2: bool = True) -> None:
    """As catalog would while others still read version 1: the same fact in both, the old one first."""
    async with uow.transaction() as tx:
        found = await tx.find(Roll, code)
        if found is None:
            tx.add(found := Roll(code=code))
        found.mark(members)
        tx.record(found, team_changed(code, members))
        if as_v2:
            tx.record(
                found, TeamChangedV2(code=code, volunteers=members - LEADERS, leaders=LEADERS)
            )


async def published(publisher: Rolls) -> Sequence[Envelope]:
    async with publisher.database.reading() as session:
        return await read_log(session, "catalog", after=0, limit=1000)


async def on_team_changed(uow: UnitOfWork, event: TeamChanged) -> None:
    await _keep(uow, event.code, [event.members])


async def on_team_changed_v2(uow: UnitOfWork, event: TeamChangedV2) -> None:
    """Says all that version 1 says, so it takes its place."""
    await _keep(uow, event.code, [event.volunteers, event.leaders])


async def _keep(uow: UnitOfWork, code: str, marks: list[int]) -> None:
    async with uow.transaction() as tx:
        found = await tx.find(Roll, code)
        if found is None:
            tx.add(Roll(code=code, marks=marks))
        else:
            found.marks = marks


ONE: Subscriptions = {TeamChanged: on_team_changed}
BOTH: Subscriptions = {TeamChanged: on_team_changed, TeamChangedV2: on_team_changed_v2}
NEWER: Subscriptions = {TeamChangedV2: on_team_changed_v2}


@pytest.mark.parametrize(
    ("subscriptions", "kept"),
    [(ONE, [9]), (BOTH, [9 - LEADERS, LEADERS]), (NEWER, [9 - LEADERS, LEADERS])],
    ids=["knows v1", "knows both", "knows v2"],
)
@pytest.mark.parametrize("at_once", [True, False])
async def test_each_consumer_takes_the_newest_version_that_it_knows(
    tmp_path: Path, subscriptions: Subscriptions, kept: list[int], at_once: bool
) -> None:
    """Together, or one by one; with everything a second time. No gap shows, and nothing is parked."""
    async with (
        rolls_at(sqlite_url(tmp_path / "catalog.db"), publisher="catalog") as publisher,
        rolls_at(sqlite_url(tmp_path / "notify.db")) as other,
    ):
        for members in (7, 8, 9):
            await change(publisher.uow, "health", members)
        events = await published(publisher)
        assert [event.type for event in events] == [TeamChanged.type, TeamChangedV2.type] * 3
        consumer = Consumer(SERVICE, other.uow, Outbox(SERVICE), utc_now, subscriptions)
        for _ in range(2):
            for batch in [events] if at_once else [[event] for event in events]:
                await consumer.handle([_as_sent(event) for event in batch])
            assert await other.marks("health") == kept
        assert await other.count_parked() == 0


async def test_what_was_published_before_version_2_still_counts(tmp_path: Path) -> None:
    """A service that is rebuilt from the log begins with events that have no newer version beside them."""
    async with (
        rolls_at(sqlite_url(tmp_path / "catalog.db"), publisher="catalog") as publisher,
        rolls_at(sqlite_url(tmp_path / "notify.db")) as other,
    ):
        await change(publisher.uow, "health", 7, as_v2=False)
        await change(publisher.uow, "law", 5, as_v2=False)
        await change(publisher.uow, "law", 6)
        consumer = Consumer(SERVICE, other.uow, Outbox(SERVICE), utc_now, BOTH)
        await consumer.handle([_as_sent(event) for event in await published(publisher)])
        assert (await other.marks("health"), await other.marks("law")) == (
            [7],
            [6 - LEADERS, LEADERS],
        )


async def test_version_1_is_sent_byte_for_byte_as_without_version_2(tmp_path: Path) -> None:
    async with rolls_at(sqlite_url(tmp_path / "catalog.db"), publisher="catalog") as publisher:
        await change(publisher.uow, "health", 7)
        first, _ = await published(publisher)
    assert (
        first.body
        == (
            '{"code":"health","name":"医疗卫生志愿服务队","name_en":"Health","agency_code":"health-bureau",'
            '"agency_name":"卫生局","members":7,"area":[],"state":"active"}'
        ).encode()
    )
    assert first.routing_key.startswith("catalog.team_changed.v1.s")
    assert first.attributes()["type"] == "catalog.team_changed.v1"
    assert set(first.attributes()) == ATTRIBUTES


ATTRIBUTES = {
    *("specversion", "id", "source", "type", "subject", "time"),
    *("sequence", "partitionkey", "traceparent", "correlationid", "causationid"),
}


def _as_sent(envelope: Envelope) -> Envelope:
    """As it comes out of the broker."""
    received = Envelope.from_headers(envelope.headers(), envelope.body)
    assert received.occurred_at <= datetime.now(UTC)
    return received
