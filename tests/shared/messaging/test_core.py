"""What the cores decide, where neither store nor broker is needed to see it."""

from collections import Counter

from shared.messaging.core.consumer import TRIES, Admit, Pause, handle_alone
from shared.messaging.core.relay import IN_FLIGHT, waves
from tests.support.rolls import envelope_of, numbers_by_stream, up_to


def test_a_wave_holds_an_aggregate_once_and_no_more_than_may_be_in_flight() -> None:
    page = [
        envelope_of(f"t{code}", number) for number in up_to(3) for code in range(IN_FLIGHT + 100)
    ]
    sent = list(waves(page))
    for wave in sent:
        assert len(wave) <= IN_FLIGHT
        assert set(Counter(envelope.aggregate_id for envelope in wave).values()) == {1}
    flat = [envelope for wave in sent for envelope in wave]
    assert len(flat) == len(page)
    assert all(numbers == up_to(3) for numbers in numbers_by_stream(flat).values())


def test_while_the_store_is_away_an_event_is_never_set_aside_and_tried_less_and_less_often() -> (
    None
):
    handling = handle_alone(
        envelope_of("t1", 1), passes=lambda fault: isinstance(fault, ConnectionError)
    )
    assert isinstance(next(handling), Admit)
    seen = []
    for _ in up_to(TRIES + 2):
        seen.append(handling.throw(ConnectionError()))
        assert isinstance(next(handling), Admit)
    assert [step.tries for step in seen if isinstance(step, Pause)] == up_to(TRIES + 2)
