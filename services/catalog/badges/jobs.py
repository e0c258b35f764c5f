"""What a new day brings to badges."""

from functools import partial

from services.catalog.badges.use_cases.issuing import see_to_badges
from shared.jobs.daily import daily
from shared.service import Job
from shared.unit_of_work import UnitOfWork


def ending_badges(uow: UnitOfWork) -> Job:
    """Revokes badges whose post is held no more, or whose person agrees no more to be named."""
    return daily(uow.today, partial(see_to_badges, uow))
