"""What is known of one item in one township over a year, fact by fact, and how it is kept with a proposal."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal


@dataclass(frozen=True, kw_only=True)
class Ordered:
    """A line of an order that has a day: served, or to be served. ``residents`` were served; they are expected where
    nobody has reported yet."""

    line_id: str
    order_id: str
    on: date
    residents: int
    state: Literal["served", "scheduled"]
    stop_id: str | None = None


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """A line of an order that has no day, since the order was handed in."""

    line_id: str
    order_id: str
    since: date
    residents: int


@dataclass(frozen=True, kw_only=True)
class Wished:
    """A wish of the township to which the corps answered that the menu has this item."""

    wish_id: str
    number: int
    residents: int
    on: date


@dataclass(frozen=True, kw_only=True)
class Queued:
    """How residents queued at a booth on a half-day; ``arrived`` are those who came, served or not."""

    assignment_id: str
    stop_id: str
    on: date
    arrived: int
    served: int
    longest: int
    mean_wait_minutes: float


@dataclass(frozen=True, kw_only=True)
class Ratings:
    """How the township and residents judged it: how many did, and the sum of their scores from 1 to 5."""

    count: int = 0
    total: int = 0

    @property
    def average(self) -> float | None:
        return self.total / self.count if self.count else None


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """The facts of the last twelve months, each list in the order of its days."""

    ordered: Sequence[Ordered] = ()
    waiting: Sequence[Waiting] = ()
    wishes: Sequence[Wished] = ()
    queues: Sequence[Queued] = ()
    ratings: Ratings = field(default_factory=Ratings)

    def keys(self) -> set[str]:
        """What tells a fact from all others: a line that waited and was then served is the same fact."""
        return {
            *(f"line:{each.line_id}" for each in self.ordered),
            *(f"line:{each.line_id}" for each in self.waiting),
            *(f"wish:{each.wish_id}" for each in self.wishes),
            *(f"queue:{each.assignment_id}" for each in self.queues),
        }

    def without(self, known: Collection[str]) -> "Evidence":
        """Returns the facts that are not among the ``known``. Ratings are of no fact, so they are left out."""
        return Evidence(
            ordered=[each for each in self.ordered if f"line:{each.line_id}" not in known],
            waiting=[each for each in self.waiting if f"line:{each.line_id}" not in known],
            wishes=[each for each in self.wishes if f"wish:{each.wish_id}" not in known],
            queues=[each for each in self.queues if f"queue:{each.assignment_id}" not in known],
        )

    def as_json(self) -> dict[str, Any]:
        return {
            **{name: [_json(each) for each in getattr(self, name)] for name in _KINDS},
            "ratings": {"count": self.ratings.count, "total": self.ratings.total},
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Evidence":
        lists = {
            name: [kind(**_read(each)) for each in stored[name]] for name, kind in _KINDS.items()
        }
        return cls(**lists, ratings=Ratings(**stored["ratings"]))


_KINDS: Mapping[str, type[Any]] = {
    "ordered": Ordered,
    "waiting": Waiting,
    "wishes": Wished,
    "queues": Queued,
}
_DAYS = ("on", "since")


def _json(fact: Any) -> dict[str, Any]:
    return {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in vars(fact).items()
    }


def _read(stored: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: date.fromisoformat(value) if name in _DAYS else value
        for name, value in stored.items()
    }
