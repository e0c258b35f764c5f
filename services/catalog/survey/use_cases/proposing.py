"""A team proposes a new item in its own words; the corps takes it over into the draft, or declines it with a reason."""

from services.catalog.editions.domain import Edition
from services.catalog.items.domain import ServiceItem
from services.catalog.items.use_cases import enter_item
from services.catalog.policy import POLICY
from services.catalog.survey.domain.outcome import require_unpublished
from services.catalog.survey.domain.proposal import DeclineReason, ItemProposal, Proposed, place_of
from services.catalog.survey.domain.reply import SurveyReply, require_open
from services.catalog.survey.queries.proposals import (
    edition_of_proposal,
    is_taken,
    require_proposal,
)
from services.catalog.survey.queries.surveys import whose
from shared.contracts.catalog import ItemProposalDeclined, ItemProposalTaken
from shared.kernel.doubts import Confirmations, Doubts
from shared.kernel.errors import Conflict
from shared.kernel.ids import new_id
from shared.kernel.precondition import ExistsAlready
from shared.unit_of_work import Transaction, UnitOfWork


async def propose_item(
    uow: UnitOfWork, reply_id: str, said: Proposed, confirmed: Confirmations = ()
) -> ItemProposal:
    """Takes what a team would do that no item says, with its reply in a survey.

    :raises NotFound: there is no such reply, or it is another team's.
    :raises Conflict: the survey is over, or a proposal of this name waits already.
    """
    grant = uow.permit(POLICY, "answer_survey")
    async with uow.transaction() as tx:
        edition_code, team_code = await whose(tx.session, reply_id)
        grant.require(SurveyReply.kind, reply_id, teams=[team_code])
        edition = await tx.get(Edition, edition_code)  # locked, so that none comes in twice
        require_open(edition)
        reply = await tx.get(SurveyReply, reply_id)
        if await is_taken(tx.session, place_of(reply, said.name)):
            raise Conflict("proposed_already", field="name", name=said.name)
        Doubts(confirmed).settle()
        proposal = ItemProposal.made(new_id(), reply, said, today=uow.today())
        tx.add(proposal)
        return proposal


async def withdraw_proposal(uow: UnitOfWork, proposal_id: str) -> ItemProposal:
    """Takes a proposal back.

    :raises NotFound: it is another team's. :raises IllegalTransition: the corps has decided on it.
    """
    grant = uow.permit(POLICY, "answer_survey")
    async with uow.transaction() as tx:
        await require_proposal(tx.session, grant, proposal_id)
        proposal = await tx.get(ItemProposal, proposal_id)
        proposal.withdraw()
        return proposal


async def take_over_proposal(
    uow: UnitOfWork, proposal_id: str, item: ServiceItem, confirmed: Confirmations = ()
) -> ItemProposal:
    """Enters what was proposed as a new item, and puts it on the draft; the team has thereby answered for it.

    :raises IllegalTransition: it is decided on, or withdrawn. :raises Conflict: the edition is published.
    :raises ExistsAlready: another item has this code. :raises InvalidInput: as for an item.
    """
    uow.permit(POLICY, "take_over_survey")
    async with uow.transaction() as tx:
        edition, proposal = await _to_decide(tx, proposal_id)
        require_unpublished(edition)
        if await tx.find(ServiceItem, item.code) is not None:
            raise ExistsAlready()
        proposal.take_over(item.code, today=uow.today())
        Doubts(confirmed).settle()
        await enter_item(uow.nested(tx), item)
        edition.add_item(item.code)
        reply = await tx.get(SurveyReply, proposal.reply_id)
        reply.answer([*reply.lines, proposal.as_line()])
        tx.record(
            proposal,
            ItemProposalTaken(
                edition_id=edition.code,
                title=edition.title,
                team_code=proposal.team_code,
                item_code=item.code,
            ),
        )
        return proposal


async def decline_proposal(
    uow: UnitOfWork,
    proposal_id: str,
    reason_code: DeclineReason,
    reason: str | None,
    confirmed: Confirmations = (),
) -> ItemProposal:
    """Declines a proposal; the team reads why. Also after the edition is published.

    :raises IllegalTransition: it is decided on, or withdrawn.
    """
    uow.permit(POLICY, "take_over_survey")
    async with uow.transaction() as tx:
        edition, proposal = await _to_decide(tx, proposal_id)
        proposal.decline(reason_code, reason, today=uow.today())
        Doubts(confirmed).settle()
        tx.record(
            proposal,
            ItemProposalDeclined(
                edition_id=edition.code,
                title=edition.title,
                team_code=proposal.team_code,
                reason_code=reason_code,
            ),
        )
        return proposal


async def _to_decide(tx: Transaction, proposal_id: str) -> tuple[Edition, ItemProposal]:
    """Locks the edition first, as everywhere. :raises NotFound: there is no such proposal."""
    edition = await tx.get(Edition, await edition_of_proposal(tx.session, proposal_id))
    return edition, await tx.get(ItemProposal, proposal_id)
