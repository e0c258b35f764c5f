"""What a new day brings to honours."""

from functools import partial

from services.catalog.honours.use_cases.awarding import end_expired
from shared.jobs.daily import daily
from shared.service import Job
from shared.unit_of_work import UnitOfWork


def ending_honours(uow: UnitOfWork) -> Job:
    """Ends awards on the day after their last."""
    return daily(uow.today, partial(end_expired, uow))
