"""Reading ratings, their averages, and what is followed up."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, NamedTuple

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.requests.orders.queries.booths import Booth, booths_at
from services.requests.policy import POLICY
from services.requests.ratings.domain import LEAST_TO_RANK, POOR, FollowUp, ResidentRating
from services.requests.ratings.tables import follow_up, resident_rating, stop_start, voucher_key
from shared.db.paging import page_of
from shared.db.reach import within
from shared.kernel.errors import NotFound
from shared.tasks.kinds import SharedKind, SharedKinds
from shared.tasks.queries import Choice
from shared.tasks.task import MOST_OF_A_KIND, Task
from shared.unit_of_work import UnitOfWork

By = Literal["team", "item"]
COMPARED_FOR = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class AverageRating:
    """How residents rated a team or an item in the last year. ``average`` is None where too few did to say."""

    code: str
    ratings: int
    average: float | None


async def list_ratings(
    uow: UnitOfWork,
    *,
    poor: bool,
    state: Literal["shown", "hidden"] | None,
    order_id: str | None,
    after: str | None,
    limit: int,
) -> tuple[list[ResidentRating], str | None]:
    """Returns a page of the ratings that the asker may read, the newest first. Hidden ones are the corps' to read."""
    grant = uow.permit(POLICY, "read_ratings")
    rating = resident_rating.c
    query = select(ResidentRating).where(
        within(grant, township=rating.township_code, team=rating.team_code)
    )
    if not grant.everything:
        query = query.where(rating.state == "shown")
    if state is not None:
        query = query.where(rating.state == state)
    if order_id is not None:
        query = query.where(rating.order_id == order_id)
    if poor:
        query = query.where(rating.score <= POOR)
    if after is not None:
        query = query.where(rating.id < after)
    async with uow.reading() as session:
        found = list(await session.scalars(query.order_by(rating.id.desc()).limit(limit + 1)))
    page = found[:limit]
    return page, page[-1].id if len(found) > limit else None


async def compare_ratings(uow: UnitOfWork, by: By) -> list[AverageRating]:
    """Returns teams or items as residents rated them: the best average first, then those with too few ratings."""
    uow.permit(POLICY, "compare_ratings")
    rating = resident_rating.c
    code = rating.team_code if by == "team" else rating.item_code
    query = (
        select(code, func.count(), func.avg(rating.score))
        .where(rating.state == "shown", rating.rated_on > uow.today() - COMPARED_FOR)
        .group_by(code)
    )
    async with uow.reading() as session:
        rows = (await session.execute(query)).all()
    averages = [
        AverageRating(row[0], row[1], round(float(row[2]), 2) if row[1] >= LEAST_TO_RANK else None)
        for row in rows
    ]
    return sorted(averages, key=lambda each: (-(each.average or 0), -each.ratings, each.code))


async def sum_scores(session: AsyncSession, since: date) -> dict[tuple[str, str], tuple[int, int]]:
    """Returns, by township and item, how many residents rated it since a day, and the sum of their scores."""
    rating = resident_rating.c
    query = (
        select(rating.township_code, rating.item_code, func.count(), func.sum(rating.score))
        .where(rating.state == "shown", rating.rated_on >= since)
        .group_by(rating.township_code, rating.item_code)
    )
    return {(row[0], row[1]): (row[2], int(row[3])) for row in await session.execute(query)}


class ResidentScores(NamedTuple):
    """How often residents gave a score to an item in a township."""

    township_code: str
    item_code: str
    score: int
    ratings: int


async def count_scores(
    session: AsyncSession, campaign_id: str, *within: ColumnElement[bool]
) -> Sequence[ResidentScores]:
    """What residents said in a campaign, without what is hidden. ``within`` are conditions on
    :data:`TOWNSHIP_RATED`."""
    rating = resident_rating.c
    by = (rating.township_code, rating.item_code, rating.score)
    query = (
        select(*by, func.count())
        .where(rating.campaign_id == campaign_id, rating.state == "shown", *within)
        .group_by(*by)
    )
    return [ResidentScores(*row) for row in await session.execute(query)]


TOWNSHIP_RATED = resident_rating.c.township_code


