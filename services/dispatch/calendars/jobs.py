"""What a new day makes superfluous in calendars."""

from functools import partial

from services.dispatch.calendars.use_cases import tidy_calendars
from shared.jobs.daily import daily
from shared.service import Job
from shared.unit_of_work import UnitOfWork


def tidying_calendars(uow: UnitOfWork) -> Job:
    """Forgets old entries, and calendars of those who left."""
    return daily(uow.today, partial(tidy_calendars, uow))
