"""Reads the evidence, and the proposals that were made of it."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.requests.menu.queries import names_of_townships
from services.requests.orders.queries.history import (
    LineOfItem,
    last_team_of_item,
    list_dated_lines,
    list_days,
    list_waiting_lines,
)
from services.requests.orders.queries.service import list_covered, list_in_hand
from services.requests.policy import POLICY
from services.requests.ratings.queries import sum_scores
from services.requests.recurrence.queries import ordered_regularly
from services.requests.regularisation.domain.evidence import (
    Evidence,
    Ordered,
    Queued,
    Ratings,
    Waiting,
    Wished,
)
from services.requests.regularisation.domain.proposal import Proposal, ProposalState
from services.requests.regularisation.domain.rule import (
    AHEAD,
    WINDOW,
    Suggestion,
    Thresholds,
    has_new_evidence,
    is_long,
    most_points,
    suggest,
)
from services.requests.regularisation.tables import booth_queue, recurrence_proposal
from services.requests.wishes.queries import list_of_menu
from shared.db.paging import Listed, SortedBy, counted_page_of, first_and_count
from shared.db.successors import current_code
from shared.kernel.access import Grant
from shared.kernel.clock import CHINA
from shared.kernel.errors import NotFound
from shared.tasks.task import MOST_OF_A_KIND, Task
from shared.unit_of_work import UnitOfWork

Pair = tuple[str, str]
"""A township and an item, by their codes."""

BEST_RATINGS = Ratings(count=1, total=5)
"""What is assumed of ratings until they are read."""
READ_FOR_EACH = 5
"""So many pairs are read for each one that a day may propose: ratings, or answers that were given, may speak against
some."""


@dataclass(frozen=True, kw_only=True)
class Found:
    """A recurring service that the evidence speaks for, and the team to be asked."""

    township_code: str
    item: tuple[str, str, str]
    team_code: str
    order_id: str
    evidence: Evidence
    suggestion: Suggestion


@dataclass(slots=True)
class _Sums:
    """What is known of a pair without reading its lines."""

    lines: int = 0
    waiting: int = 0

    def at_most(self, queues: Sequence[Queued], wishes: Sequence[Wished]) -> int:
        return most_points(
            lines=self.lines, queues=len(queues), wishes=len(wishes), waiting=self.waiting
        )


async def find_regular(session: AsyncSession, today: date, limits: Thresholds) -> list[Found]:
    """Returns what is to be proposed today, the strongest evidence first; in the order of codes where it is equal.

    The days of a pair are read only if the counts of its months, its queues and its wishes could suffice, and if it is
    not proposed or ordered regularly already. Its lines are read only if these days suffice, and of no more pairs than
    a day could do with.
    """
    since = today - WINDOW
    queues = await _queues(session, since, limits)
    wishes = await _wishes(session, since)
    settled, answered = await _known(session, since)
    settled |= await ordered_regularly(session)
    worth_reading = {
        pair
        for pair, counted in (await _sums(session, since)).items()
        if pair not in settled and counted.at_most(queues[pair], wishes[pair]) >= limits.from_points
    }
    if not worth_reading:
        return []
    waiting: dict[Pair, list[LineOfItem]] = defaultdict(list)
    items, townships = _codes(worth_reading)
    for line in await list_waiting_lines(session, items, townships, first=since):
        waiting[line.township_code, line.item_code].append(line)
    days = await _days(session, worth_reading, since, today)
    promising: list[tuple[int, Pair]] = []
    for pair in worth_reading:
        rough = suggest(
            _evidence(days[pair], waiting[pair], queues[pair], wishes[pair], BEST_RATINGS),
            today,
            limits,
        )
        if rough is not None:
            promising.append((-rough.total, pair))
    read = {pair for _, pair in sorted(promising)[: READ_FOR_EACH * limits.most_a_day]}
    scores = await sum_scores(session, since) if read else {}
    found: list[Found] = []
    for item_code in _codes(read)[0]:
        lines: dict[Pair, list[LineOfItem]] = defaultdict(list)
        own = [township for township, item in read if item == item_code]
        for line in await list_dated_lines(
            session, item_code, own, first=since, last=today + AHEAD
        ):
            lines[line.township_code, item_code].append(line)
        for pair in sorted(pair for pair in read if pair[1] == item_code):
            its = lines[pair]
            ratings = _ratings(its, scores.get(pair, (0, 0)))
            evidence = _evidence(
                _ordered(its),
                waiting[pair],
                queues[pair],
                wishes[pair],
                ratings,
            )
            known = answered.get(pair)
            if known is not None and not has_new_evidence(evidence, known, today, limits):
                continue
            suggestion = suggest(evidence, today, limits)
            if suggestion is None:
                continue
            team = _team_of(its) or await last_team_of_item(session, item_code)
            if team is not None:
                found.append(_found(pair, [*its, *waiting[pair]], team, evidence, suggestion))
    return sorted(
        found, key=lambda each: (-each.suggestion.total, each.township_code, each.item[0])
    )


async def evidence_of(
    session: AsyncSession, pair: Pair, today: date, limits: Thresholds
) -> Evidence:
    """All that is known of one item in one township."""
    since, (township, item_code) = today - WINDOW, pair
    waiting = await list_waiting_lines(session, [item_code], [township], first=since)
    lines = await list_dated_lines(session, item_code, [township], first=since, last=today + AHEAD)
    said = (await sum_scores(session, since)).get(pair, (0, 0))
    return _evidence(
        _ordered(lines),
        waiting,
        (await _queues(session, since, limits))[pair],
        (await _wishes(session, since))[pair],
        _ratings(lines, said),
    )


async def ids_to_weigh(session: AsyncSession) -> list[str]:
    """The proposals that wait, and rest on what was corrected."""
    proposal = recurrence_proposal.c
    query = select(proposal.id).where(proposal.state == "proposed", proposal.to_weigh)
    return list(await session.scalars(query.order_by(proposal.id)))


async def is_proposed(session: AsyncSession, township_code: str, item_code: str) -> bool:
    """Whether a proposal of this item in this township waits for its answer."""
    query = select(recurrence_proposal.c.id).where(
        recurrence_proposal.c.township_code == township_code,
        recurrence_proposal.c.item_code == item_code,
        recurrence_proposal.c.state == "proposed",
    )
    return await session.scalar(query.limit(1)) is not None


async def is_still_needed(
    session: AsyncSession, found: Found, today: date, limits: Thresholds
) -> bool:
    """Whether what was found is to be proposed still: it may have been proposed, answered or ordered regularly since
    the evidence was read, and its township or team may have become part of another, for which it is found next."""
    if (
        await current_code(session, "township", found.township_code) != found.township_code
        or await current_code(session, "team", found.team_code) != found.team_code
    ):
        return False
    pair = found.township_code, found.item[0]
    settled, answered = await _known(session, today - WINDOW, pair)
    if pair in settled or pair in await ordered_regularly(session):
        return False
    known = answered.get(pair)
    return known is None or has_new_evidence(found.evidence, known, today, limits)


async def count_proposed_on(session: AsyncSession, day: date) -> int:
    query = select(func.count()).where(
        recurrence_proposal.c.state == "proposed", recurrence_proposal.c.proposed_on == day
    )
    return int(await session.scalar(query) or 0)


async def lapsed_ids(session: AsyncSession, day: date) -> list[str]:
    """Returns the ids of proposals that have no answer and were made before ``day``, are of what the township orders
    regularly by now, or of what an earlier one proposes: that of a township that has become part of this one."""
    proposal = recurrence_proposal.c
    query = select(proposal.id, proposal.township_code, proposal.item_code, proposal.proposed_on)
    settled = set(await ordered_regularly(session))
    found = []
    for row in await session.execute(
        query.where(proposal.state == "proposed").order_by(proposal.id)
    ):
        pair = row.township_code, row.item_code
        if row.proposed_on < day or pair in settled:
            found.append(row.id)
        else:
            settled.add(pair)
    return found


async def ids_to_remind(session: AsyncSession, first: date, last: date) -> list[str]:
    """Returns the ids of proposals that were made on these days, have no answer, and were not reminded of."""
    proposal = recurrence_proposal.c
    query = select(proposal.id).where(
        proposal.state == "proposed",
        proposal.reminded_on.is_(None),
        proposal.proposed_on >= first,
        proposal.proposed_on <= last,
    )
    return list(await session.scalars(query.order_by(proposal.id)))


async def list_proposals(
    uow: UnitOfWork,
    *,
    state: ProposalState | None,
    township_code: str | None,
    team_code: str | None,
    item_code: str | None,
    after: str | None,
    limit: int,
) -> Listed[Proposal]:
    """Returns a page of the proposals that the asker may read, the newest first: a team's own, and for a township what
    was confirmed."""
    grant = uow.permit(POLICY, "read_recurrence_proposals")
    query = select(Proposal).where(_readable(grant))
    asked = {
        "state": state,
        "township_code": township_code,
        "team_code": team_code,
        "item_code": item_code,
    }
    for name, value in asked.items():
        if value is not None:
            query = query.where(recurrence_proposal.c[name] == value)
    async with uow.reading() as session:
        return await counted_page_of(
            session,
            query,
            recurrence_proposal.c.id,
            after=after,
            limit=limit,
            by=SortedBy(recurrence_proposal.c.proposed_on, descending=True),
        )


async def get_proposal(uow: UnitOfWork, proposal_id: str) -> Proposal:
    """:raises NotFound: there is none with this id, or it is not the asker's to read."""
    grant = uow.permit(POLICY, "read_recurrence_proposals")
    async with uow.reading() as session:
        query = select(Proposal).where(recurrence_proposal.c.id == proposal_id, _readable(grant))
        found: Proposal | None = await session.scalar(query)
    if found is None:
        raise NotFound(Proposal.kind, proposal_id, states=Proposal.STEPS)
    return found


