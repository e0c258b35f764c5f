"""What a new day brings to poor ratings."""

from functools import partial

from services.requests.ratings.use_cases.follow_ups import see_to_follow_ups
from shared.jobs.daily import daily
from shared.service import Job
from shared.unit_of_work import UnitOfWork


def follow_up_notices(uow: UnitOfWork) -> Job:
    """Says once that a follow-up is overdue."""
    return daily(uow.today, partial(see_to_follow_ups, uow))
