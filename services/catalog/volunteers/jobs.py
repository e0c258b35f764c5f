"""What a new day brings to volunteers."""

from services.catalog.volunteers.use_cases.qualifications import announce_expiry
from services.catalog.volunteers.use_cases.service import flip_flags
from shared.jobs.daily import daily
from shared.service import Job
from shared.unit_of_work import UnitOfWork


def volunteers_day(uow: UnitOfWork) -> Job:
    """Says which qualifications expire, who is a novice no more, and who has come of age."""

    async def work() -> None:
        await announce_expiry(uow)
        await flip_flags(uow)

    return daily(uow.today, work)
