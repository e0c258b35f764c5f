"""What nobody takes away."""

from functools import partial

from services.requests.attachments.use_cases import remove_orphans
from shared.jobs.daily import daily
from shared.service import Job
from shared.storage.port import FileStore
from shared.unit_of_work import UnitOfWork


def tidying(uow: UnitOfWork, files: FileStore) -> Job:
    """Deletes files that belong to nothing: an upload was killed, or an order's time is over."""
    return daily(uow.today, partial(remove_orphans, uow, files))
