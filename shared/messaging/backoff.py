"""How long to wait before another try."""

import random

MOST_SECONDS = 2.0
"""The longest wait, give or take half, so that a server that is back is found soon."""

DOUBLINGS = 10


def backoff_seconds(failures: int, first: float = 0.1, most: float = MOST_SECONDS) -> float:
    """Returns ``first`` after the first failure in a row and twice as long after each further one,
    up to ``most``.

    Half of it is added or taken at random, so that many who failed together don't retry together.
    """
    # Without a limit, the power would overflow a float after an hour of outage.
    wait = min(most, first * 2.0 ** min(failures - 1, DOUBLINGS))
    return wait * random.uniform(0.5, 1.5)  # noqa: S311 - jitter, not a secret
