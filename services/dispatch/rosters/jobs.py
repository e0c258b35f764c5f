"""What time brings to places that somebody left."""

from datetime import datetime
from functools import partial

from services.dispatch.rosters.use_cases.substituting import see_to_substitutions
from shared.jobs.daily import daily
from shared.service import Job
from shared.unit_of_work import UnitOfWork

EVERY_MINUTES = 10


def unanswered_offers(uow: UnitOfWork) -> Job:
    """Hands to the leader what nobody has taken in time, within ten minutes."""

    def moment() -> datetime:
        now = uow.business_now()
        return now.replace(minute=now.minute - now.minute % EVERY_MINUTES, second=0, microsecond=0)

    return daily(moment, partial(see_to_substitutions, uow))
