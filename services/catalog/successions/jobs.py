"""What begins with a day."""

from functools import partial

from services.catalog.successions.use_cases.townships import hand_over_townships
from shared.jobs.daily import daily
from shared.service import Job
from shared.unit_of_work import UnitOfWork


def handing_over(uow: UnitOfWork) -> Job:
    """Hands townships over to their new codes on the days on which those begin."""
    return daily(uow.today, partial(hand_over_townships, uow))
