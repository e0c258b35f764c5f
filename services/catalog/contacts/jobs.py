"""What begins with a day."""

from functools import partial

from services.catalog.contacts.use_cases import end_expired_contacts
from shared.jobs.daily import daily
from shared.service import Job
from shared.unit_of_work import UnitOfWork


def ending_contacts(uow: UnitOfWork) -> Job:
    """Forgets contacts on the day after their last."""
    return daily(uow.today, partial(end_expired_contacts, uow))
