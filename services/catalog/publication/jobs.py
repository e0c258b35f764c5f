"""What ends with a day."""

from functools import partial

from services.catalog.publication.use_cases import retire_ended_editions
from shared.jobs.daily import daily
from shared.service import Job
from shared.unit_of_work import UnitOfWork


def retirement(uow: UnitOfWork) -> Job:
    """Retires editions on the day after their last."""
    return daily(uow.today, partial(retire_ended_editions, uow))
