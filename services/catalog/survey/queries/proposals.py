"""Reading what teams propose."""

from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.catalog.policy import POLICY
from services.catalog.survey.domain.proposal import ItemProposal
from services.catalog.survey.tables import item_proposal
from shared.kernel.access import Grant
from shared.kernel.errors import NotFound
from shared.unit_of_work import UnitOfWork

SHOWN = ("waiting", "taken", "declined")
"""Nobody looks at what was withdrawn."""


async def get_proposal(uow: UnitOfWork, proposal_id: str) -> ItemProposal:
    """:raises NotFound: there is none with this id, or it is another team's."""
    grant = uow.permit(POLICY, "read_survey_replies")
    async with uow.reading() as session:
        return await require_proposal(session, grant, proposal_id)


async def require_proposal(session: AsyncSession, grant: Grant, proposal_id: str) -> ItemProposal:
    """Returns a proposal without locking it. :raises NotFound: as for :func:`get_proposal`."""
    found = await session.get(ItemProposal, proposal_id)
    if found is None:
        raise NotFound(ItemProposal.kind, proposal_id, states=ItemProposal.STEPS)
    grant.require(
        ItemProposal.kind, proposal_id, teams=[found.team_code], states=ItemProposal.STEPS
    )
    return found


async def is_taken(session: AsyncSession, place: str) -> bool:
    """Whether a proposal of this team and name waits already."""
    query = select(item_proposal.c.id).where(item_proposal.c.place == place)
    return await session.scalar(query) is not None


async def proposals_of_reply(session: AsyncSession, reply_id: str) -> list[ItemProposal]:
    """Returns what a team proposes in a survey, the first that came first."""
    return await _found(session, item_proposal.c.reply_id == reply_id)


async def proposals_of_edition(session: AsyncSession, edition_code: str) -> list[ItemProposal]:
    """Returns what all teams propose in the survey of an edition, the first that came first."""
    return await _found(session, item_proposal.c.edition_code == edition_code)


async def edition_of_proposal(session: AsyncSession, proposal_id: str) -> str:
    """Returns the code of the edition that a proposal is for. :raises NotFound: there is no such proposal."""
    query = select(item_proposal.c.edition_code).where(item_proposal.c.id == proposal_id)
    code = await session.scalar(query)
    if code is None:
        raise NotFound(ItemProposal.kind, proposal_id, states=ItemProposal.STEPS)
    return str(code)


async def _found(session: AsyncSession, which: ColumnElement[bool]) -> list[ItemProposal]:
    # Ids are in the order of their making.
    query = select(ItemProposal).where(which, item_proposal.c.state.in_(SHOWN))
    return list(await session.scalars(query.order_by(item_proposal.c.id)))
