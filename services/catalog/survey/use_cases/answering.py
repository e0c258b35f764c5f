"""A team answers."""

from collections.abc import Sequence

from services.catalog.editions.domain import Edition
from services.catalog.policy import POLICY
from services.catalog.survey.domain.reply import (
    SurveyLine,
    SurveyReply,
    asked_of,
    require_items,
    require_open,
)
from services.catalog.survey.queries.surveys import (
    Form,
    edition_items,
    form_of,
    whose,
)
from shared.contracts.catalog import (
    SurveyAnswered,
)
from shared.kernel.access import Grant
from shared.kernel.doubts import Doubts
from shared.unit_of_work import Transaction, UnitOfWork


async def answer_survey(
    uow: UnitOfWork, reply_id: str, lines: Sequence[SurveyLine], doubts: Doubts
) -> Form:
    """Replaces a team's answers by these.

    :raises NotFound: there is no such reply, or it is another team's. :raises Conflict: the survey is over.
    :raises InvalidInput: an item is not in the edition, or stands twice.
    """
    grant = uow.permit(POLICY, "answer_survey")
    async with uow.transaction() as tx:
        edition, reply = await _open_reply(tx, grant, reply_id)
        require_items(edition, lines)
        reply.answer(lines)
        doubts.settle()
        await tx.flush()
        return await form_of(tx.session, reply, edition, today=uow.today())


async def send_answers(uow: UnitOfWork, reply_id: str) -> Form:
    """Hands in a team's answers; it may change and send them again until the survey ends.

    :raises NotFound: there is no such reply, or it is another team's. :raises Conflict: the survey is over.
    :raises InvalidInput: a question is not answered; names all such items.
    """
    grant = uow.permit(POLICY, "answer_survey")
    async with uow.transaction() as tx:
        edition, reply = await _open_reply(tx, grant, reply_id)
        asked = asked_of(reply.team_code, await edition_items(tx.session, edition))
        reply.send(asked, today=uow.today())
        tx.record(
            reply,
            SurveyAnswered(
                edition_id=edition.code,
                title=edition.title,
                team_code=reply.team_code,
                is_late=reply.is_late(edition.survey_until, reply.lines),
            ),
        )
        return await form_of(tx.session, reply, edition, today=uow.today())


async def _open_reply(tx: Transaction, grant: Grant, reply_id: str) -> tuple[Edition, SurveyReply]:
    """Returns a reply that may still be changed, and its edition, which is locked first everywhere."""
    edition_code, team_code = await whose(tx.session, reply_id)
    grant.require(SurveyReply.kind, reply_id, teams=[team_code])
    edition = await tx.get(Edition, edition_code)
    reply = await tx.get(SurveyReply, reply_id)
    require_open(edition)
    return edition, reply
