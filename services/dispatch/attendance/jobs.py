"""What a new day brings to the hours of the last days."""

from functools import partial

from services.dispatch.attendance.use_cases.hours import weigh_again
from shared.jobs.daily import daily
from shared.service import Job
from shared.unit_of_work import UnitOfWork


def weighing_of_hours(uow: UnitOfWork) -> Job:
    """Looks again at hours: what the booths served was reported since."""
    return daily(uow.today, partial(weigh_again, uow))
