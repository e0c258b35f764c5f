"""Reads the figures of a campaign."""

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence

from services.requests.figures.domain import Figures, Part, Ratings
from services.requests.menu.domain import Campaign
from services.requests.orders.queries.orders import Filters, count_in_states
from services.requests.orders.queries.service import (
    TOWNSHIP_ORDERED,
    TOWNSHIP_SERVED,
    Served,
    Waiting,
    list_served,
    list_waiting,
)
from services.requests.policy import POLICY
from services.requests.ratings.queries import TOWNSHIP_RATED, ResidentScores, count_scores
from shared.db.paging import Listed
from shared.db.reach import within
from shared.kernel.access import Grant
from shared.kernel.errors import NotFound
from shared.unit_of_work import UnitOfWork

PUBLISHED = ("accepted", "scheduled", "served", "rated", "closed", "cancelled")
"""The states of orders that open data counts: what was drafted, given back or is being looked at is nobody's business
yet."""


async def read_figures(uow: UnitOfWork, campaign_id: str) -> Figures:
    """Of the townships that whoever asks may see. :raises NotFound: no such campaign is known here."""
    return await _figures(uow, campaign_id, uow.permit(POLICY, "read_figures"))


async def read_open_figures(uow: UnitOfWork, campaign_id: str) -> Figures:
    """What anybody may know of a campaign. :raises NotFound: no such campaign is known here."""
    found = await _figures(uow, campaign_id, uow.permit(POLICY, "read_open_figures"))
    orders = {state: count for state, count in found.orders.items() if state in PUBLISHED}
    return Figures(**{**vars(found), "orders": orders})


async def list_township_figures(
    uow: UnitOfWork, campaign_id: str, *, after: str | None = None, limit: int = 500
) -> Listed[Part]:
    """A campaign's figures by township. :raises NotFound: no such campaign is known here."""
    parts = (await read_figures(uow, campaign_id)).townships
    left = [part for part in parts if after is None or part.code > after]
    page = left[:limit]
    return Listed(page, page[-1].code if len(left) > limit else None, len(parts))


async def _figures(uow: UnitOfWork, campaign_id: str, grant: Grant) -> Figures:
    async with uow.reading() as session:
        if await session.get(Campaign, campaign_id) is None:
            raise NotFound("campaign", campaign_id)
        filters = Filters(campaign_id=campaign_id)
        orders = await count_in_states(session, grant, filters)
        own_served = within(grant, township=TOWNSHIP_SERVED)
        own_ordered = within(grant, township=TOWNSHIP_ORDERED)
        served = await list_served(session, own_served, campaign_id=campaign_id)
        waiting = await list_waiting(session, own_ordered, campaign_id=campaign_id)
        rated = await count_scores(session, campaign_id, within(grant, township=TOWNSHIP_RATED))
    reasons: Counter[str] = Counter()
    for each in waiting:
        if each.state == "unserved":
            reasons[each.reason_code or "other"] += each.lines
    total = _parts(served, waiting, rated, lambda _: "")
    return Figures(
        campaign_id=campaign_id,
        orders=orders,
        total=total[0] if total else Part(code=""),
        unserved_reasons=dict(sorted(reasons.items(), key=lambda each: (-each[1], each[0]))),
        items=_parts(served, waiting, rated, lambda row: row.item_code),
        townships=_parts(served, waiting, rated, lambda row: row.township_code),
    )


def _parts(
    served: Sequence[Served],
    waiting: Sequence[Waiting],
    rated: Sequence[ResidentScores],
    code_of: Callable[[Served | Waiting | ResidentScores], str],
) -> list[Part]:
    """All of it, summed up by what ``code_of`` gives, in its order."""
    got: dict[str, list[Served]] = defaultdict(list)
    for row in served:
        got[code_of(row)].append(row)
    lines: dict[str, Counter[str]] = defaultdict(Counter)
    for open_lines in waiting:
        lines[code_of(open_lines)][open_lines.state] += open_lines.lines
    residents: dict[str, Counter[int]] = defaultdict(Counter)
    for each in rated:
        residents[code_of(each)][each.score] += each.ratings
    return [
        Part(
            code=code,
            services=sum(row.services for row in got[code]),
            residents=sum(row.residents for row in got[code]),
            ratings=Ratings.together(Ratings(scores=row.scores) for row in got[code]),
            by_residents=_scores(residents[code]),
            **{state: lines[code][state] for state in ("waiting", "scheduled", "unserved")},
        )
        for code in sorted({*got, *lines, *residents})
    ]


def _scores(times: Counter[int]) -> Ratings:
    return Ratings(scores=(times[1], times[2], times[3], times[4], times[5]))
