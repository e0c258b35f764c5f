"""Reading surveys: a team's questions and answers, and what all answers come to."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import String, cast, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.catalog.directory.queries import active_among, active_team_codes
from services.catalog.editions.domain import Edition
from services.catalog.editions.queries import (
    dishes_before,
    editions_in_survey,
    require_edition,
    unpublished_editions,
)
from services.catalog.items.domain import ServiceItem
from services.catalog.items.queries import items_of
from services.catalog.policy import POLICY
from services.catalog.survey.domain.outcome import Outcome, SurveyDecision, TeamAnswer, outcome_of
from services.catalog.survey.domain.proposal import ItemProposal
from services.catalog.survey.domain.reply import SurveyLine, SurveyReply, asked_of
from services.catalog.survey.queries.proposals import proposals_of_edition, proposals_of_reply
from services.catalog.survey.tables import survey_decision, survey_reply
from shared.db.paging import page_of
from shared.kernel.errors import NotFound
from shared.tasks.task import MOST_OF_A_KIND, Task
from shared.unit_of_work import UnitOfWork

Facts = dict[str, str | int]
Group = tuple[str, int, list[Task]]


@dataclass(frozen=True, slots=True)
class Question:
    """One item that a team is asked about, what it says, and what the form offers it to say.

    ``usual`` is what the team said last time (``is_as_last_time``), else what the item says.
    """

    item: ServiceItem
    is_named: bool
    line: SurveyLine | None
    usual: SurveyLine
    is_as_last_time: bool


@dataclass(frozen=True, slots=True)
class Form:
    """A team's reply with its questions. ``others`` are the items of the menu that neither name it nor are answered."""

    reply: SurveyReply
    edition: Edition
    is_past: bool
    is_answered: bool
    is_late: bool
    questions: Sequence[Question]
    others: Sequence[ServiceItem]
    proposals: Sequence[ItemProposal]


@dataclass(frozen=True, slots=True)
class Asked:
    """A team in a survey: how many questions it has, and how many it has not answered yet."""

    reply: SurveyReply
    is_active: bool
    is_answered: bool
    is_late: bool
    asked: int
    unsaid: int


@dataclass(frozen=True, slots=True)
class Survey:
    """How the survey of an edition stands: who has answered, and what the answers come to for each item."""

    edition: Edition
    teams: Sequence[Asked]
    outcomes: Sequence[Outcome]
    proposals: Sequence[ItemProposal]


async def list_replies(
    uow: UnitOfWork,
    *,
    edition_code: str | None,
    team_code: str | None,
    after: str | None,
    limit: int,
) -> tuple[list[SurveyReply], str | None]:
    """Returns a page of replies, of an edition or a team: all of them for the corps, a leader's own for a leader."""
    grant = uow.permit(POLICY, "read_survey_replies")
    query = select(SurveyReply)
    if edition_code is not None:
        query = query.where(survey_reply.c.edition_code == edition_code)
    if team_code is not None:
        query = query.where(survey_reply.c.team_code == team_code)
    if not grant.everything:
        query = query.where(survey_reply.c.team_code.in_(grant.teams))
    async with uow.reading() as session:
        return await page_of(session, query, survey_reply.c.id, after=after, limit=limit)


async def get_form(uow: UnitOfWork, reply_id: str) -> Form:
    """Returns a team's questions and answers. :raises NotFound: there is no such reply, or it is another team's."""
    grant = uow.permit(POLICY, "read_survey_replies")
    async with uow.reading() as session:
        reply = await session.get(SurveyReply, reply_id)
        if reply is None:
            raise NotFound(SurveyReply.kind, reply_id)
        grant.require(SurveyReply.kind, reply_id, teams=[reply.team_code])
        edition = await require_edition(session, reply.edition_code)
        return await form_of(session, reply, edition, today=uow.today())


