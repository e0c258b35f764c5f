"""What the cores decide, where neither store nor broker is needed to see it."""

from collections import Counter

from shared.messaging.core.relay import IN_FLIGHT, waves
from tests.support.rolls import heard, numbers_by_stream, up_to


def test_a_wave_holds_an_aggregate_once_and_no_more_than_may_be_in_flight() -> None:
    page = [heard(f"t{code}", number) for number in up_to(3) for code in range(IN_FLIGHT + 100)]
    sent = list(waves(page))
    for wave in sent:
        assert len(wave) <= IN_FLIGHT
        assert set(Counter(envelope.aggregate_id for envelope in wave).values()) == {1}
    flat = [envelope for wave in sent for envelope in wave]
    assert len(flat) == len(page)
    assert all(numbers == up_to(3) for numbers in numbers_by_stream(flat).values())
