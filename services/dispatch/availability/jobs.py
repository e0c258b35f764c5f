"""What a new day makes superfluous."""

from functools import partial

from services.dispatch.availability.use_cases import forget_past_days
from shared.jobs.daily import daily
from shared.service import Job
from shared.unit_of_work import UnitOfWork


def forgetting_days(uow: UnitOfWork) -> Job:
    """Deletes the days on which somebody could not come, once they are over."""
    return daily(uow.today, partial(forget_past_days, uow))
