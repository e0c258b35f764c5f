"""How long to wait before trying again."""

import random

MOST_SECONDS = 2.0
"""So long, give or take half, a server that is back may wait for those who tried all the time."""

DOUBLINGS = 10


def backoff_seconds(failures: int, first: float = 0.1, most: float = MOST_SECONDS) -> float:
    """``first`` after the first failure in a row, twice as long after each further one, up to ``most``; give or
    take half of it, so that many who failed together don't come again together."""
    # Without a limit to the doublings, an hour of outage would make what no float holds.
    wait = min(most, first * 2.0 ** min(failures - 1, DOUBLINGS))
    return wait * random.uniform(0.5, 1.5)  # noqa: S311 - jitter, not a secret
