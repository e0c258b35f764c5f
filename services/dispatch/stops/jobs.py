"""What a new day brings to booths that are not reported."""

from functools import partial

from services.dispatch.stops.use_cases.acting import see_to_reports
from shared.jobs.daily import daily
from shared.service import Job
from shared.unit_of_work import UnitOfWork


def missing_reports(uow: UnitOfWork) -> Job:
    """Reminds teams before the term ends, and says once that a report is late."""
    return daily(uow.today, partial(see_to_reports, uow))
