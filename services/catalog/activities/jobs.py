"""What a new day brings to activities."""

from services.catalog.activities.use_cases.photos import remove_orphans
from services.catalog.activities.use_cases.registering import see_to_registrations
from shared.jobs.daily import daily
from shared.service import Job
from shared.storage.port import FileStore
from shared.unit_of_work import UnitOfWork


def activities_day(uow: UnitOfWork, files: FileStore) -> Job:
    """Gives places of people who have left to others, and deletes files of photos that are gone."""

    async def work() -> None:
        await see_to_registrations(uow)
        await remove_orphans(uow, files)

    return daily(uow.today, work)
