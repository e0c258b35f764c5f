"""The services agree after the circuit of 2014; whatever is taken out of its logs, or put in, is named."""

import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from cli.client import Client, Json
from cli.reconcile import RULES, Books, Reconciler, by_rule
from shared.contracts import PUBLISHERS
from tests.support.story import Told, embedded_system

LATER = datetime.now(UTC) + timedelta(days=1)


@pytest.fixture
async def logs(told: Told, tmp_path: Path) -> list[Json]:
    """All events of the circuit, publisher by publisher."""
    shutil.copytree(told.data, tmp_path / "data")
    async with embedded_system(tmp_path / "data") as http:
        reconciler = Reconciler(Client(http))
        assert await reconciler.look(0) == []
        assert await reconciler.look(0) == [], "a second look reads on from the first"
        events: list[Json] = []
        for publisher in PUBLISHERS:
            events += (await http.get(f"/api/{publisher}/events", params={"limit": 1000})).json()
    assert reconciler.books.taken.total() == len(events) > 700
    assert (len(reconciler.books.orders), len(reconciler.books.stops)) == (17, 15)
    return events


def of(name: str, **data: Any) -> Callable[[Json], bool]:
    return lambda event: (
        event["type"].split(".")[1] == name
        and all(event["data"][field] == value for field, value in data.items())
    )


def found(events: list[Json]) -> dict[str, int]:
    """What disagrees by rule, gaps in the logs aside: those are what was done to them."""
    books = Books()
    for event in events:
        books.take(event)
    counted = by_rule(books.disagreements(LATER))
    return {rule: count for rule, count in counted.items() if count and rule != "log.gap"}


def without(
    events: list[Json], drop: Callable[[Json], bool], *, only_first: bool = False
) -> list[Json]:
    dropped = [event for event in events if drop(event)]
    assert dropped, "there is nothing to drop"
    gone = dropped[:1] if only_first else dropped
    return [event for event in events if event not in gone]


async def test_what_is_lost_is_named(logs: list[Json]) -> None:
    assert found(logs) == {}
    first_assigned = next(event for event in logs if of("team_assigned")(event))["data"]
    cancelled = next(event["data"]["order_id"] for event in logs if of("order_cancelled")(event))
    stop, line = first_assigned["stop_id"], first_assigned["line_id"]
    for drop, rule, count in (
        (of("order_accepted", order_id=first_assigned["order_id"]), "line.unknown", 7),
        (
            of("stop_scheduled", stop_id=stop),
            "stop.unknown",
            0,
        ),  # the stop is known by what came later
        (of("booth_reported", stop_id=stop, line_id=line), "line.no_report", 1),
        (of("assignment_declined"), "line.twice", 1),
        (of("message_delivered", about=f"stop:{stop}"), "notice.missing", 2),
        (of("message_delivered", recipient_id="team.health"), "notice.missing", 1),
        (of("message_delivered", recipient_id="coordinator"), "notice.missing", 17),
        (of("message_delivered", about=f"order:{cancelled}"), "notice.missing", 2),
    ):
        assert found(without(logs, drop)).get(rule, 0) == count, rule
    to_one = of("message_delivered", recipient_id="coordinator", about=f"order:{cancelled}")
    first = next(event for event in logs if to_one(event))["data"]["message_id"]
    assert found(without(logs, of("message_delivered", message_id=first))) == {
        "notice.missing": 1
    }, "one of two is not enough"
    books = Books()
    for event in without(logs, of("team_assigned"), only_first=True):
        books.take(event)
    assert by_rule(books.disagreements(LATER))["log.gap"] == 1


async def test_what_is_done_against_the_rules_is_named(logs: list[Json]) -> None:
    def again(pick: Callable[[Json], bool], **changed: Any) -> Json:
        """An event of the log once more, otherwise, as the next of its stream."""
        event = next(event for event in reversed(logs) if pick(event))
        last = max(int(entry["sequence"]) for entry in logs if entry["subject"] == event["subject"])
        return event | {"sequence": str(last + 1), "data": event["data"] | changed}

    reported = next(event for event in logs if of("booth_reported")(event))["data"]
    completed = of("stop_completed")
    ended = [event["data"]["stop_id"] for event in logs if completed(event)]
    elsewhere = next(stop_id for stop_id in ended if stop_id != reported["stop_id"])
    moved = {"stop_id": elsewhere, "on": reported["on"], "part": reported["part"]}
    offered = again(of("team_assigned"), assignment_id="new", line_id="x")
    cases: list[tuple[Json, str]] = [
        (
            again(
                of("team_assigned", line_id=reported["line_id"]),
                assignment_id="new",
                team_code="women",
            ),
            "line.twice",
        ),
        (again(of("team_assigned"), assignment_id="new", order_id="nobody's"), "line.unknown"),
        (offered, "line.unknown"),
        (again(of("team_assigned"), assignment_id="new", stop_id="nowhere"), "stop.unknown"),
        (again(completed, **moved), "team.twice"),
        (again(of("message_delivered")), "notice.twice"),
    ]
    for event, rule in cases:
        assert found([*logs, event]).get(rule, 0) >= 1, (rule, event["type"])

    cancelled = next(event for event in logs if of("order_cancelled")(event))
    stop = next(event for event in logs if of("stop_scheduled")(event))
    late = {
        "order_id": cancelled["data"]["order_id"],
        "assignment_id": "new",
        "stop_id": stop["data"]["stop_id"],
    }
    assert found([*logs, again(of("team_assigned"), **late)])["line.after_cancellation"] == 1
    called_off = again(of("stop_scheduled")) | {"type": "dispatch.stop_cancelled.v1"}
    line = {"assignment_id": "new", "stop_id": called_off["data"]["stop_id"]}
    assert found([*logs, again(of("team_assigned"), **line), called_off])["stop.cancelled"] == 1


async def test_what_is_young_is_not_held_against_anybody(logs: list[Json]) -> None:
    books = Books()
    for event in without(logs, of("message_delivered")):
        books.take(event)
    assert by_rule(books.disagreements(LATER))["notice.missing"] > 50
    earliest = min(datetime.fromisoformat(event["time"]) for event in logs)
    assert books.disagreements(earliest) == books.disagreements(earliest - timedelta(days=1))
    assert by_rule(books.disagreements(earliest))["notice.missing"] == 0


async def test_a_listener_that_lags_is_named(told: Told, tmp_path: Path) -> None:
    shutil.copytree(told.data, tmp_path / "data")
    async with embedded_system(tmp_path / "data") as http:
        reconciler = Reconciler(Client(http))
        await reconciler.look(0)
        reconciler.books.taken["requests"] += 3  # as if three had been published that nobody got
        behind = await reconciler.look(0, patience_seconds=0)
    assert {entry.rule for entry in behind} == {"listener.behind"}
    assert {entry.about for entry in behind} == {
        "service:dispatch",
        "service:notify",
        "service:catalog",
    }
    assert all("3 events of requests" in entry.detail for entry in behind)


def test_every_rule_is_counted() -> None:
    assert list(by_rule([])) == list(RULES)
