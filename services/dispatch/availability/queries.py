"""Reads of who may serve, and of the days on which somebody can't."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Row, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.dispatch.availability.domain import Party, Unavailable
from services.dispatch.availability.tables import held, unavailable, volunteer
from services.dispatch.planning.problem.problem import PARTS, DayPart, HalfDay
from services.dispatch.policy import POLICY
from shared.db.paging import SortedBy, page_of
from shared.db.reach import within
from shared.kernel.access import Grant
from shared.kernel.errors import NotFound
from shared.unit_of_work import UnitOfWork

AT_ONCE = 1000
"""Numbers in one query: drivers take some thousands of parameters."""


@dataclass(frozen=True, slots=True)
class Volunteer:
    """A volunteer as the rules of the work see one. ``held`` says until when, by what is compared of a
    qualification's name; None is without end."""

    no: str
    team_code: str
    active: bool
    minor: bool
    novice: bool
    agreement_until: date | None
    held: dict[str, date | None]


async def list_unavailable(
    uow: UnitOfWork,
    *,
    team_code: str | None,
    volunteer_no: str | None,
    after: str | None,
    limit: int,
) -> tuple[list[Unavailable], str | None]:
    """The days that are not over on which a team, its volunteers, or one volunteer can't come: in the order of time."""
    grant = uow.permit(POLICY, "read_unavailable")
    numbers = select(volunteer.c.no).where(within(grant, team=volunteer.c.team_code))
    own = or_(
        and_(unavailable.c.party == "team", within(grant, team=unavailable.c.code)),
        and_(
            unavailable.c.party == "volunteer",
            or_(within(grant, person=unavailable.c.code), unavailable.c.code.in_(numbers)),
        ),
    )
    query = select(Unavailable).where(unavailable.c.last_on >= uow.today(), own)
    if team_code is not None:
        of_team = select(volunteer.c.no).where(volunteer.c.team_code == team_code)
        query = query.where(
            or_(
                and_(unavailable.c.party == "team", unavailable.c.code == team_code),
                and_(unavailable.c.party == "volunteer", unavailable.c.code.in_(of_team)),
            )
        )
    if volunteer_no is not None:
        query = query.where(unavailable.c.party == "volunteer", unavailable.c.code == volunteer_no)
    by = SortedBy(unavailable.c.first_on)
    async with uow.reading() as session:
        return await page_of(session, query, unavailable.c.id, after=after, limit=limit, by=by)


async def team_of(session: AsyncSession, no: str) -> str | None:
    """The team of a volunteer; None when the number is not known here."""
    return await session.scalar(select(volunteer.c.team_code).where(volunteer.c.no == no))


async def require_party(
    session: AsyncSession, grant: Grant, party: Party, code: str, key: str, kind: str
) -> None:
    """:raises NotFound: what concerns a team or volunteer is out of the actor's reach; names ``key``."""
    if party == "team":
        grant.require(kind, key, teams=[code])
        return
    team = await team_of(session, code)
    if team is None:
        raise NotFound(kind, key)
    grant.require(kind, key, teams=[team], person=code)


async def count_ahead(session: AsyncSession, party: Party, code: str, today: date) -> int:
    query = select(func.count()).where(
        unavailable.c.party == party, unavailable.c.code == code, unavailable.c.last_on >= today
    )
    return await session.scalar(query) or 0


async def same_days(
    session: AsyncSession, party: Party, code: str, first: date, last: date, part: str | None
) -> str | None:
    """The id of an entry that says the same already."""
    query = select(unavailable.c.id).where(
        unavailable.c.party == party,
        unavailable.c.code == code,
        unavailable.c.first_on == first,
        unavailable.c.last_on == last,
        unavailable.c.part.is_(None) if part is None else unavailable.c.part == part,
    )
    found: str | None = await session.scalar(query.limit(1))
    return found


async def days_off(
    session: AsyncSession, party: Party, codes: Collection[str] | None, first: date, last: date
) -> list[Row[tuple[str, date, date, str | None]]]:
    """Code, first and last day and half-day of what these parties can't do from ``first`` to ``last``; None stands
    for all of the kind."""
    query = select(
        unavailable.c.code, unavailable.c.first_on, unavailable.c.last_on, unavailable.c.part
    ).where(
        unavailable.c.party == party,
        unavailable.c.last_on >= first,
        unavailable.c.first_on <= last,
    )
    if codes is not None:
        query = query.where(unavailable.c.code.in_(codes))
    return list(await session.execute(query))


def covers(row: Row[tuple[str, date, date, str | None]], half_day: HalfDay) -> bool:
    """Whether days of :func:`days_off` hold a half-day."""
    on, part = half_day
    return row.first_on <= on <= row.last_on and row.part in (None, part)


def half_days(
    rows: Iterable[Row[tuple[str, date, date, str | None]]], days: Iterable[date]
) -> set[tuple[str, date, DayPart]]:
    """Code, day and half-day of what is in ``rows`` on these days."""
    days = list(days)
    return {
        (row.code, on, part)
        for row in rows
        for on in days
        for part in PARTS
        if covers(row, (on, part))
    }


async def teams_with_volunteers(
    session: AsyncSession, among: Collection[str] | None = None
) -> set[str]:
    """The teams that keep a list of volunteers; None stands for all of them."""
    query = select(volunteer.c.team_code).where(volunteer.c.active).distinct()
    if among is not None:
        query = query.where(volunteer.c.team_code.in_(among))
    return set(await session.scalars(query))


async def volunteers_of(session: AsyncSession, team_code: str) -> list[Volunteer]:
    """A team's volunteers who have not left, by number."""
    query = select(volunteer).where(volunteer.c.team_code == team_code, volunteer.c.active)
    rows = list(await session.execute(query.order_by(volunteer.c.no)))
    return await _with_held(session, rows)


async def volunteers_by_team(
    session: AsyncSession, teams: Collection[str]
) -> dict[str, list[Volunteer]]:
    """The volunteers of these teams who have not left; teams without a list are left out."""
    query = select(volunteer).where(volunteer.c.team_code.in_(teams), volunteer.c.active)
    found: dict[str, list[Volunteer]] = {}
    rows = list(await session.execute(query.order_by(volunteer.c.no)))
    for each in await _with_held(session, rows):
        found.setdefault(each.team_code, []).append(each)
    return found


async def volunteers_by_no(
    session: AsyncSession, numbers: Collection[str], *, lock: bool = False
) -> dict[str, Volunteer]:
    """These volunteers, whoever has left too; ``lock`` keeps them to this transaction."""
    query = select(volunteer).where(volunteer.c.no.in_(numbers)).order_by(volunteer.c.no)
    rows = list(await session.execute(query.with_for_update() if lock else query))
    return {each.no: each for each in await _with_held(session, rows)}


async def _with_held(session: AsyncSession, rows: list[Row[tuple[object, ...]]]) -> list[Volunteer]:
    by_no: dict[str, dict[str, date | None]] = {row.no: {} for row in rows}
    numbers = list(by_no)
    for begin in range(0, len(numbers), AT_ONCE):
        some = numbers[begin : begin + AT_ONCE]
        for each in await session.execute(select(held).where(held.c.volunteer_no.in_(some))):
            by_no[each.volunteer_no][each.qualification] = each.expires_on
    return [
        Volunteer(
            row.no,
            row.team_code,
            row.active,
            row.minor,
            row.novice,
            row.agreement_until,
            by_no[row.no],
        )
        for row in rows
    ]
