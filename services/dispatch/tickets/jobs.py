"""What a new day brings to the booths to come."""

from functools import partial

from services.dispatch.tickets.use_cases.staffing import see_to_staffing
from shared.jobs.daily import daily
from shared.service import Job
from shared.unit_of_work import UnitOfWork


def staffing_of_booths(uow: UnitOfWork) -> Job:
    """Sizes the booths that were planned since, by what queues measured."""
    return daily(uow.today, partial(see_to_staffing, uow))
