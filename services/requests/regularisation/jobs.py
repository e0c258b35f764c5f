"""What a new day brings to recurring needs."""

from services.requests.regularisation.domain.rule import Thresholds
from services.requests.regularisation.use_cases import look_for_regular
from shared.jobs.daily import daily
from shared.service import Job
from shared.unit_of_work import UnitOfWork


def regular_needs(uow: UnitOfWork, limits: Thresholds) -> Job:
    """Proposes what has become a regular need, and lets lapse what nobody answered."""

    async def look() -> None:
        await look_for_regular(uow, limits)

    return daily(uow.today, look)