async def count_proposals(uow: UnitOfWork) -> dict[str, int]:
    """Returns how many of those that the asker may read are in each state that any is in."""
    grant = uow.permit(POLICY, "read_recurrence_proposals")
    query = (
        select(recurrence_proposal.c.state, func.count())
        .where(_readable(grant))
        .group_by(recurrence_proposal.c.state)
    )
    async with uow.reading() as session:
        return {row[0]: row[1] for row in await session.execute(query)}


async def proposals_to_answer(
    session: AsyncSession, teams: Collection[str]
) -> tuple[str, int, list[Task]]:
    """Returns the proposals that wait for these teams' answer, as tasks: the first to be due first."""
    code = "recurrence_to_answer"
    query = (
        select(
            recurrence_proposal.c.id,
            recurrence_proposal.c.township_code,
            recurrence_proposal.c.item_name,
            recurrence_proposal.c.item_name_en,
            recurrence_proposal.c.due_on,
        )
        .where(
            recurrence_proposal.c.state == "proposed", recurrence_proposal.c.team_code.in_(teams)
        )
        .order_by(recurrence_proposal.c.due_on, recurrence_proposal.c.id)
    )
    rows, count = await first_and_count(session, query, limit=MOST_OF_A_KIND)
    names = await names_of_townships(session, {row.township_code for row in rows})
    tasks = []
    for row in rows:
        name, name_en = names.get(row.township_code, (row.township_code, ""))
        facts = {
            "township": name,
            "township_en": name_en,
            "item": row.item_name,
            "item_en": row.item_name_en,
        }
        tasks.append(Task(code, f"{Proposal.kind}:{row.id}", facts, due_on=row.due_on))
    return code, count, tasks


