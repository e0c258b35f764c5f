"""One use case, one transaction, on both stores: the change and its events are stored together, or neither."""

import asyncio
import gc
import weakref

import pytest
from sqlalchemy import event, func, select, text

from shared.contracts.catalog import TownshipChanged
from shared.kernel.errors import Conflict, NotFound
from shared.unit_of_work import Transaction
from tests.support.fixtures import NewUrl
from tests.support.rolls import Roll, Rolls, change, delivered, mark, rolls_at, team_changed, up_to
from tests.support.rolls import roll as roll_table
from tests.support.waiting import until


async def test_a_change_and_its_event_commit_together(rolls: Rolls) -> None:
    await mark(rolls.uow, "health", 1)
    assert await rolls.marks("health") == [1]
    assert await rolls.said("health") == ["health-1"]


async def test_a_change_that_fails_leaves_neither(rolls: Rolls) -> None:
    with pytest.raises(ZeroDivisionError):
        await _mark_and_fail(rolls)
    assert await rolls.marks("health") == []
    assert await rolls.said("health") == []


async def _mark_and_fail(rolls: Rolls) -> None:
    async with rolls.uow.transaction() as tx:
        tx.add(roll := Roll(code="health"))
        roll.mark(1)
        tx.record(roll, delivered("health", 1))
        await tx.flush()
        raise ZeroDivisionError


async def test_a_statement_sees_what_was_changed_before_it(rolls: Rolls) -> None:
    """Also one about a table and not about a class, before which SQLAlchemy itself sends nothing."""
    async with rolls.uow.transaction() as tx:
        tx.add(roll := Roll(code="health"))
        roll.mark(1)
        assert (await tx.session.execute(select(roll_table.c.marks))).scalar_one() == [1]


async def test_what_is_appended_is_found_by_whatever_follows_and_stored_with_its_event(
    rolls: Rolls,
) -> None:
    async with rolls.uow.transaction() as tx:
        tx.append(roll := Roll(code="health"))
        roll.mark(1)
        tx.record(roll, delivered("health", 1))
        assert (await tx.session.execute(select(roll_table.c.marks))).scalar_one() == [1]
        tx.append(Roll(code="law"))
        assert [
            found.code
            for found in await tx.session.scalars(select(Roll).order_by(roll_table.c.code))
        ] == [
            "health",
            "law",
        ]
    assert await rolls.said("health") == ["health-1"]
    await mark(rolls.uow, "health", 2)
    assert await rolls.marks("health") == [1, 2]


async def test_only_its_publisher_may_say_an_event(rolls: Rolls) -> None:
    with pytest.raises(PermissionError, match=r"notify may not publish catalog\.team_changed\.v1"):
        await change(rolls.uow, "health")
    assert await rolls.marks("health") == []


async def test_changes_at_the_same_moment_all_count(rolls: Rolls) -> None:
    await mark(rolls.uow, "health", 1)
    await asyncio.gather(*(mark(rolls.uow, "health", number) for number in range(2, 9)))
    assert sorted(await rolls.marks("health")) == up_to(8)
    assert len(await rolls.said("health")) == 8


async def test_a_change_made_from_an_old_reading_is_refused(rolls: Rolls) -> None:
    """As in a form that someone else's change overtook: the version no longer fits."""
    await mark(rolls.uow, "health", 1)
    async with rolls.database.reading() as session:
        old = await session.get(Roll, "health")
    assert old is not None
    await mark(rolls.uow, "health", 2)
    with pytest.raises(Conflict) as raised:
        await _change_old(rolls, old)
    assert (raised.value.code, raised.value.status) == ("concurrent_change", 409)
    assert await rolls.marks("health") == [1, 2]
    assert await rolls.said("health") == ["health-1", "health-2"]


async def _change_old(rolls: Rolls, old: Roll) -> None:
    async with rolls.uow.transaction() as tx:
        tx.add(old)
        old.mark(9)
        tx.record(old, delivered("health", 9))


async def test_the_same_thing_made_twice_at_once_is_refused_once(rolls: Rolls) -> None:
    both_looked = asyncio.Barrier(2)

    async def make() -> str:
        async with rolls.uow.transaction() as tx:
            found = await tx.find(Roll, "health")
            if rolls.database.dialect == "postgresql":
                await both_looked.wait()  # SQLite lets the second one begin when the first is done
            if found is None:
                tx.add(found := Roll(code="health"))
            found.mark(1)
            return "made"

    outcomes = await asyncio.gather(make(), make(), return_exceptions=True)
    refused = [outcome for outcome in outcomes if isinstance(outcome, Conflict)]
    assert outcomes.count("made") + len(refused) == 2
    assert all(error.code == "concurrent_change" for error in refused)
    assert len(refused) == (1 if rolls.database.dialect == "postgresql" else 0)


async def test_an_unknown_thing_is_not_found(rolls: Rolls) -> None:
    with pytest.raises(NotFound) as raised:
        await _get_nothing(rolls)
    assert (raised.value.code, raised.value.field, raised.value.status) == (
        "roll.not_found",
        "roll_id",
        404,
    )


async def _get_nothing(rolls: Rolls) -> None:
    async with rolls.uow.transaction() as tx:
        await tx.get(Roll, "nobody")


