"""Objections to what the public is shown, and their answers."""

from services.catalog.honours.domain import CameBy, Honour, Objection
from services.catalog.policy import POLICY
from shared.contracts.catalog import ObjectionAnswered
from shared.kernel.access import Role
from shared.kernel.doubts import Doubts
from shared.kernel.errors import InvalidInput
from shared.kernel.ids import new_id
from shared.unit_of_work import UnitOfWork


async def object_to(
    uow: UnitOfWork,
    honour_id: str,
    *,
    text: str,
    came_by: CameBy | None,
    doubts: Doubts,
) -> Objection:
    """A township or a team objects, or the corps enters what a resident said to it.

    :raises NotFound: there is no such honour. :raises IllegalTransition: the public is not shown it.
    :raises Conflict: the days for objections are over. :raises InvalidInput: the corps does not say how it heard it.
    """
    uow.permit(POLICY, "object_to_honour")
    is_corps = Role.COORDINATOR in uow.actor.roles
    if is_corps and came_by is None:
        raise InvalidInput("came_by_missing", field="came_by")
    async with uow.transaction() as tx:
        found = await tx.get(Honour, honour_id)
        found.require_open(tx.today)
        doubts.settle()
        made = Objection(
            id=new_id(),
            honour_id=honour_id,
            township_code=None if is_corps else uow.actor.township_code,
            team_code=None if is_corps else uow.actor.team_code,
            came_by=came_by if is_corps else None,
            text=text,
            made_at=tx.business_now,
        )
        tx.add(made)
        return made


async def answer_objection(
    uow: UnitOfWork, objection_id: str, *, text: str, upheld: bool, doubts: Doubts
) -> Objection:
    """The corps answers an objection, and says whether it is right; whoever objected is told.

    :raises NotFound: there is none. :raises IllegalTransition: it was answered.
    """
    uow.permit(POLICY, "decide_honours")
    async with uow.transaction() as tx:
        found = await tx.get(Objection, objection_id)
        found.give_answer(text, tx.business_now, upheld=upheld)
        doubts.settle()
        event = ObjectionAnswered(
            honour_id=found.honour_id,
            objection_id=found.id,
            upheld=upheld,
            township_code=found.township_code,
            team_code=found.team_code,
        )
        tx.record(found, event)
        return found
