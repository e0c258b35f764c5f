"""What a new day brings to windows in a programme, and photos that nobody names."""

from functools import partial

from services.catalog.programmes.use_cases.evidence import remove_orphans
from services.catalog.programmes.use_cases.running import see_to_programmes
from shared.jobs.daily import daily
from shared.service import Job
from shared.storage.port import FileStore
from shared.unit_of_work import UnitOfWork


def stage_notices(uow: UnitOfWork) -> Job:
    """Tells teams of stages that begin, and of those that are overdue."""
    return daily(uow.today, partial(see_to_programmes, uow))


def tidying(uow: UnitOfWork, files: FileStore) -> Job:
    """Deletes photos that belong to nothing: an upload was killed, or a deletion."""
    return daily(uow.today, partial(remove_orphans, uow, files))
