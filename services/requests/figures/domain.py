"""The figures of a campaign."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from services.requests.ratings.domain import LEAST_TO_RANK


@dataclass(frozen=True, kw_only=True)
class Ratings:
    """What townships said, or residents: how often each score from 1 to 5 was given."""

    scores: tuple[int, int, int, int, int] = (0, 0, 0, 0, 0)

    @property
    def count(self) -> int:
        return sum(self.scores)

    @property
    def mean(self) -> float | None:
        """The mean score; None where nothing was rated."""
        stars = sum(score * times for score, times in enumerate(self.scores, 1))
        return round(stars / self.count, 2) if self.count else None

    @property
    def is_enough(self) -> bool:
        """Whether there are enough of them to be compared with others'."""
        return self.count >= LEAST_TO_RANK

    @property
    def shown(self) -> "ShownRatings":
        """What is shown of residents' ratings: how many there are, and the rest once there are enough."""
        if not self.is_enough:
            return ShownRatings(count=self.count, mean=None, scores=None)
        return ShownRatings(count=self.count, mean=self.mean, scores=self.scores)

    @classmethod
    def together(cls, parts: Iterable["Ratings"]) -> "Ratings":
        one, two, three, four, five = 0, 0, 0, 0, 0
        for part in parts:
            one, two, three = one + part.scores[0], two + part.scores[1], three + part.scores[2]
            four, five = four + part.scores[3], five + part.scores[4]
        return cls(scores=(one, two, three, four, five))


@dataclass(frozen=True, kw_only=True)
class ShownRatings:
    """``mean`` and ``scores`` are None where too few residents rated to say."""

    count: int
    mean: float | None
    scores: tuple[int, int, int, int, int] | None


@dataclass(frozen=True, kw_only=True)
class Part:
    """What one item, or one township, had: booths and residents served, lines that wait, that are to come and that no
    plan has a place for, and ratings: the townships', and beside them the residents', never added up."""

    code: str
    services: int = 0
    residents: int = 0
    waiting: int = 0
    scheduled: int = 0
    unserved: int = 0
    ratings: Ratings = field(default_factory=Ratings)
    by_residents: Ratings = field(default_factory=Ratings)

    @property
    def resident_ratings(self) -> ShownRatings:
        return self.by_residents.shown


@dataclass(frozen=True, kw_only=True)
class Figures:
    """A campaign's figures. ``orders`` counts them by state, ``unserved_reasons`` the lines that no plan has a place
    for, by dispatch's code of why."""

    campaign_id: str
    orders: dict[str, int]
    total: Part
    unserved_reasons: dict[str, int]
    items: Sequence[Part]
    townships: Sequence[Part]
