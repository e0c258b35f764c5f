"""What waits for coordinators, townships and teams, put together from what each capability knows."""

from services.requests.orders.queries import tasks as orders
from services.requests.policy import POLICY
from services.requests.ratings.queries import SHARED_KINDS as RATING_KINDS
from services.requests.ratings.queries import ratings_to_follow_up
from services.requests.recurrence.queries import SHARED_KINDS as SERIES_KINDS
from services.requests.recurrence.queries import series_tasks
from services.requests.regularisation.queries import proposals_to_answer
from services.requests.wishes.queries import SHARED_KINDS as WISH_KINDS
from services.requests.wishes.queries import wishes_to_answer
from shared.kernel.access import Role
from shared.tasks.kinds import SharedKinds
from shared.tasks.queries import HeldBy, choice_of, with_holders
from shared.tasks.task import Tasks
from shared.unit_of_work import UnitOfWork

SHARED_KINDS: SharedKinds = {
    **orders.SHARED_KINDS,
    **SERIES_KINDS,
    **WISH_KINDS,
    **RATING_KINDS,
}


async def list_tasks(uow: UnitOfWork, held_by: HeldBy | None = None) -> Tasks:
    """For the corps the orders to accept, recurring ones and those of their days that have no order, the wishes to
    answer, and the poor ratings to see to; for a township what it has to change, to hand in and to rate; for a team
    the recurring services that it is asked for. ``held_by``: of the corps' tasks only those that the asker works on,
    or nobody.
    """
    grant = uow.permit(POLICY, "read_tasks")
    choice = choice_of(uow, held_by)
    is_corps = Role.COORDINATOR in uow.actor.roles
    async with uow.reading() as session:
        groups = await orders.order_tasks(session, grant, choice, is_corps=is_corps)
        groups += await series_tasks(session, grant, choice, is_corps=is_corps)
        if is_corps:
            groups.append(await wishes_to_answer(session, choice))
            groups.append(await ratings_to_follow_up(session, choice))
        if grant.teams and choice.is_all:
            groups.append(await proposals_to_answer(session, grant.teams))
        return await with_holders(session, SHARED_KINDS, choice, Tasks.of(*groups))