async def list_follow_ups(
    uow: UnitOfWork, *, state: Literal["open", "closed"] | None, after: str | None, limit: int
) -> tuple[list[FollowUp], str | None]:
    """Returns a page of what is followed up, of the asker's township or team; in the order of opening."""
    grant = uow.permit(POLICY, "read_follow_ups")
    query = select(FollowUp).where(
        within(grant, township=follow_up.c.township_code, team=follow_up.c.team_code)
    )
    if state is not None:
        query = query.where(follow_up.c.state == state)
    async with uow.reading() as session:
        return await page_of(session, query, follow_up.c.id, after=after, limit=limit)


async def get_follow_up(uow: UnitOfWork, follow_up_id: str) -> FollowUp:
    """:raises NotFound: there is none with this id, or it is another's."""
    grant = uow.permit(POLICY, "read_follow_ups")
    async with uow.reading() as session:
        found = await session.get(FollowUp, follow_up_id)
    if found is None:
        raise NotFound(FollowUp.kind, follow_up_id, states=FollowUp.STEPS)
    grant.require(
        FollowUp.kind,
        follow_up_id,
        township=found.township_code,
        teams=[found.team_code],
        states=FollowUp.STEPS,
    )
    return found


async def rateable_booths(uow: UnitOfWork, stop_id: str) -> list[Booth]:
    """Returns the booths of a stop for whose signs the asker may have codes; none where there is no such stop."""
    grant = uow.permit(POLICY, "show_rating_links")
    async with uow.reading() as session:
        booths = await booths_at(session, stop_id)
    return [each for each in booths if grant.everything or each.team_code in grant.teams]


async def started_on(session: AsyncSession, stop_id: str) -> date | None:
    query = select(stop_start.c.started_on).where(stop_start.c.stop_id == stop_id)
    day: date | None = await session.scalar(query)
    return day


async def rating_by(session: AsyncSession, device: str) -> ResidentRating | None:
    """Returns what a device, or a ticket, said of a booth; the first of several."""
    rating = resident_rating.c
    own = or_(rating.device == device, rating.also_of == device)
    query = select(ResidentRating).where(own).order_by(rating.id).limit(1)
    found: ResidentRating | None = await session.scalar(query)
    return found


async def voucher_key_of(session: AsyncSession, assignment_id: str) -> str | None:
    """Returns what the vouchers of a booth's tickets are verified with."""
    query = select(voucher_key.c.public_key).where(voucher_key.c.assignment_id == assignment_id)
    found: str | None = await session.scalar(query)
    return found


async def overdue_ids(session: AsyncSession, today: date) -> list[str]:
    """Returns what is open and was to be closed before ``today``, and of which that was not said."""
    query = select(follow_up.c.id).where(
        follow_up.c.state == "open", follow_up.c.due_on < today, ~follow_up.c.is_overdue
    )
    return list(await session.scalars(query))


async def _open(session: AsyncSession, _today: date, ids: Collection[str]) -> set[str]:
    query = select(follow_up.c.id).where(follow_up.c.id.in_(ids), follow_up.c.state == "open")
    return set(await session.scalars(query))


SHARED_KINDS: SharedKinds = {"rating_to_follow_up": SharedKind(FollowUp.kind, _open)}


async def ratings_to_follow_up(
    session: AsyncSession, choice: Choice
) -> tuple[str, int, list[Task]]:
    """Returns what is followed up and open, as tasks: the first to be due first."""
    code = "rating_to_follow_up"
    conditions: tuple[ColumnElement[bool], ...] = (
        follow_up.c.state == "open",
        choice.of(code)(follow_up.c.id),
    )
    query = (
        select(FollowUp)
        .where(*conditions)
        .order_by(follow_up.c.due_on, follow_up.c.id)
        .limit(MOST_OF_A_KIND)
    )
    found = list(await session.scalars(query))
    count = len(found)
    if count == MOST_OF_A_KIND:
        counting = select(func.count()).select_from(follow_up).where(*conditions)
        count = int(await session.scalar(counting) or 0)
    tasks = [
        Task(
            code,
            f"{FollowUp.kind}:{each.id}",
            {"item": each.item_name, "item_en": each.item_name_en, "score": each.score},
            due_on=each.due_on,
        )
        for each in found
    ]
    return code, count, tasks
