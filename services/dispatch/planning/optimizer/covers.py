"""Cover inequalities: which lines are too many for one visit of a team.

Where lines together need more volunteers than the team has there, they can't all be served in one visit. Said for
every smallest such set (a minimal cover), and with whoever needs as many as any of it (its extension), this leaves the
relaxed plan less of what no plan can have. Source: Balas 1975.
"""

from collections.abc import Iterator, Mapping
from itertools import combinations

MOST_LINES = 8
"""Options of one visit up to which covers are looked for; more could have hundreds."""


def covers(needed: Mapping[int, int], most: int) -> Iterator[tuple[list[int], int]]:
    """Sets of keys, and how many of each set at most fit together, given what each key needs and the sum that fits."""
    if sum(needed.values()) <= most or len(needed) > MOST_LINES:
        return
    known: set[frozenset[int]] = set()
    for size in range(1, len(needed) + 1):
        for cover in combinations(needed, size):
            together, least = sum(needed[key] for key in cover), min(needed[key] for key in cover)
            if most < together <= most + least:
                heaviest = max(needed[key] for key in cover)
                extended = [
                    *cover,
                    *(key for key in needed if key not in cover and needed[key] >= heaviest),
                ]
                if frozenset(extended) not in known:
                    known.add(frozenset(extended))
                    yield extended, size - 1
