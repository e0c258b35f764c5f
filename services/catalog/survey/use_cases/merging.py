"""What two teams answered that are one."""

from services.catalog.survey.domain.outcome import SurveyDecision
from services.catalog.survey.domain.proposal import ItemProposal, place_of
from services.catalog.survey.domain.reply import SurveyReply
from services.catalog.survey.queries.proposals import proposals_of_reply
from services.catalog.survey.queries.surveys import decisions_naming, replies_of_team
from shared.unit_of_work import Transaction


async def move_replies(tx: Transaction, code: str, into: str) -> None:
    """What a team answered in surveys, and proposed, is with the one that it was merged into. Where both were asked,
    their answers become one reply."""
    others = {edition: reply_id for reply_id, edition in await replies_of_team(tx.session, into)}
    for reply_id, edition_code in await replies_of_team(tx.session, code):
        former = await tx.get(SurveyReply, reply_id)
        kept_id = others.get(edition_code)
        if kept_id is None:
            kept = former
            kept.team_code = into
        else:
            kept = await tx.get(SurveyReply, kept_id)
            kept.take_in(former)
            await tx.flush()
        await _move_proposals(tx, former, kept)
        if kept is not former:
            await tx.flush()
            await tx.session.delete(former)
    for decision_id in await decisions_naming(tx.session, code):
        if (decision := await tx.find(SurveyDecision, decision_id)) is not None:
            decision.rename_team(code, into)


async def _move_proposals(tx: Transaction, former: SurveyReply, kept: SurveyReply) -> None:
    """Of two that propose the same and wait, both stay: the one that came from the former team holds no place."""
    taken = {each.place for each in await proposals_of_reply(tx.session, kept.id)}
    for found in await proposals_of_reply(tx.session, former.id):
        proposal = await tx.get(ItemProposal, found.id)
        place = place_of(kept, proposal.name) if proposal.place is not None else None
        if kept is not former and place in taken:
            place = None
        proposal.move(kept, place)
