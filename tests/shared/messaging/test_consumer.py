"""Consumer and inbox on both stores: effects exactly once and in order, whatever the deliveries are like."""

import asyncio
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from prometheus_client import REGISTRY
from sqlalchemy.exc import OperationalError

from shared.eventlog.envelope import Envelope
from shared.kernel.errors import Conflict, NotFound
from shared.kernel.ids import new_id
from shared.messaging.consumer import Redriven
from shared.messaging.core.consumer import TRIES
from shared.telemetry import metrics
from tests.support.fixtures import NewUrl
from tests.support.proxy import wired
from tests.support.rolls import Rolls, envelope_of, key, rolls_at, up_to
from tests.support.waiting import until


async def test_a_batch_is_applied_in_order_and_once(rolls: Rolls) -> None:
    batch = [envelope_of(code, number) for number in up_to(5) for code in ("health", "law")]
    await rolls.consumer.handle(batch)
    for code in ("health", "law"):
        assert await rolls.marks(code) == up_to(5)
        assert await rolls.said(code) == [f"{code}-{number}" for number in up_to(5)]


async def test_the_same_batch_again_changes_nothing(rolls: Rolls) -> None:
    batch = [envelope_of("health", number) for number in up_to(5)]
    for _ in range(3):
        await rolls.consumer.handle(batch)
    assert await rolls.marks("health") == up_to(5)
    assert len(await rolls.said("health")) == 5


async def test_what_comes_early_waits_for_what_is_before_it(rolls: Rolls) -> None:
    await rolls.consumer.handle([envelope_of("health", 3), envelope_of("health", 2)])
    assert await rolls.marks("health") == []
    assert await rolls.parked("health") == {2: None, 3: None}
    await rolls.consumer.handle([envelope_of("health", 1)])
    assert await rolls.marks("health") == up_to(3)
    assert await rolls.count_parked() == 0


async def test_two_replicas_that_get_the_same_batch_apply_it_once(rolls: Rolls) -> None:
    """As when a broker gave a batch to the next consumer while the first still worked on it."""
    await rolls.consumer.handle([envelope_of(code, 1) for code in ("health", "law", "women")])
    batch = [
        envelope_of(code, number) for number in up_to(20) for code in ("health", "law", "women")
    ]
    await asyncio.gather(*(rolls.new_consumer().handle(batch) for _ in range(3)))
    for code in ("health", "law", "women"):
        assert await rolls.marks(code) == up_to(20)
        assert len(await rolls.said(code)) == 20


@st.composite
def deliveries(draw: st.DrawFn) -> list[list[tuple[int, int]]]:
    """Batches of (team, number): every event of several teams at least once, in any order."""
    lengths = draw(st.lists(st.integers(1, 6), min_size=1, max_size=4))
    every = [(team, number) for team, length in enumerate(lengths) for number in up_to(length)]
    again = draw(st.lists(st.sampled_from(every), max_size=12))
    shuffled = draw(st.permutations(every + again))
    cuts = sorted(draw(st.sets(st.integers(1, len(shuffled)), max_size=5)))
    return [
        shuffled[start:end] for start, end in zip([0, *cuts], [*cuts, len(shuffled)], strict=True)
    ]


@given(batches=deliveries())
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
async def test_duplicated_delayed_and_shuffled_deliveries_end_in_the_same_state(
    rolls: Rolls, batches: list[list[tuple[int, int]]]
) -> None:
    example = new_id()  # the store is one for all examples
    for batch in batches:
        await rolls.consumer.handle(
            [envelope_of(f"{example}-{team}", number) for team, number in batch]
        )
    for team in {team for batch in batches for team, _ in batch}:
        code = f"{example}-{team}"
        sent = {number for batch in batches for one, number in batch if one == team}
        assert await rolls.marks(code) == up_to(len(sent))
        assert await rolls.said(code) == [f"{code}-{number}" for number in up_to(len(sent))]
    assert await rolls.count_parked() == 0


@pytest.mark.parametrize(
    "error", [Conflict("concurrent_change"), RuntimeError("broken")], ids=["refused", "fault"]
)
async def test_an_event_that_fails_holds_back_its_own_aggregate_only(
    rolls: Rolls, error: Exception
) -> None:
    rolls.trouble["health", 2] = error
    await rolls.consumer.handle(
        [envelope_of(code, number) for number in up_to(4) for code in ("health", "law")]
    )
    assert await rolls.marks("law") == up_to(4)
    assert await rolls.marks("health") == [1]
    assert await rolls.said("health") == ["health-1"]
    waiting = await rolls.parked("health")
    assert list(waiting) == [2, 3, 4]
    assert waiting[2] == repr(error)
    assert waiting[3] is waiting[4] is None

    await rolls.consumer.handle([envelope_of("health", 5), envelope_of("law", 5)])
    assert await rolls.marks("health") == [1], "a later event must not overtake the parked one"
    assert await rolls.marks("law") == up_to(5)


