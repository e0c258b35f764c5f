"""What time brings to courses: tests open and end, and enrolment closes."""

from datetime import datetime
from functools import partial

from services.catalog.courses.queries.watching import courses_open, courses_to_tell
from services.catalog.courses.use_cases.keeping import close_when_due, tell_open_tests
from services.catalog.courses.use_cases.materials import remove_orphans
from services.catalog.courses.use_cases.sitting import end_attempts_over
from shared.jobs.daily import daily
from shared.service import Job
from shared.storage.port import FileStore
from shared.unit_of_work import UnitOfWork

EVERY_SECONDS = 10


def watching_tests(uow: UnitOfWork) -> Job:
    """Ends attempts whose time is over, and tells trainees that a test is open, within some seconds."""

    def moment() -> datetime:
        now = uow.now()
        return now.replace(second=now.second - now.second % EVERY_SECONDS, microsecond=0)

    async def work() -> None:
        await end_attempts_over(uow)
        await tell_open_tests(uow, await courses_to_tell(uow))

    return daily(moment, work)


def closing_enrolment(uow: UnitOfWork) -> Job:
    """Ends enrolment on the day after its last."""

    async def work() -> None:
        await close_when_due(uow, await courses_open(uow))

    return daily(uow.today, work)


def tidying_materials(uow: UnitOfWork, files: FileStore) -> Job:
    """Deletes files that belong to no course."""
    return daily(uow.today, partial(remove_orphans, uow, files))
