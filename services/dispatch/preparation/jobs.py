"""What a new day brings to stops that are near."""

from functools import partial

from services.dispatch.preparation.use_cases import see_to_preparation
from shared.jobs.daily import daily
from shared.service import Job
from shared.unit_of_work import UnitOfWork


def preparation_reminders(uow: UnitOfWork) -> Job:
    """Reminds townships of what is not ready."""
    return daily(uow.today, partial(see_to_preparation, uow))
