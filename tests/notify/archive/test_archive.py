"""The archive holds every event of the other services once, as it was sent, in an order that its readers can go by."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import func, select

from services.notify.archive.jobs import old_events
from services.notify.archive.queries import newest_position, position_at, read_archive
from services.notify.archive.tables import archived_event
from services.notify.consumers import SUBSCRIPTIONS
from services.notify.settings import NotifySettings
from shared.contracts import EVENTS
from shared.contracts.catalog import ServiceItemChanged
from shared.contracts.dispatch import PlanPublished
from shared.privacy.retention import prune_all
from tests.notify.conftest import NewNotify
from tests.notify.rui_an import directory, ordered, tell
from tests.support.clock import PlayedClock
from tests.support.house import House

ITEM = ServiceItemChanged(
    code="health-clinic",
    name="义诊",
    name_en="Health clinic",
    category_code="health",
    teams=("health",),
    volunteers_needed=2,
    minutes_per_resident=10,
)


async def test_each_event_is_archived_once_byte_for_byte_also_where_nobody_listens(
    anywhere: House,
) -> None:
    assert ServiceItemChanged not in SUBSCRIPTIONS, "the case this test is about"
    sent = [anywhere.envelope("item:health-clinic", ITEM) for _ in range(3)]
    odd = sent[1].body.replace(b'{"code"', b'{ "of_a_later_release": 1, "code"')
    sent[1] = type(sent[1])(
        **{name: getattr(sent[1], name) for name in sent[1].__slots__} | {"body": odd}
    )
    await tell(anywhere, *directory(), ordered())
    for envelope in (sent[0], sent[2], sent[1], sent[0], sent[2]):  # early, and again
        await anywhere.broker.publish([envelope])
    async with anywhere.uow("notify").reading() as session:
        found = await read_archive(session, after=0, limit=1000)
    ours = [
        each
        for each in found
        if each.publisher == "catalog" and each.aggregate_id == sent[0].aggregate_id
    ]
    assert [each.body for each in ours] == [envelope.body for envelope in sent]
    assert [each.aggregate_seq for each in ours] == [1, 2, 3]
    assert [each.position for each in found] == sorted({each.position for each in found})
    assert {each.type for each in found} > {ServiceItemChanged.type, "requests.service_ordered.v1"}


async def test_an_event_that_can_not_be_applied_is_archived_when_it_is(anywhere: House) -> None:
    plan = PlanPublished(
        plan_id="p", campaign_id="c", revision=1, starts_on=date(2014, 6, 27),
        ends_on=date(2014, 6, 27), stops=0, assignments=0, unserved=0,
    )  # fmt: skip
    broken = anywhere.envelope("plan:p", plan)
    broken = type(broken)(
        **{name: getattr(broken, name) for name in broken.__slots__} | {"body": b"{}"}
    )
    await anywhere.broker.publish([broken])
    async with anywhere.uow("notify").reading() as session:
        assert await newest_position(session) == 0


async def test_every_service_hears_of_what_the_others_publish(notify: House) -> None:
    answer = await notify.client.get("/api/notify/events/subscriptions")
    others = sorted(name for name in EVENTS if not name.startswith("notify."))
    assert answer.json() == others


@pytest.mark.parametrize("days", [0, 5, 11])
async def test_a_time_is_found_and_what_is_too_old_is_deleted_from_the_beginning(
    new_notify: NewNotify, days: int
) -> None:
    clock = PlayedClock()
    start: datetime = clock.now
    async with new_notify(clock=clock) as house:
        for _ in range(10):
            await house.hear("item:a", ITEM)
            clock.move(days=1)
        uow = house.uow("notify")
        async with uow.reading() as session:
            after = await position_at(session, start + timedelta(days=days))
            later = await read_archive(session, after=after, limit=100)
        assert len(later) == max(0, 10 - days)
        await prune_all(uow.database, [old_events(timedelta(days=days))], clock.now)
        async with uow.reading() as session:
            left = await session.scalar(select(func.count()).select_from(archived_event))
        assert left == min(10, days)


def test_the_archive_is_kept_for_three_years_unless_told_otherwise() -> None:
    assert NotifySettings(database_url="sqlite:///x.db").archive_days == 3 * 365
