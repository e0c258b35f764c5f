"""What a new day brings to those who have not answered."""

from functools import partial

from services.dispatch.confirmation.use_cases import see_to_confirmations
from shared.jobs.daily import daily
from shared.service import Job
from shared.unit_of_work import UnitOfWork


def confirmation_notices(uow: UnitOfWork) -> Job:
    """Reminds townships and teams before their last day, and says once that one is late."""
    return daily(uow.today, partial(see_to_confirmations, uow))