async def get_survey(uow: UnitOfWork, code: str) -> Survey:
    """Returns how the survey of an edition stands. :raises NotFound: there is no such edition."""
    uow.permit(POLICY, "read_survey")
    async with uow.reading() as session:
        return await survey_of(session, await require_edition(session, code))


async def form_of(
    session: AsyncSession, reply: SurveyReply, edition: Edition, *, today: date
) -> Form:
    items = await edition_items(session, edition)
    lines = {line.item_code: line for line in reply.lines}
    asked = asked_of(reply.team_code, items)
    last = await _last_lines(session, reply)
    return Form(
        reply=reply,
        edition=edition,
        is_past=edition.survey_until is not None and edition.survey_until < today,
        is_answered=reply.is_answered(asked),
        is_late=reply.is_late(edition.survey_until, reply.lines),
        questions=[
            Question(
                item=item,
                is_named=item.code in asked,
                line=lines.get(item.code),
                usual=last.get(item.code) or _as_now(item, today),
                is_as_last_time=item.code in last,
            )
            for item in items
            if item.code in asked or item.code in lines
        ],
        others=[item for item in items if item.code not in asked and item.code not in lines],
        proposals=await proposals_of_reply(session, reply.id),
    )


async def survey_of(session: AsyncSession, edition: Edition) -> Survey:
    items = await edition_items(session, edition)
    replies = await replies_of(session, edition.code)
    active = await active_among(session, [reply.team_code for reply in replies])
    return Survey(
        edition=edition,
        teams=[_as_asked(reply, edition, items, active) for reply in replies],
        outcomes=await outcomes_of(session, edition, items, replies, active),
        proposals=await proposals_of_edition(session, edition.code),
    )


async def outcomes_of(
    session: AsyncSession,
    edition: Edition,
    items: Sequence[ServiceItem],
    replies: Sequence[SurveyReply],
    active: Collection[str],
) -> list[Outcome]:
    """Returns what the answers come to for some items; those of teams that have left the corps count no more."""
    query = select(SurveyDecision).where(survey_decision.c.edition_code == edition.code)
    decisions = {each.item_code: each for each in await session.scalars(query)}
    before = await dishes_before(session, edition)
    current = [reply for reply in replies if reply.team_code in active]
    return [
        outcome_of(
            item,
            _answers_about(item, edition, current),
            before=before.get(item.code),
            decision=decisions.get(item.code),
        )
        for item in items
    ]


async def edition_items(session: AsyncSession, edition: Edition) -> list[ServiceItem]:
    """Returns the items of an edition as they are now, in the order of its draft."""
    by_code = {item.code: item for item in await items_of(session, edition.item_codes)}
    return [by_code[code] for code in edition.item_codes]


async def whose(session: AsyncSession, reply_id: str) -> tuple[str, str]:
    """Returns edition and team of a reply. :raises NotFound: there is no such reply."""
    columns = select(survey_reply.c.edition_code, survey_reply.c.team_code)
    found = (await session.execute(columns.where(survey_reply.c.id == reply_id))).one_or_none()
    if found is None:
        raise NotFound(SurveyReply.kind, reply_id)
    return found.edition_code, found.team_code


async def replies_of_team(session: AsyncSession, team_code: str) -> list[tuple[str, str]]:
    """Returns the ids of a team's replies, each with its edition."""
    query = select(survey_reply.c.id, survey_reply.c.edition_code)
    query = query.where(survey_reply.c.team_code == team_code).order_by(survey_reply.c.id)
    return [(row.id, row.edition_code) for row in await session.execute(query)]


async def decisions_naming(session: AsyncSession, team_code: str) -> list[str]:
    """Returns the ids of the decisions on outcomes that name a team."""
    named = cast(survey_decision.c.wanted, String).contains(f'"{team_code}"', autoescape=True)
    query = select(survey_decision.c.id).where(named).order_by(survey_decision.c.id)
    return list(await session.scalars(query))


async def replies_of(session: AsyncSession, edition_code: str) -> list[SurveyReply]:
    query = select(SurveyReply).where(survey_reply.c.edition_code == edition_code)
    return list(await session.scalars(query.order_by(survey_reply.c.team_code)))


