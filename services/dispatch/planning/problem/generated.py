"""Planning problems made by a seed, to try planners on: townships about their zones' centres, teams with weekdays of
their own, orders of several lines with windows and preferred days."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

Size = Literal["S", "M", "L"]
Json = dict[str, object]


@dataclass(frozen=True, slots=True)
class _Shape:
    zones: int
    townships_per_zone: int
    teams: int
    items: int
    days: int
    lines_per_township: int
    side_km: float
    radius_km: int
    max_stops_per_day: int
    needed: tuple[tuple[int, float], ...]
    windows: tuple[int, ...]
    without_preference: float


FEW = ((1, 0.57), (2, 0.25), (3, 0.08), (4, 0.04), (5, 0.03), (6, 0.01), (7, 0.01), (8, 0.01))
MORE = ((1, 0.12), (2, 0.31), (3, 0.14), (4, 0.11), (5, 0.21), (6, 0.03), (7, 0.02), (8, 0.06))
SHAPES: dict[Size, _Shape] = {
    "S": _Shape(15, 1, 14, 12, 20, 8, 45, 999, 1, MORE, (7, 10, 14, 20), 0.17),
    "M": _Shape(15, 10, 60, 30, 30, 10, 75, 60, 2, FEW, (7, 10, 14, 21), 0.4),
    "L": _Shape(200, 10, 400, 30, 60, 10, 200, 60, 2, FEW, (7, 10, 14, 21), 0.4),
}
PRIORITIES = ((1, 0.43), (2, 0.29), (3, 0.14), (5, 0.14))
KEPT_DAYS = 0.83
WEEKDAYS = ((2, 0.2), (3, 0.38), (4, 0.3), (5, 0.12))
SPREAD_KM = 4.0


def generated_problem(size: Size, seed: int) -> Json:
    """The object of a diancai.planning/v1 file; the same size and seed give the same one."""
    return _Maker(SHAPES[size], random.Random(f"{size}-{seed}")).make()  # noqa: S311 - made to be repeated


class _Maker:
    def __init__(self, shape: _Shape, dice: random.Random) -> None:
        self._shape = shape
        self._dice = dice

    def make(self) -> Json:
        shape = self._shape
        townships = [town for zone in range(shape.zones) for town in self._zone(zone)]
        teams = [self._team(number) for number in range(shape.teams)]
        lines: list[Json] = []
        for township in townships:
            lines += self._lines_of(str(township["id"]), len(lines))
        return {
            "format": "diancai.planning/v1",
            "days": shape.days,
            "detour_factor": 1.3,
            "max_booths_per_stop": 12,
            "weights": {
                "line": 1000,
                "stop": 200,
                "team_visit": 20,
                "km": 2,
                "day_off_preference": 30,
                "days_off_preference_cap": 4,
            },
            "townships": townships,
            "items": [{"id": f"I{number:02}"} for number in range(shape.items)],
            "teams": teams,
            "lines": lines,
        }

    def _zone(self, zone: int) -> list[Json]:
        dice, shape = self._dice, self._shape
        x, y = dice.uniform(0, shape.side_km), dice.uniform(0, shape.side_km)
        spread = SPREAD_KM if shape.townships_per_zone > 1 else 0.0
        return [
            {
                "id": f"V{zone:03}_{number:02}",
                "zone": f"Z{zone:03}",
                "x_km": round(dice.gauss(x, spread), 2),
                "y_km": round(dice.gauss(y, spread), 2),
            }
            for number in range(shape.townships_per_zone)
        ]

    def _team(self, number: int) -> Json:
        dice, shape = self._dice, self._shape
        # In a city the teams sit together in its middle; in a province they are everywhere.
        middle, wide = (
            shape.side_km / 2,
            shape.side_km / 2 if shape.radius_km < shape.side_km else 3.0,
        )
        place: Callable[[], float] = lambda: round(dice.uniform(middle - wide, middle + wide), 2)  # noqa: E731
        weekdays = dice.sample(range(6), self._drawn(WEEKDAYS))
        days = [
            day for day in range(shape.days) if day % 7 in weekdays and dice.random() < KEPT_DAYS
        ]
        return {
            "id": f"G{number:03}",
            "items": self._items_of(number),
            "members": dice.randint(5, 14),
            "available_days": days,
            "x_km": place(),
            "y_km": place(),
            "radius_km": shape.radius_km,
            "max_stops_per_day": shape.max_stops_per_day,
        }

    def _items_of(self, number: int) -> list[str]:
        """An agency's own items, a few apart, now and then another one."""
        dice, shape = self._dice, self._shape
        step = 4 if shape.items < 20 else 10
        own = [item for item in range(number % step, shape.items, step) if dice.random() < 0.9] or [
            number % step
        ]
        other = [dice.randrange(shape.items)] if dice.random() < 0.15 else []
        return [f"I{item:02}" for item in sorted({*own, *other})]

    def _lines_of(self, township: str, first_number: int) -> list[Json]:
        dice, shape = self._dice, self._shape
        in_first_order = dice.randint(1, shape.lines_per_township)
        orders = [in_first_order, shape.lines_per_township - in_first_order]
        lines: list[Json] = []
        for count in (count for count in orders if count):
            window = dice.choice(shape.windows)
            first = dice.randrange(shape.days - window + 1)
            preferred = sorted(dice.sample(range(first, first + window), 3))
            if dice.random() < shape.without_preference:
                preferred = []
            for item in self._wanted(count):
                lines.append(
                    {
                        "id": f"O{first_number + len(lines):05}",
                        "township": township,
                        "item": item,
                        "first_day": first,
                        "last_day": first + window - 1,
                        "preferred_days": preferred,
                        "volunteers_needed": self._drawn(shape.needed),
                        "priority": self._drawn(PRIORITIES),
                    }
                )
        return lines

    def _wanted(self, count: int) -> list[str]:
        """Different items; the first of the menu is asked for most."""
        dice, items = self._dice, list(range(self._shape.items))
        wanted: list[int] = [0] if dice.random() < count * 0.08 else []
        wanted += dice.sample(items[1:], count - len(wanted))
        return [f"I{item:02}" for item in wanted]

    def _drawn(self, chances: tuple[tuple[int, float], ...]) -> int:
        values, weights = zip(*chances, strict=True)
        return int(self._dice.choices(values, weights)[0])
