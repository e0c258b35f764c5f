"""Distances, and the order in which to travel."""

import itertools
import math
from collections.abc import Sequence

EARTH_RADIUS_KM = 6371.0088
"""Mean radius of the Earth (IUGG)."""


EXACT_UP_TO = 15
"""Places for which the shortest way is found, some 0.3 s for this many; it doubles with each."""


LatLon = tuple[float, float]
"""Latitude and longitude in degrees (WGS-84)."""


def great_circle_km(a: LatLon, b: LatLon) -> float:
    """Great-circle distance (haversine formula)."""
    lat_a, lat_b = math.radians(a[0]), math.radians(b[0])
    half = math.sin((lat_b - lat_a) / 2) ** 2 + math.cos(lat_a) * math.cos(lat_b) * (
        math.sin(math.radians(b[1] - a[1]) / 2) ** 2
    )
    return 2 * EARTH_RADIUS_KM * math.asin(math.sqrt(half))


def shortest_way(km: Sequence[Sequence[float]]) -> list[int]:
    """An open way from 0 through all places, as indices: the shortest for up to ``EXACT_UP_TO`` places, a good one
    beyond.

    ``km`` is the square matrix of distances. Deterministic.
    """
    return _held_karp(km) if len(km) <= EXACT_UP_TO else _improved(km, _nearest_neighbours(km))


def _held_karp(km: Sequence[Sequence[float]]) -> list[int]:
    """The shortest open way from 0, by dynamic programming over sets. Source: Held, Karp 1962."""
    others = range(1, len(km))
    shortest: dict[tuple[int, int], tuple[float, int]] = {
        (1 << n, n): (km[0][n], 0) for n in others
    }
    by_set: list[dict[int, float]] = [{} for _ in range(1 << len(km))]
    for n in others:
        by_set[1 << n][n] = km[0][n]
    for visited, ends in enumerate(by_set):
        for last, length in ends.items():
            for n in others:
                if not visited >> n & 1:
                    reached, after = visited | 1 << n, length + km[last][n]
                    if after < by_set[reached].get(n, math.inf):
                        by_set[reached][n] = after
                        shortest[reached, n] = (after, last)
    return _traced(len(km), by_set, shortest)


def _traced(
    size: int, by_set: list[dict[int, float]], shortest: dict[tuple[int, int], tuple[float, int]]
) -> list[int]:
    way: list[int] = []
    visited = sum(1 << n for n in range(1, size))
    last = min(by_set[visited], key=lambda n: (by_set[visited][n], n)) if size > 1 else 0
    while last:
        way.append(last)
        visited, last = visited ^ 1 << last, shortest[visited, last][1]
    return [0, *reversed(way)] if size else []


def _nearest_neighbours(km: Sequence[Sequence[float]]) -> list[int]:
    way, rest = [0], set(range(1, len(km)))
    while rest:
        nearest = min(rest, key=lambda place: (km[way[-1]][place], place))
        way.append(nearest)
        rest.remove(nearest)
    return way


def _improved(km: Sequence[Sequence[float]], way: list[int]) -> list[int]:
    """2-opt and or-opt moves until none helps; the start stays. Source: Croes 1958, Or 1976."""
    improved = True
    while improved:
        improved = False
        for i, j in itertools.combinations(range(1, len(way)), 2):
            if _gain_of_turning(km, way, i, j) > 1e-9:
                way[i : j + 1] = way[i : j + 1][::-1]
                improved = True
        for length, i in itertools.product((1, 2, 3), range(1, len(way))):
            better = _moved(km, way, i, i + length)
            way, improved = (better, True) if better else (way, improved)
    return way


def _gain_of_turning(km: Sequence[Sequence[float]], way: list[int], i: int, j: int) -> float:
    """How much shorter the way gets when way[i..j] is walked backwards, in km."""
    gain = km[way[i - 1]][way[i]] - km[way[i - 1]][way[j]]
    return gain + (km[way[j]][way[j + 1]] - km[way[i]][way[j + 1]] if j + 1 < len(way) else 0.0)


def _moved(km: Sequence[Sequence[float]], way: list[int], i: int, j: int) -> list[int] | None:
    """The way with way[i:j] where it fits better, either way round; None when it stands best."""
    part, rest = way[i:j], way[:i] + way[j:]
    if not part:
        return None

    def added(at: int, ends: tuple[int, int]) -> float:
        before, after = rest[at - 1], rest[at] if at < len(rest) else None
        if after is None:
            return km[before][ends[0]]
        return km[before][ends[0]] + km[ends[1]][after] - km[before][after]

    turns = [(at, turned) for at in range(1, len(rest) + 1) for turned in (False, True)]
    ends = {False: (part[0], part[-1]), True: (part[-1], part[0])}
    at, turned = min(turns, key=lambda turn: added(turn[0], ends[turn[1]]))
    if added(at, ends[turned]) > added(i, ends[False]) - 1e-9:
        return None
    return rest[:at] + (part[::-1] if turned else part) + rest[at:]
