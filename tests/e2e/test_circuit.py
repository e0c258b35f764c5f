"""The circuit of 2014, end to end, in both modes: the same story, the same figures, the same circuit."""

import asyncio
import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cli.client import Client
from cli.demo import PUBLISHERS, Demonstration, Outcome, circuit_of
from shared.contracts import EVENTS
from tests.support.deployment import Deployment, Part
from tests.support.fixtures import Figures
from tests.support.private import Postgres, PrivateServer, RabbitMQ, RedisServer
from tests.support.story import Told, embedded_system, notices_of, play

GAOLOU = "330381125000"
REMINDERS = {
    f"message.{kind}"
    for kind in ("preparation_reminded", "report_overdue", "report_overdue_coordinator")
}
"""What the work of a day tells of stops whose day is past. A process does it when it starts."""

FATES = {"cancelled": 1, "rated": 15, "returned": 1}


def assert_the_story_is_told(outcome: Outcome) -> None:
    summary = outcome.summary
    assert summary["townships_served"] == 15
    assert summary["orders"] == 17
    assert summary["orders_by_fate"] == FATES
    assert summary["stops"] == 15
    assert summary["booths_at_first_stop"] == 7
    assert summary["double_bookings"] == 0
    assert summary["events_without_consumer"] == 0
    first = outcome.plan["stops"][0]
    assert (first["township_code"], first["on"], first["part"]) == (GAOLOU, "2014-06-27", "morning")
    assert first["place"] == "西村桥头路口"
    assert outcome.plan["ends_on"] == "2014-07-16"
    assert sum(stop["postponed_from"] is not None for stop in outcome.plan["stops"]) == 1
    booths = [booth for stop in outcome.plan["stops"] for booth in stop["assignments"]]
    assert sum(booth["state"] == "declined" for booth in booths) == 1
    assert sum(booth["state"] == "done" for booth in booths) == 105
    assert all(booth["told_at"] for booth in booths if booth["state"] == "done")


@pytest.mark.long
async def test_both_modes_tell_the_same_story(
    told: Told, new_deployment: Callable[[str], Deployment], rabbit_vhost: str, figures: Figures
) -> None:
    deployment = new_deployment(rabbit_vhost)
    for part in deployment.parts:
        deployment.start(part)
    await deployment.ready()
    async with deployment.client() as http:
        outside = await play(http)
        outside_notices = await notices_of(http)
    assert_the_story_is_told(told.outcome)
    assert_the_same(outside, outside_notices, told)
    figures.note("embedded", told.outcome.summary)
    figures.note("cluster", outside.summary)
    figures.note(
        "notices by recipient",
        {recipient: len(kinds) for recipient, kinds in outside_notices.items()},
    )


def assert_the_same(outcome: Outcome, notices: dict[str, Any], told: Told) -> None:
    assert_the_story_is_told(outcome)
    assert circuit_of(outcome.plan) == circuit_of(told.outcome.plan)
    assert outcome.summary | {"seconds": 0} == told.outcome.summary | {"seconds": 0}
    assert notices == told.notices


async def test_played_again_it_adds_nothing(told: Told, tmp_path: Path) -> None:
    shutil.copytree(told.data, tmp_path / "data")
    async with embedded_system(tmp_path / "data") as http:
        again = await play(http)
        assert_the_same(again, await notices_of(http), told)


async def test_every_kind_of_event_that_is_published_has_a_consumer(tmp_path: Path) -> None:
    async with embedded_system(tmp_path) as http:
        heard = {
            kind
            for p in PUBLISHERS
            for kind in (await http.get(f"/api/{p}/events/subscriptions")).json()
        }
    assert heard == set(EVENTS)


@pytest.mark.long
async def test_every_process_killed_once_changes_nothing_of_the_end(
    told: Told,
    new_deployment: Callable[[str], Deployment],
    private_server: Callable[[type[PrivateServer]], PrivateServer],
    rabbit_vhost: str,
    figures: Figures,
) -> None:
    deployment = new_deployment(rabbit_vhost)
    for part in deployment.parts:
        deployment.start(part)
    await deployment.ready()
    victims = Victims(
        deployment, [private_server(kind) for kind in (RabbitMQ, Postgres, RedisServer)]
    )
    async with deployment.client() as http:
        disturbed = await Demonstration(Client(http), victims.after_a_piece_of_work).play()
        await victims.all_back()
        disturbed_notices = await notices_of(http)
    assert len(victims.killed) == len(deployment.parts) + 3
    assert_the_story_is_told(disturbed)
    assert circuit_of(disturbed.plan) == circuit_of(told.outcome.plan)
    assert more_notices(told.notices, disturbed_notices) <= REMINDERS
    ignored = {"seconds": 0, "events": 0, "notices": 0, "notices_per_recipient_max": 0}
    assert disturbed.summary | ignored == told.outcome.summary | ignored
    figures.note("killed in the middle", ", ".join(victims.killed))


def more_notices(told: dict[str, Any], disturbed: dict[str, Any]) -> set[str]:
    """The kinds of notices that came more often than they were told; none came less often."""
    assert disturbed.keys() == told.keys()
    more: set[str] = set()
    for recipient, kinds in disturbed.items():
        assert not Counter(told[recipient]) - Counter(kinds), recipient
        more |= (Counter(kinds) - Counter(told[recipient])).keys()
    return more


class Victims:
    """Kills one process after another with SIGKILL, spread over the whole story, and starts it again."""

    PIECES_BETWEEN = 20
    """The story has some 310 pieces of work, the system 14 processes."""

    def __init__(self, deployment: Deployment, servers: list[PrivateServer]) -> None:
        self._deployment = deployment
        self._servers = servers
        self._next: list[Part | PrivateServer] = [*deployment.parts, *servers]
        self._pieces = 0
        self._restarts: list[asyncio.Task[None]] = []
        self.killed: list[str] = []

    def after_a_piece_of_work(self, _step: str, _done: int, _total: int) -> None:
        self._pieces += 1
        if self._next and self._pieces % self.PIECES_BETWEEN == 0:
            self._restarts.append(asyncio.create_task(self._kill(self._next.pop(0))))

    async def all_back(self) -> None:
        await asyncio.gather(*self._restarts)
        await self._deployment.ready()

    async def _kill(self, victim: Part | PrivateServer) -> None:
        if isinstance(victim, PrivateServer):
            self.killed.append(victim.name)
            await asyncio.to_thread(victim.kill9)
            await asyncio.to_thread(victim.start)
        else:
            self.killed.append("-".join(victim))
            self._deployment.kill9(victim)
            self._deployment.start(victim)
