"""What a new day brings to recurring orders."""

from functools import partial

from services.requests.recurrence.use_cases.making import OccurrenceMaking, make_due
from shared.jobs.daily import daily
from shared.service import Job
from shared.unit_of_work import UnitOfWork


def recurring(uow: UnitOfWork, making: OccurrenceMaking) -> Job:
    """Makes the orders that are due, some time ahead."""
    return daily(uow.today, partial(make_due, uow, making))
