"""Jobs as leased rows, on both stores: taken once, taken over, tried again, given up, cancelled."""

import asyncio
from datetime import timedelta

import pytest

from shared.jobs.queue import renew, still_held, take_due
from shared.kernel.errors import IllegalTransition
from shared.kernel.leased import Backoff
from shared.unit_of_work import Transaction
from tests.shared.jobs.errands import Errand, Office
from tests.support.rolls import Rolls

SOON = Backoff(first=timedelta(seconds=10), factor=3)


@pytest.fixture
async def office(rolls: Rolls) -> Office:
    return await Office(rolls).open()


async def taken_by(office: Office, holder: str, limit: int = 1) -> list[str]:
    return [job.id for job in await take_due(office.uow, Errand, holder, limit=limit)]


async def retry(office: Office, job: Errand) -> bool:
    async with office.uow.transaction() as tx:
        held = await still_held(tx, job)
        assert held is not None
        return held.retry(tx.now, "server_busy", SOON)


async def test_the_job_that_has_been_due_longest_is_taken_first_and_by_one(office: Office) -> None:
    await office.put("later", due_at=office.clock.now - timedelta(seconds=1))
    await office.put("first", due_at=office.clock.now - timedelta(seconds=9))
    await office.put("ahead", due_at=office.clock.now + timedelta(seconds=1))
    assert [await taken_by(office, holder) for holder in "abc"] == [["first"], ["later"], []]
    office.clock.move(seconds=1)
    assert await taken_by(office, "d", limit=5) == ["ahead"]


async def test_workers_that_look_at_the_same_moment_share_what_there_is(office: Office) -> None:
    names = [f"errand-{number:02}" for number in range(12)]
    await office.put(*names)
    shares = await asyncio.gather(*(taken_by(office, holder, limit=3) for holder in "abcd"))
    assert sorted(name for share in shares for name in share) == names


async def test_a_silent_holder_loses_the_job_when_its_lease_ends_and_can_say_nothing_more(
    office: Office,
) -> None:
    await office.put("report")
    (first,) = await take_due(office.uow, Errand, "a")
    office.clock.move(seconds=29)
    assert await taken_by(office, "b") == []
    office.clock.move(seconds=1)
    (second,) = await take_due(office.uow, Errand, "b")
    async with office.uow.transaction() as tx:
        assert await still_held(tx, first) is None
        held = await still_held(tx, second)
        assert held is not None
        held.finish()
    found = await office.look("report")
    assert (found.state, found.attempts, found.due_at, found.holder) == ("done", 2, None, None)


async def test_a_renewed_lease_lasts(office: Office) -> None:
    await office.put("report", "letter")
    jobs = await take_due(office.uow, Errand, "a", limit=2)
    office.clock.move(seconds=20)
    await office.cancel("letter")
    assert [job.id for job in await renew(office.uow, jobs)] == ["report"]
    office.clock.move(seconds=20)
    assert await taken_by(office, "b") == []
    assert (await office.look("letter")).state == "cancelled"


async def test_each_wait_is_longer_and_the_last_attempt_ends_it(office: Office) -> None:
    await office.put("letter")
    for wait in (10, 30):
        (job,) = await take_due(office.uow, Errand, "a")
        assert await retry(office, job)
        office.clock.move(seconds=wait - 1)
        assert await taken_by(office, "a") == []
        office.clock.move(seconds=1)
    (job,) = await take_due(office.uow, Errand, "a")
    assert not await retry(office, job)
    found = await office.look("letter")
    assert (found.state, found.error, found.attempts, found.due_at) == (
        "failed",
        "server_busy",
        3,
        None,
    )


async def test_a_job_whose_workers_all_die_is_given_up_once(office: Office) -> None:
    given_up: list[str] = []

    async def give_up(tx: Transaction, job: Errand) -> None:
        given_up.append(job.id)

    await office.put("poison")
    for _ in range(Errand.MOST_ATTEMPTS):
        assert await taken_by(office, "a") == ["poison"]
        office.clock.move(seconds=30)
    for _ in range(2):
        assert await take_due(office.uow, Errand, "a", give_up=give_up) == []
    found = await office.look("poison")
    assert (given_up, found.state, found.error) == (["poison"], "failed", "holder_lost")


async def test_who_leaves_gives_back_and_it_was_no_attempt(office: Office) -> None:
    await office.put("letter")
    (job,) = await take_due(office.uow, Errand, "a")
    async with office.uow.transaction() as tx:
        held = await still_held(tx, job)
        assert held is not None
        held.give_back(tx.now)
    assert await taken_by(office, "b") == ["letter"]
    assert (await office.look("letter")).attempts == 1


async def test_what_is_over_stays_over(office: Office) -> None:
    await office.put("letter")
    await office.cancel("letter")
    with pytest.raises(IllegalTransition) as raised:
        await office.cancel("letter")
    assert raised.value.facts["state"] == "cancelled"


@pytest.mark.parametrize(
    ("attempts", "seconds"),
    [(1, 10), (2, 30), (3, 90), (8, 21_870), (9, 65_610), (10, 86_400), (5_000, 86_400)],
)
def test_a_wait_grows_up_to_a_day(attempts: int, seconds: int) -> None:
    assert SOON.after(attempts) == timedelta(seconds=seconds)
