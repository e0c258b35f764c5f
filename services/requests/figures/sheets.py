"""What an Excel file says of a campaign in each township."""

from collections.abc import Sequence

from services.requests.figures.domain import Part
from services.requests.menu.queries import names_of_townships
from shared.http.exports import Fields, Sheet
from shared.http.wording import Wording
from shared.unit_of_work import UnitOfWork


async def _names_and_ratings_of(
    uow: UnitOfWork, parts: Sequence[Part], wording: Wording
) -> list[Fields]:
    async with uow.reading() as session:
        townships = await names_of_townships(session, {part.code for part in parts})
    return [
        {
            "township": wording.named(*townships.get(part.code, ("", ""))),
            "rated": part.ratings.count,
            "mean": part.ratings.mean,
            "residents_rated": part.resident_ratings.count,
            "residents_mean": part.resident_ratings.mean,
        }
        for part in parts
    ]


FIGURES = Sheet(
    "figures",
    {
        "code": 16,
        "township": 16,
        "services": 12,
        "residents": 12,
        "scheduled": 12,
        "waiting": 12,
        "unserved": 12,
        "rated": 10,
        "mean": 10,
        "residents_rated": 10,
        "residents_mean": 10,
    },
    complete=_names_and_ratings_of,
)
