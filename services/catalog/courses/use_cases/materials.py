"""Files of a course: given to those who take part, and taken away again."""

import asyncio
from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, insert

from services.catalog.courses.domain.course import Course
from services.catalog.courses.queries.courses import FOLDER, materials_among, materials_of
from services.catalog.courses.tables import course_material
from services.catalog.policy import POLICY
from shared.db.engine import store_is_away
from shared.kernel.errors import Conflict, NotFound
from shared.kernel.files.sent import checked, named
from shared.kernel.ids import new_id
from shared.storage.orphans import delete_orphans
from shared.storage.port import FileStore
from shared.unit_of_work import UnitOfWork

MOST_OF_A_COURSE = 20


async def add_material(
    uow: UnitOfWork, files: FileStore, course_id: str, name: str, data: bytes
) -> dict[str, Any]:
    """Keeps a file with a course. It is stored before the row that names it, so a row always has its file; what a
    killed process leaves is deleted by :func:`remove_orphans`.

    :raises NotFound: there is no such course. :raises InvalidInput: the file, or its name, is not fit.
    :raises Conflict: the course has as many files as it may have.
    """
    uow.permit(POLICY, "keep_courses")
    content = await asyncio.to_thread(checked, data)
    row = {
        "id": new_id(),
        "course_id": course_id,
        "name": named(name, content.media_type),
        "media_type": content.media_type,
        "size": len(content.data),
        "made_at": uow.business_now(),
    }
    key = f"{FOLDER}/{row['id']}"
    await files.put(key, content.data)
    try:
        async with uow.transaction() as tx:
            await tx.get(Course, course_id)
            if len(await materials_of(tx.session, course_id)) >= MOST_OF_A_COURSE:
                raise Conflict("materials_full", field="file", most=MOST_OF_A_COURSE)
            await tx.session.execute(insert(course_material).values(**row))
            tx.note(Course.kind, course_id, material=str(row["id"]))
    except Exception as error:
        if not store_is_away(error):  # else it may have been committed
            await files.delete(key)
        raise
    return row


async def remove_material(
    uow: UnitOfWork, files: FileStore, course_id: str, material_id: str
) -> None:
    """:raises NotFound: there is no such course or file."""
    uow.permit(POLICY, "keep_courses")
    async with uow.transaction() as tx:
        await tx.get(Course, course_id)
        if material_id not in {each.id for each in await materials_of(tx.session, course_id)}:
            raise NotFound("material", material_id)
        gone = delete(course_material).where(course_material.c.id == material_id)
        await tx.session.execute(gone)
        tx.note(Course.kind, course_id, material_removed=material_id)
    await files.delete(f"{FOLDER}/{material_id}")


async def remove_orphans(uow: UnitOfWork, files: FileStore) -> None:
    """Deletes the files that belong to no course (any more)."""

    async def known(ids: Sequence[str]) -> set[str]:
        async with uow.reading() as session:
            return await materials_among(session, ids)

    await delete_orphans(files, FOLDER, known, uow.now())
