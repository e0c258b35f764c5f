"""Distances, and the order in which to travel."""

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

EARTH_RADIUS_KM = 6371.0088
"""Mean radius of the Earth (IUGG)."""


@dataclass(frozen=True, slots=True)
class Place:
    """A point, WGS-84 degrees."""

    lat: float
    lon: float


def great_circle_km(a: Place, b: Place) -> float:
    """Great-circle distance (haversine formula)."""
    lat_a, lat_b = math.radians(a.lat), math.radians(b.lat)
    half = math.sin((lat_b - lat_a) / 2) ** 2 + math.cos(lat_a) * math.cos(lat_b) * (
        math.sin(math.radians(b.lon - a.lon) / 2) ** 2
    )
    return 2 * EARTH_RADIUS_KM * math.asin(math.sqrt(half))


def tour_km(places: Sequence[Place]) -> float:
    """The length of the way through ``places`` in the given order, in km."""
    return sum(great_circle_km(a, b) for a, b in itertools.pairwise(places))


def short_tour(places: Sequence[Place], start: int = 0) -> list[int]:
    """A short open way through all places from ``start``, as indices: nearest neighbour, improved by
    2-opt and or-opt moves until none helps. Deterministic; not proved shortest.

    Source: Croes 1958 (2-opt), Or 1976 (or-opt).
    """
    if not places:
        return []
    km = [[great_circle_km(a, b) for b in places] for a in places]
    tour = [start]
    rest = set(range(len(places))) - {start}
    while rest:
        nearest = min(rest, key=lambda place: (km[tour[-1]][place], place))
        tour.append(nearest)
        rest.remove(nearest)

    def length(way: list[int]) -> float:
        return sum(km[a][b] for a, b in itertools.pairwise(way))

    best = length(tour)
    improved = True
    while improved:
        improved = False
        for candidate in _neighbours(tour):
            if (candidate_km := length(candidate)) < best - 1e-9:
                tour, best, improved = candidate, candidate_km, True
                break
    return tour


def _neighbours(tour: list[int]) -> "list[list[int]]":
    """All tours one move away; the start stays where it is."""
    size = len(tour)
    moves = [tour[:i] + tour[i : j + 1][::-1] + tour[j + 1 :] for i in range(1, size) for j in range(i + 1, size)]
    for length in (1, 2, 3):
        for i in range(1, size - length + 1):
            segment, rest = tour[i : i + length], tour[:i] + tour[i + length :]
            for at in range(1, len(rest) + 1):
                moves.append(rest[:at] + segment + rest[at:])
                moves.append(rest[:at] + segment[::-1] + rest[at:])
    return moves