def _readable(grant: Grant) -> ColumnElement[bool]:
    """A township reads what became regular, not what its teams were asked."""
    proposal = recurrence_proposal.c
    if grant.everything:
        return proposal.id.is_not(None)
    return or_(
        proposal.team_code.in_(grant.teams),
        and_(proposal.township_code.in_(grant.townships), proposal.state == "confirmed"),
    )


async def _queues(
    session: AsyncSession, since: date, limits: Thresholds
) -> defaultdict[Pair, list[Queued]]:
    """The queues that were too long."""
    long = or_(
        booth_queue.c.longest >= limits.long_queue,
        booth_queue.c.mean_wait_minutes >= limits.long_wait_minutes,
        booth_queue.c.arrived > booth_queue.c.served,
    )
    query = select(booth_queue).where(booth_queue.c.on >= since, long)
    found: defaultdict[Pair, list[Queued]] = defaultdict(list)
    for row in await session.execute(query.order_by(booth_queue.c.on, booth_queue.c.assignment_id)):
        queue = Queued(
            assignment_id=row.assignment_id,
            stop_id=row.stop_id,
            on=row.on,
            arrived=row.arrived,
            served=row.served,
            longest=row.longest,
            mean_wait_minutes=row.mean_wait_minutes,
        )
        if is_long(queue, limits):
            found[row.township_code, row.item_code].append(queue)
    return found


async def _wishes(session: AsyncSession, since: date) -> defaultdict[Pair, list[Wished]]:
    found: defaultdict[Pair, list[Wished]] = defaultdict(list)
    for each in await list_of_menu(session, datetime.combine(since, time(), CHINA)):
        wished = Wished(
            wish_id=each.wish_id,
            number=each.number,
            residents=each.residents,
            on=each.said_at.astimezone(CHINA).date(),
        )
        found[each.township_code, each.item_code].append(wished)
    return found