async def test_an_event_whose_effects_the_store_refuses_is_blamed_itself(rolls: Rolls) -> None:
    """The effects of a batch are sent together, so that the fault shows behind the events that came after."""
    rolls.spoilt.add(("health", 2))
    await rolls.consumer.handle(
        [envelope_of(code, number) for number in up_to(3) for code in ("health", "law")]
    )
    assert await rolls.marks("law") == up_to(3)
    assert await rolls.marks("health") == [1]
    waiting = await rolls.parked("health")
    assert list(waiting) == [2, 3]
    assert "not JSON serializable" in str(waiting[2])
    assert waiting[3] is None


async def test_an_event_that_waited_is_blamed_for_effects_that_the_store_refuses(
    rolls: Rolls,
) -> None:
    rolls.spoilt.add(("health", 2))
    await rolls.consumer.handle([envelope_of("health", 2)])
    await rolls.consumer.handle([envelope_of("health", 1)])
    assert await rolls.marks("health") == [1]
    assert "not JSON serializable" in str((await rolls.parked("health"))[2])


async def test_redriving_applies_all_that_waited_in_order(rolls: Rolls) -> None:
    rolls.trouble["health", 1] = RuntimeError("broken")
    await rolls.consumer.handle([envelope_of("health", number) for number in up_to(4)])
    rolls.trouble.clear()
    assert await rolls.consumer.redrive(key("health")) == Redriven(4)
    assert await rolls.marks("health") == up_to(4)
    assert await rolls.said("health") == [f"health-{number}" for number in up_to(4)]
    assert await rolls.count_parked() == 0
    await rolls.consumer.handle([envelope_of("health", 5)])
    assert await rolls.marks("health") == up_to(5)


async def test_redriving_stops_at_what_fails_again_and_keeps_what_was_before_it(
    rolls: Rolls,
) -> None:
    rolls.trouble = {("health", 1): RuntimeError("first"), ("health", 3): RuntimeError("third")}
    await rolls.consumer.handle([envelope_of("health", number) for number in up_to(4)])
    del rolls.trouble["health", 1]
    redriven = await rolls.consumer.redrive(key("health"))
    assert (redriven.applied, repr(redriven.fault)) == (2, repr(RuntimeError("third")))
    assert await rolls.marks("health") == [1, 2]
    assert await rolls.parked("health") == {3: repr(RuntimeError("third")), 4: None}


async def test_redriving_where_nothing_waits_applies_nothing(rolls: Rolls) -> None:
    assert await rolls.consumer.redrive(key("health")) == Redriven(0)


async def test_what_can_never_be_applied_is_let_go_and_the_rest_goes_on(rolls: Rolls) -> None:
    rolls.trouble = {("health", 2): RuntimeError("second"), ("health", 4): RuntimeError("fourth")}
    await rolls.consumer.handle([envelope_of("health", number) for number in up_to(5)])
    redriven = await rolls.consumer.discard(key("health"), 2, "重复登记", rolls.uow)
    assert (redriven.applied, repr(redriven.fault)) == (1, repr(RuntimeError("fourth")))
    assert await rolls.marks("health") == [1, 3]
    assert await rolls.said("health") == ["health-1", "health-3"]
    await rolls.consumer.handle([envelope_of("health", 2)])
    assert await rolls.marks("health") == [1, 3], "let go for good, however often it comes"
    assert await rolls.consumer.discard(key("health"), 4, "重复登记", rolls.uow) == Redriven(1)
    assert await rolls.marks("health") == [1, 3, 5]
    assert await rolls.count_parked() == 0


async def test_only_a_failed_event_whose_turn_it_is_can_be_let_go(rolls: Rolls) -> None:
    rolls.trouble["health", 2] = RuntimeError("second")
    await rolls.consumer.handle(
        [envelope_of("health", number) for number in (1, 2, 3)] + [envelope_of("law", 2)]
    )
    for code, number in (("health", 3), ("law", 2)):
        with pytest.raises(Conflict) as refused:
            await rolls.consumer.discard(key(code), number, "重复登记", rolls.uow)
        assert refused.value.code == "parked_event.not_next"
    for code, number in (("health", 1), ("health", 4), ("women", 1)):
        with pytest.raises(NotFound):
            await rolls.consumer.discard(key(code), number, "重复登记", rolls.uow)
    assert await rolls.parked("health") == {2: repr(RuntimeError("second")), 3: None}
    assert await rolls.parked("law") == {2: None}


async def test_the_gauges_say_what_failed_what_waits_and_since_when(rolls: Rolls) -> None:
    def gauge(name: str, **labels: str) -> float | None:
        return REGISTRY.get_sample_value(name, {"service": "notify"} | labels)

    rolls.trouble["health", 1] = RuntimeError("first")
    began = time.time()
    await rolls.consumer.handle([envelope_of("health", number) for number in up_to(3)])
    assert gauge("diancai_events_parked", why="failed") == 1
    assert gauge("diancai_events_parked", why="waiting") == 2
    assert began - 1 <= (gauge("diancai_parked_since_seconds") or 0) <= time.time() + 1
    rolls.trouble.clear()
    await rolls.consumer.redrive(key("health"))
    assert (
        gauge("diancai_events_parked", why="failed") == gauge("diancai_parked_since_seconds") == 0
    )


