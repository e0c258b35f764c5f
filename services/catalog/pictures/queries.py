"""Reading pictures."""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.catalog.pictures.domain import Picture
from services.catalog.pictures.tables import picture
from services.catalog.policy import POLICY
from shared.kernel.errors import NotFound
from shared.storage.port import FileStore
from shared.unit_of_work import UnitOfWork


async def get_picture(uow: UnitOfWork, files: FileStore, picture_id: str) -> tuple[Picture, bytes]:
    """Returns a picture, for anybody who has its id. :raises NotFound: there is none (any more)."""
    uow.permit(POLICY, "read_open_menu")
    async with uow.reading() as session:
        found = await session.get(Picture, picture_id)
    content = None if found is None else await files.get(found.file_key)
    if found is None or content is None:
        raise NotFound(Picture.kind, picture_id)
    return found, content


async def known_among(session: AsyncSession, ids: Collection[str]) -> set[str]:
    """Returns those of these ids that pictures have."""
    return set(await session.scalars(select(picture.c.id).where(picture.c.id.in_(ids))))