async def _sums(session: AsyncSession, since: date) -> dict[Pair, _Sums]:
    """How many lines each pair has, by the counts of its months and by what is open. A month that began before
    ``since`` counts as a whole: more are read then, and the rule decides by their days."""
    sums: defaultdict[Pair, _Sums] = defaultdict(_Sums)
    for served in await list_covered(session, since.replace(day=1)):
        if served.services:
            sums[served.township_code, served.item_code].lines += served.services
    for open_lines in await list_in_hand(session):
        counted = sums[open_lines.township_code, open_lines.item_code]
        counted.lines += open_lines.waiting + open_lines.scheduled
        counted.waiting += open_lines.waiting
    return dict(sorted(sums.items()))


async def _known(
    session: AsyncSession, since: date, pair: Pair | None = None
) -> tuple[set[Pair], dict[Pair, set[str]]]:
    """The pairs that need no proposal, for one waits; and of each other the facts that earlier proposals held. Those
    that were made before ``since`` hold facts of before it only. With ``pair``, of that one alone."""
    query = select(Proposal).where(recurrence_proposal.c.proposed_on >= since)
    if pair is not None:
        query = query.where(
            recurrence_proposal.c.township_code == pair[0],
            recurrence_proposal.c.item_code == pair[1],
        )
    settled: set[Pair] = set()
    answered: dict[Pair, set[str]] = {}
    for each in await session.scalars(query):
        pair = (each.township_code, each.item_code)
        if each.state == "proposed":
            settled.add(pair)
        else:
            answered[pair] = answered.get(pair, set()) | each.facts.keys()
    return settled, answered


async def _days(
    session: AsyncSession, pairs: Collection[Pair], since: date, today: date
) -> defaultdict[Pair, list[Ordered]]:
    """The days of each pair, without the lines that they come from."""
    items, townships = _codes(pairs)
    found: defaultdict[Pair, list[Ordered]] = defaultdict(list)
    for row in await list_days(session, items, townships, first=since, last=today + AHEAD):
        day = Ordered(
            line_id=row.on.isoformat(),
            order_id="",
            on=row.on,
            residents=row.residents,
            state="served",
        )
        found[row.township_code, row.item_code].append(day)
    return found


def _codes(pairs: Iterable[Pair]) -> tuple[list[str], list[str]]:
    """The items and the townships of some pairs, in the order of their codes."""
    found = list(pairs)
    return sorted({item for _, item in found}), sorted({township for township, _ in found})


def _ordered(lines: Iterable[LineOfItem]) -> list[Ordered]:
    return [
        Ordered(
            line_id=line.line_id,
            order_id=line.order_id,
            on=line.on,
            residents=line.expected_attendance if line.served is None else line.served,
            state="served" if line.state == "served" else "scheduled",
            stop_id=line.stop_id,
        )
        for line in lines
        if line.on is not None
    ]


def _ratings(lines: Iterable[LineOfItem], residents_said: tuple[int, int]) -> Ratings:
    scores = [line.score for line in lines if line.score is not None]
    count, total = residents_said
    return Ratings(count=count + len(scores), total=total + sum(scores))


def _evidence(
    ordered: Iterable[Ordered],
    waiting: Iterable[LineOfItem],
    queues: Sequence[Queued],
    wishes: Sequence[Wished],
    ratings: Ratings,
) -> Evidence:
    waits = [
        Waiting(
            line_id=line.line_id,
            order_id=line.order_id,
            since=line.since,
            residents=line.expected_attendance,
        )
        for line in waiting
        if line.since is not None
    ]
    return Evidence(
        ordered=sorted(ordered, key=lambda each: (each.on, each.line_id)),
        waiting=sorted(waits, key=lambda each: (each.since, each.line_id)),
        wishes=wishes,
        queues=queues,
        ratings=ratings,
    )


def _team_of(lines: Iterable[LineOfItem]) -> str | None:
    """The team that served it most often; of several the one that came last, and then the first by its code."""
    times: Counter[str] = Counter()
    last: dict[str, date] = {}
    for line in lines:
        if line.team_code is not None and line.on is not None:
            times[line.team_code] += 1
            last[line.team_code] = max(last.get(line.team_code, line.on), line.on)
    most = sorted(times, key=lambda code: (-times[code], -last[code].toordinal(), code))
    return most[0] if most else None


def _found(
    pair: Pair, lines: Sequence[LineOfItem], team: str, evidence: Evidence, suggestion: Suggestion
) -> Found:
    latest = max(lines, key=lambda line: (line.on or line.since or date.min, line.line_id))
    return Found(
        township_code=pair[0],
        item=(pair[1], latest.name, latest.name_en),
        team_code=team,
        order_id=latest.order_id,
        evidence=evidence,
        suggestion=suggestion,
    )