async def test_a_process_that_begins_says_what_was_parked_before(rolls: Rolls) -> None:
    rolls.trouble["health", 1] = RuntimeError("first")
    await rolls.consumer.handle([envelope_of("health", 1)])
    metrics.EVENTS_PARKED.labels("notify", "failed").set(0)  # as in a new process
    stop = asyncio.Event()
    measuring = asyncio.create_task(rolls.new_consumer().keep_measuring(stop))
    await until(
        lambda: (
            REGISTRY.get_sample_value(
                "diancai_events_parked", {"service": "notify", "why": "failed"}
            )
            == 1
        )
    )
    stop.set()
    await measuring


async def test_an_event_that_fails_when_its_turn_comes_is_blamed_itself(rolls: Rolls) -> None:
    """2 came early and waits; when 1 comes, 2 is due and fails. That is no fault of 1."""
    rolls.trouble["health", 2] = RuntimeError("broken")
    await rolls.consumer.handle([envelope_of("health", 2)])
    await rolls.consumer.handle([envelope_of("health", 1), envelope_of("health", 3)])
    assert await rolls.marks("health") == [1]
    assert await rolls.parked("health") == {2: repr(RuntimeError("broken")), 3: None}


async def test_a_fault_that_passes_leaves_no_trace(rolls: Rolls) -> None:
    rolls.passing = {("health", 1), ("health", 2)}
    await rolls.consumer.handle([envelope_of("health", number) for number in up_to(3)])
    assert await rolls.marks("health") == up_to(3)
    assert await rolls.count_parked() == 0


async def test_a_body_that_does_not_fit_its_type_is_parked(rolls: Rolls) -> None:
    good = envelope_of("health", 1)
    broken = Envelope(
        publisher=good.publisher,
        type=good.type,
        aggregate_id=good.aggregate_id,
        aggregate_seq=1,
        occurred_at=good.occurred_at,
        body=b'{"code": 7}',
        traceparent=good.traceparent,
        correlation_id=good.correlation_id,
        causation_id=good.causation_id,
    )
    await rolls.consumer.handle([broken, envelope_of("law", 1)])
    assert list(await rolls.parked("health")) == [1]
    assert await rolls.marks("law") == [1]


async def test_types_that_this_release_does_not_know_leave_no_gap(rolls: Rolls) -> None:
    first, unknown, third = (envelope_of("health", number) for number in up_to(3))
    newer = Envelope(
        publisher=unknown.publisher,
        type="catalog.team_dissolved.v9",
        aggregate_id=unknown.aggregate_id,
        aggregate_seq=2,
        occurred_at=unknown.occurred_at,
        body=b"{}",
        traceparent=unknown.traceparent,
        correlation_id=unknown.correlation_id,
        causation_id=unknown.causation_id,
    )
    await rolls.consumer.handle([first, newer, third])
    assert await rolls.marks("health") == [1, 3]
    assert await rolls.count_parked() == 0


async def test_while_the_store_is_away_events_wait_and_are_not_parked(postgres_url: NewUrl) -> None:
    async with wired(postgres_url()) as wire, rolls_at(wire.url) as rolls:
        await rolls.consumer.handle([envelope_of("health", 1)])
        wire.cut()
        with pytest.raises(OperationalError):
            await rolls.database.ping()
        handling = asyncio.create_task(
            rolls.consumer.handle([envelope_of("health", number) for number in (2, 3, 4)])
        )
        await until(
            lambda: wire.turned_away > 3 * TRIES
        )  # an event at fault would be parked by now
        assert not handling.done()
        wire.mend()
        await asyncio.wait_for(handling, 20)
        assert await rolls.marks("health") == up_to(4)
        assert await rolls.count_parked() == 0


async def test_connections_lost_in_the_middle_of_a_batch_cost_a_repetition_at_most(
    postgres_url: NewUrl,
) -> None:
    async with wired(postgres_url()) as wire, rolls_at(wire.url) as rolls:
        batch = [
            envelope_of(code, number) for number in up_to(40) for code in ("health", "law", "women")
        ]
        handling = asyncio.create_task(rolls.consumer.handle(batch))
        while not handling.done():
            wire.drop()
            await asyncio.wait({handling}, timeout=0.05)
            if handling.done() or await _some_marks(rolls):
                break
        await asyncio.wait_for(handling, 20)
        for code in ("health", "law", "women"):
            assert await rolls.marks(code) == up_to(40)
        assert await rolls.count_parked() == 0


async def _some_marks(rolls: Rolls) -> bool:
    try:
        return bool(await rolls.marks("health"))
    except OperationalError:
        return False
