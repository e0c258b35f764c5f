"""notify owns nothing that the others' event logs don't hold: a fresh store arrives at the same messages."""

from collections import defaultdict
from datetime import date
from itertools import permutations
from pathlib import Path

import pytest

from services.notify.settings import NotifySettings
from shared.contracts.dispatch import StopCancelled, StopCompleted, StopStarted, TeamReleased
from shared.contracts.requests import OrderCancelled, OrderReturned, ServiceRated
from shared.eventlog.envelope import Envelope
from tests.notify.conftest import maker
from tests.notify.rui_an import (
    GAOLOU,
    HULING,
    ORDER,
    Told,
    accepted,
    assigned,
    booth_event,
    directory,
    edition,
    everything,
    first_revision,
    moved,
    ordered,
    parked,
    published,
    said_no,
    said_yes,
    stop_event,
    township,
)
from tests.support.house import House, running_house

LATER = date(2014, 7, 1)
FIRST, SECOND = f"s-{GAOLOU}", f"s-{HULING}"


def a_summer() -> list[Told]:
    """A menu, an order that is returned and improved, a plan, a refusal, a typhoon, a service, a rating."""
    order = f"order:{ORDER}"
    return [
        *directory(),
        edition(retires_on=date(2999, 12, 31)),
        ordered(),
        (order, OrderReturned(order_id=ORDER, township_code=GAOLOU, reason_code="incomplete")),
        ordered(),
        accepted(),
        *first_revision(),
        said_no(FIRST, "legal-advice", "justice"),
        assigned(FIRST, "legal-advice", "lawyers", revision=2),
        published(revision=2, assignments=1),
        said_yes(FIRST, "legal-advice", "lawyers"),
        said_yes(FIRST, "health-clinic", "health"),
        moved(FIRST, to=LATER, revision=3),
        assigned(FIRST, "health-clinic", "health", on=LATER, revision=3),
        booth_event(
            TeamReleased, FIRST, "legal-advice", "lawyers", on=LATER, reason_code="stop_moved"
        ),
        assigned(FIRST, "legal-advice", "justice", on=LATER, revision=3),
        published(revision=3, stops=1, assignments=2),
        said_yes(FIRST, "health-clinic", "health", on=LATER),
        said_yes(FIRST, "legal-advice", "justice", on=LATER),
        stop_event(StopStarted, FIRST, on=LATER),
        stop_event(
            StopCompleted, FIRST, on=LATER, booths=2, served=180, leaflets=200, follow_ups=1
        ),
        stop_event(StopCancelled, SECOND, part="afternoon", reason_code="weather"),
        (order, OrderCancelled(order_id=ORDER, township_code=GAOLOU, reason_code="duplicate")),
        (
            order,
            ServiceRated(
                order_id=ORDER,
                line_id="l1",
                township_code=GAOLOU,
                assignment_id="a1",
                team_code="health",
                item_code="health-clinic",
                item_name="医疗义诊",
                item_name_en="Health clinic",
                score=5,
            ),
        ),
        township(GAOLOU),
    ]


def fresh(folder: Path, name: str) -> NotifySettings:
    return NotifySettings(database_url=f"sqlite:///{folder}/{name}.db")


async def lived(house: House) -> dict[str, list[Envelope]]:
    """Plays the summer as it happened; gives the logs of the three publishers."""
    logs: defaultdict[str, list[Envelope]] = defaultdict(list)
    for stream, event in a_summer():
        envelope = house.envelope(stream, event)
        logs[event.publisher].append(envelope)
        assert await house.broker.publish([envelope]) == [True]
    return logs


@pytest.mark.parametrize("order", list(permutations(["catalog", "requests", "dispatch"])))
async def test_the_logs_one_after_the_other_give_the_same_messages(
    tmp_path: Path, order: tuple[str, ...]
) -> None:
    async with (
        running_house(maker(fresh(tmp_path, "old"))) as old,
        running_house(maker(fresh(tmp_path, "new"))) as new,
    ):
        logs = await lived(old)
        for publisher in order:
            assert all(await new.broker.publish(logs[publisher], to="notify"))
        assert await everything(new) == await everything(old)
        assert await parked(new) == []
        assert set(await new.published("notify")) == set(await old.published("notify"))


async def test_a_replay_into_a_store_that_has_it_all_changes_nothing(tmp_path: Path) -> None:
    async with running_house(maker(fresh(tmp_path, "old"))) as house:
        logs = await lived(house)
        before, said = await everything(house), await house.published("notify")
        for log in logs.values():
            assert all(await house.broker.publish(log, to="notify"))
        assert await everything(house) == before
        assert await house.published("notify") == said
