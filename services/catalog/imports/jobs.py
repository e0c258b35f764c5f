"""Applies imports, beside the consumer, one at a time in each process."""

from collections.abc import Sequence
from functools import partial

from services.catalog.imports.domain.directory_import import DirectoryImport
from services.catalog.imports.schemas.cells import understanding
from services.catalog.imports.use_cases.applying import apply_import
from services.catalog.imports.use_cases.drafts import (
    IMPORTS_TOPIC,
    SHOWN_SECONDS,
    forget_people,
    written_key,
)
from shared.cache.port import Cache
from shared.cache.waking import Waking
from shared.http.texts import Texts
from shared.jobs.worker import Worker, renewing
from shared.service import Job
from shared.unit_of_work import UnitOfWork


def importing(uow: UnitOfWork, cache: Cache, texts: Texts) -> Job:
    """Takes imports as they are started."""
    understand = understanding(texts)

    async def carry_out(taken: Sequence[DirectoryImport], _watch: Waking) -> None:
        async with renewing(uow, taken):
            for job in taken:
                await apply_import(uow, job, understand, partial(note_written, job.id))

    async def note_written(import_id: str, written: int) -> None:
        await cache.put(written_key(import_id), str(written), seconds=SHOWN_SECONDS)

    return Worker(
        uow, cache, DirectoryImport, carry_out, topic=IMPORTS_TOPIC, give_up=forget_people
    ).run
