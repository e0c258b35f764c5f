"""Waits between tries."""

import pytest

from shared.messaging.backoff import backoff_seconds


@pytest.mark.parametrize(
    ("failures", "about"), [(1, 0.1), (2, 0.2), (4, 0.8), (20, 2.0), (10**6, 2.0)]
)
def test_a_wait_doubles_up_to_a_limit_however_long_the_outage(failures: int, about: float) -> None:
    waits = [backoff_seconds(failures) for _ in range(100)]
    assert all(0.5 * about <= wait <= 1.5 * about for wait in waits)
    assert len(set(waits)) > 1, "those who failed together come again apart"
