"""HTTP answers of a campaign's figures."""

from shared.http.inputs import Answer


class RatingsAnswer(Answer):
    """``scores`` is how often each score from 1 to 5 was given; ``is_enough``: enough of them to be compared."""

    count: int
    mean: float | None
    scores: tuple[int, int, int, int, int]
    is_enough: bool


class ResidentRatingsAnswer(Answer):
    """What residents said; ``mean`` and ``scores`` are null where too few of them did."""

    count: int
    mean: float | None
    scores: tuple[int, int, int, int, int] | None


class PartFiguresAnswer(Answer):
    """What one item or one township had, or all of them together."""

    code: str
    services: int
    residents: int
    waiting: int
    scheduled: int
    unserved: int
    ratings: RatingsAnswer
    resident_ratings: ResidentRatingsAnswer


class FiguresAnswer(Answer):
    """A campaign's figures: orders by state, lines without a place by dispatch's code of the reason."""

    campaign_id: str
    orders: dict[str, int]
    total: PartFiguresAnswer
    unserved_reasons: dict[str, int]
    items: list[PartFiguresAnswer]
    townships: list[PartFiguresAnswer]