async def teams_not_asked(session: AsyncSession, edition_code: str) -> list[str]:
    """Returns the teams in the corps that have no reply in a survey yet, in the order of their codes."""
    asked = select(survey_reply.c.team_code).where(survey_reply.c.edition_code == edition_code)
    known = set(await session.scalars(asked))
    return [code for code in await active_team_codes(session) if code not in known]


def _as_asked(
    reply: SurveyReply, edition: Edition, items: Sequence[ServiceItem], active: Collection[str]
) -> Asked:
    asked = asked_of(reply.team_code, items)
    return Asked(
        reply=reply,
        is_active=reply.team_code in active,
        is_answered=reply.is_answered(asked),
        is_late=reply.is_late(edition.survey_until, reply.lines),
        asked=len(asked),
        unsaid=len(reply.unsaid(asked)),
    )


def _answers_about(
    item: ServiceItem, edition: Edition, replies: Sequence[SurveyReply]
) -> list[TeamAnswer]:
    """What was sent about an item; and the teams that it names which have not answered."""
    answers = []
    for reply in replies:
        said = {line.item_code: line for line in reply.lines} if reply.sent_on else {}
        line = said.get(item.code)
        if line is None and reply.team_code not in item.teams:
            continue
        is_late = line is not None and reply.is_late(edition.survey_until, [line])
        answers.append(TeamAnswer(reply.team_code, line, is_late))
    return answers


async def _last_lines(session: AsyncSession, reply: SurveyReply) -> dict[str, SurveyLine]:
    """What the team said in the survey before, by item."""
    query = (
        select(SurveyReply)
        .where(
            survey_reply.c.team_code == reply.team_code,
            survey_reply.c.edition_code != reply.edition_code,
            survey_reply.c.sent_on.is_not(None),
        )
        .order_by(survey_reply.c.sent_on.desc(), survey_reply.c.id.desc())
        .limit(1)
    )
    last = await session.scalar(query)
    return {line.item_code: line for line in last.lines} if last is not None else {}


def _as_now(item: ServiceItem, today: date) -> SurveyLine:
    """What a team would say that offers the item as it is; a limit that several teams share is no team's own."""
    return SurveyLine(
        item_code=item.code,
        offers=True,
        times_a_week=item.weekly_capacity if len(item.teams) == 1 else None,
        volunteers=item.volunteers_needed,
        township_provides=list(item.township_provides),
        said_on=today,
    )


async def surveys_to_answer(session: AsyncSession, teams: Collection[str]) -> Group:
    """Returns the surveys that these teams have not answered, as tasks."""
    code, tasks = "survey_to_answer", []
    for edition in await editions_in_survey(session):
        items = await edition_items(session, edition)
        query = select(SurveyReply).where(
            survey_reply.c.edition_code == edition.code, survey_reply.c.team_code.in_(teams)
        )
        for reply in await session.scalars(query):
            asked = asked_of(reply.team_code, items)
            if not reply.is_answered(asked):
                facts: Facts = {"title": edition.title, "count": len(reply.unsaid(asked))}
                about = f"{SurveyReply.kind}:{reply.id}"
                tasks.append(Task(code, about, facts, due_on=edition.survey_until))
    return code, len(tasks), tasks[:MOST_OF_A_KIND]


async def surveys_to_take_over(session: AsyncSession) -> list[tuple[Edition, int]]:
    """Returns the unpublished editions whose survey has outcomes or proposals to decide on, and how many."""
    found = []
    for edition in await unpublished_editions(session):
        if edition.survey_until is None:
            continue
        survey = await survey_of(session, edition)
        waiting = sum(outcome.state in ("open", "nobody") for outcome in survey.outcomes)
        waiting += sum(proposal.state == "waiting" for proposal in survey.proposals)
        if waiting:
            found.append((edition, waiting))
    return found
