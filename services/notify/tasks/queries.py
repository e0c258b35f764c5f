"""What waits, put together from what each capability knows."""

from services.notify.escalation.queries import first_unacknowledged
from services.notify.policy import POLICY
from services.notify.subscribers.queries.subscriptions import subscriptions_waiting
from shared.kernel.access import Role
from shared.tasks.queries import HeldBy, choice_of
from shared.tasks.task import MOST_OF_A_KIND, Tasks
from shared.unit_of_work import UnitOfWork


async def list_tasks(uow: UnitOfWork, held_by: HeldBy | None = None) -> Tasks:
    """For the corps: whom to call, because a message that matters was not acknowledged; for operators and
    subscribers: subscriptions to decide, and those that fail. Coordinators don't share
    these tasks, so with ``held_by`` there are none."""
    uow.permit(POLICY, "read_tasks")
    groups = []
    async with uow.reading() as session:
        if Role.COORDINATOR in uow.actor.roles and choice_of(uow, held_by).is_all:
            groups.append(await first_unacknowledged(session, limit=MOST_OF_A_KIND))
        if choice_of(uow, held_by).is_all:
            groups += await subscriptions_waiting(uow, session)
    return Tasks.of(*groups)
