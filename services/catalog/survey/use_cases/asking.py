"""The corps asks the teams, gives them more time, and ends it; who has not answered is told."""

from collections.abc import Sequence
from datetime import date

from services.catalog.directory.queries import active_among
from services.catalog.editions.domain import Edition
from services.catalog.editions.queries import editions_in_survey
from services.catalog.policy import POLICY
from services.catalog.survey.domain.reply import (
    REMINDED_BEFORE,
    SurveyReply,
    asked_of,
    require_open,
)
from services.catalog.survey.queries.surveys import (
    edition_items,
    replies_of,
    teams_not_asked,
)
from shared.contracts.catalog import (
    SurveyOpened,
    SurveyOverdue,
    SurveyProlonged,
    SurveyReminded,
)
from shared.kernel.ids import new_id
from shared.unit_of_work import Transaction, UnitOfWork


async def open_survey(uow: UnitOfWork, code: str, *, until: date) -> Edition:
    """Asks every team in the corps what it can do, until a day; answers of an earlier round are still there.

    :raises NotFound: there is no such edition. :raises IllegalTransition: it is no draft.
    :raises InvalidInput: the day is past.
    """
    uow.permit(POLICY, "open_survey")
    async with uow.transaction() as tx:
        await tx.lock_service()
        edition = await tx.get(Edition, code)
        edition.open_survey(until, today=uow.today())
        await _ask_missing_teams(tx, edition, today=uow.today())
        asked = [reply.team_code for reply in await _unanswered(tx, edition)]
        tx.record(edition, _as_event(SurveyOpened, edition, asked))
        return edition


async def prolong_survey(uow: UnitOfWork, code: str, *, until: date) -> Edition:
    """Gives the teams until another day; those that have not answered are told.

    :raises IllegalTransition: the teams are not being asked. :raises InvalidInput: the day is past.
    """
    uow.permit(POLICY, "open_survey")
    async with uow.transaction() as tx:
        await tx.lock_service()
        edition = await tx.get(Edition, code)
        edition.prolong_survey(until, today=uow.today())
        waiting = [reply.team_code for reply in await _unanswered(tx, edition)]
        tx.record(edition, _as_event(SurveyProlonged, edition, waiting))
        return edition


async def end_survey(uow: UnitOfWork, code: str) -> Edition:
    """Takes no more answers; those that were given stay, and may be taken over.

    :raises Conflict: the teams are not being asked.
    """
    uow.permit(POLICY, "open_survey")
    async with uow.transaction() as tx:
        edition = await tx.get(Edition, code)
        require_open(edition)  # from a consultation it goes back to the draft as well
        edition.return_to_draft()
        return edition


async def see_to_surveys(uow: UnitOfWork) -> None:
    """Asks the teams that have joined the corps meanwhile, and tells those that have not answered, once for each day.

    It may run any number of times on a day.
    """
    async with uow.transaction() as tx:
        await tx.lock_service()
        for found in await editions_in_survey(tx.session):
            edition = await tx.get(Edition, found.code)
            today = uow.today()
            if new := await _ask_missing_teams(tx, edition, today=today):
                tx.record(edition, _as_event(SurveyOpened, edition, new))
            for reply in await _unanswered(tx, edition):
                _tell(tx, edition, reply, today=today)


def _tell(tx: Transaction, edition: Edition, reply: SurveyReply, *, today: date) -> None:
    until = edition.survey_until
    if until is None or (due := reply.due_notice(until, today=today)) is None:
        return
    facts = {"edition_id": edition.code, "title": edition.title, "team_code": reply.team_code}
    if due == "overdue":
        reply.overdue_for = until
        tx.record(reply, SurveyOverdue(until_on=until, **facts))
    else:
        reply.reminded_for = until
        tx.record(reply, SurveyReminded(until_on=until, **facts))


async def _ask_missing_teams(tx: Transaction, edition: Edition, *, today: date) -> list[str]:
    """Adds a reply for each team that has none. One that is asked so late needs no reminder of it."""
    until = edition.survey_until
    is_soon = until is not None and today >= until - REMINDED_BEFORE
    missing = await teams_not_asked(tx.session, edition.code)
    for team_code in missing:
        tx.add(
            SurveyReply(
                id=new_id(),
                edition_code=edition.code,
                team_code=team_code,
                reminded_for=until if is_soon else None,
            )
        )
    await tx.flush()
    return missing


async def _unanswered(tx: Transaction, edition: Edition) -> list[SurveyReply]:
    """Returns the replies of teams in the corps that have not answered all that is asked, locked."""
    items = await edition_items(tx.session, edition)
    replies = await replies_of(tx.session, edition.code)
    active = await active_among(tx.session, [reply.team_code for reply in replies])
    waiting = [
        reply.id
        for reply in replies
        if reply.team_code in active and not reply.is_answered(asked_of(reply.team_code, items))
    ]
    found = await tx.find_all(SurveyReply, waiting)
    return sorted(found.values(), key=lambda reply: reply.team_code)


def _as_event(
    kind: type[SurveyOpened] | type[SurveyProlonged], edition: Edition, teams: Sequence[str]
) -> SurveyOpened | SurveyProlonged:
    if edition.survey_until is None:
        raise RuntimeError("a survey has a last day")
    return kind(
        edition_id=edition.code,
        title=edition.title,
        until_on=edition.survey_until,
        team_codes=tuple(teams),
    )
