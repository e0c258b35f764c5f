"""What an Excel file says of each proposed recurring service."""

from collections.abc import Sequence

from services.requests.menu.queries import names_of_townships
from services.requests.regularisation.domain.proposal import Proposal
from shared.http.exports import Fields, Sheet
from shared.http.wording import Wording
from shared.unit_of_work import UnitOfWork


async def _figures_of(
    uow: UnitOfWork, proposals: Sequence[Proposal], wording: Wording
) -> list[Fields]:
    async with uow.reading() as session:
        townships = await names_of_townships(session, {each.township_code for each in proposals})
    found: list[Fields] = []
    for each in proposals:
        facts = each.facts
        found.append(
            {
                "township": wording.named(*townships.get(each.township_code, ("", ""))),
                "item": wording.named(each.item_name, each.item_name_en),
                "total": sum(each.points.values()),
                "times": len(facts.ordered),
                "waiting": len(facts.waiting),
                "wishes": len(facts.wishes),
                "queues": len(facts.queues),
                "longest": max((queue.longest for queue in facts.queues), default=None),
            }
        )
    return found


PROPOSALS = Sheet(
    "recurrence_proposals",
    {
        "township_code": 16,
        "township": 16,
        "item_code": 18,
        "item": 24,
        "team_code": 18,
        "cadence": 12,
        "residents": 12,
        "total": 10,
        "times": 12,
        "waiting": 12,
        "wishes": 10,
        "queues": 14,
        "longest": 14,
        "proposed_on": 14,
        "state": 12,
        "answered_on": 14,
        "starts_on": 14,
    },
    words={"state": "states.recurrence_proposal", "cadence": "cadences"},
    complete=_figures_of,
)