async def test_what_is_locked_is_not_read_again(rolls: Rolls) -> None:
    await mark(rolls.uow, "health", 1)
    statements: list[object] = []
    event.listen(
        rolls.database.engine.sync_engine,
        "before_cursor_execute",
        lambda *told: statements.append(told[2]),
    )
    async with rolls.uow.transaction() as tx:
        await tx.get(Roll, "health")
        asked = len(statements)
        gc.collect()
        await tx.get(Roll, "health")
        assert len(statements) == asked > 0


async def test_a_transaction_is_gone_when_it_is_over(rolls: Rolls) -> None:
    """And not only when the garbage collector comes by, which a busy service has come seldom."""
    gone: list[weakref.ref[Transaction]] = []

    async def work() -> None:
        async with rolls.uow.transaction() as tx:
            tx.add(Roll(code="health"))
            gone.append(weakref.ref(tx))

    gc.disable()
    try:
        await work()
        assert gone[0]() is None
    finally:
        gc.enable()


async def test_several_are_found_together_and_not_read_again(rolls: Rolls) -> None:
    for code in ("health", "law"):
        await mark(rolls.uow, code, 1)
    statements: list[object] = []
    event.listen(
        rolls.database.engine.sync_engine,
        "before_cursor_execute",
        lambda *told: statements.append(told[2]),
    )
    async with rolls.uow.transaction() as tx:
        mine = await tx.get(Roll, "law")
        mine.mark(2)
        asked = len(statements)
        found = await tx.find_all(Roll, ["health", "nobody", "law"])
        assert len(statements) == asked + 1
        assert found == {"health": await tx.get(Roll, "health"), "law": mine}
        assert len(statements) == asked + 1
    assert await rolls.marks("law") == [1, 2]


async def test_one_transaction_at_a_time_has_the_turn(postgres_url: NewUrl) -> None:
    done: list[str] = []
    waiting = (
        "SELECT count(*) FROM pg_locks JOIN pg_database d ON d.oid = database"
        " WHERE NOT granted AND datname = current_database()"
    )
    async with rolls_at(postgres_url()) as rolls:

        async def second() -> None:
            async with rolls.uow.transaction() as tx:
                await tx.lock_service()
                done.append("second")

        async def someone_waits() -> bool:
            async with rolls.database.reading() as session:
                return bool(await session.scalar(text(waiting)))

        async with rolls.uow.transaction() as tx:
            await tx.lock_service()
            await tx.lock_service()
            other = asyncio.create_task(second())
            await until(someone_waits)
            done.append("first")
        await other
    assert done == ["first", "second"]


async def test_what_is_to_follow_a_commit_follows_only_that(rolls: Rolls) -> None:
    calls: list[str] = []

    async def work(*, fail: bool) -> None:
        async with rolls.uow.transaction() as tx:
            for _ in range(2):
                tx.after_commit(calls.append, "failed" if fail else "done")
            if fail:
                raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await work(fail=True)
    await work(fail=False)
    assert calls == ["done"]


async def test_what_follows_from_all_that_took_part_is_done_once_at_the_end(rolls: Rolls) -> None:
    async def count(tx: Transaction, code: str) -> None:
        seen = await tx.session.scalar(select(func.count()).select_from(roll_table))
        tx.add(Roll(code=code, marks=[seen or 0]))

    async with rolls.uow.transaction() as tx:
        for code in ("health", "law"):
            async with rolls.uow.nested(tx).transaction() as part:
                part.add(Roll(code=code))
                part.at_end(count, "total")
    assert await rolls.marks("total") == [2]


async def test_events_carry_the_trace_of_what_caused_them(rolls: Rolls) -> None:
    from shared.eventlog.reader import read_log
    from tests.support.rolls import envelope_of

    await rolls.consumer.handle([envelope_of("health", 1)])
    async with rolls.database.reading() as session:
        (entry,) = await read_log(session, "notify", after=0, limit=10)
    assert entry.correlation_id == "a" * 32
    assert entry.causation_id == "team:health/1"
    assert entry.traceparent.startswith(f"00-{'a' * 32}-")


async def test_reading_takes_no_write_lock(rolls: Rolls) -> None:
    await mark(rolls.uow, "health", 1)
    async with rolls.uow.transaction() as tx:
        await tx.get(Roll, "health")
        async with rolls.uow.reading() as session:
            assert (await session.execute(text("SELECT count(*) FROM roll"))).scalar_one() == 1


async def test_events_of_different_kinds_share_a_stream_in_the_order_they_were_recorded(
    rolls: Rolls,
) -> None:
    async with rolls.uow.transaction() as tx:
        tx.add(roll := Roll(code="health"))
        for number in up_to(4):
            tx.record(roll, delivered("health", number))
    assert await rolls.said("health") == [f"health-{number}" for number in up_to(4)]
    with pytest.raises(PermissionError):
        await _record_foreign(rolls)


async def _record_foreign(rolls: Rolls) -> None:
    async with rolls.uow.transaction() as tx:
        roll = await tx.get(Roll, "health")
        tx.record(roll, delivered("health", 5))
        tx.record(roll, team_changed("health", 6))


def test_a_foreign_event_is_told_by_its_publisher() -> None:
    assert TownshipChanged.publisher == "catalog"
