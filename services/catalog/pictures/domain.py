"""A picture of a service item (项目图片)."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from shared.kernel.aggregate import Aggregate
from shared.kernel.errors import InvalidInput
from shared.kernel.pictures import jpeg, png
from shared.kernel.pictures.content import Content

FOLDER = "pictures"
MOST_BYTES = 1024 * 1024
SHORTEST_SIDE, LONGEST_SIDE = 240, 2400
"""A menu shows it some hundred pixels wide, on phones with twice as many."""


@dataclass(eq=False, kw_only=True)
class Picture(Aggregate):
    """A picture that is or was an item's. What it shows never changes: another picture has another id. The file itself
    is kept under :attr:`file_key`; see :mod:`shared.storage.port`."""

    kind: ClassVar[str] = "picture"

    id: str
    media_type: str
    width: int
    height: int
    size: int
    made_at: datetime

    @property
    def key(self) -> str:
        return self.id

    @property
    def file_key(self) -> str:
        return key_of(self.id)


def key_of(picture_id: str) -> str:
    """The key of a picture's file."""
    return f"{FOLDER}/{picture_id}"


def checked(data: bytes) -> tuple[Content, int, int]:
    """Returns a picture without what it says of place, camera and person, and its width and height.

    :raises InvalidInput: it is no JPEG or PNG, is damaged, holds more than that, or is too large or too small.
    """
    if len(data) > MOST_BYTES:
        raise InvalidInput("picture_too_long", field="file", most=MOST_BYTES // 1024**2)
    for look in (jpeg.read, png.read):
        content = look(data)
        if content is not None and content.sides is not None:
            width, height = content.sides
            if min(width, height) < SHORTEST_SIDE or max(width, height) > LONGEST_SIDE:
                raise InvalidInput(
                    "picture_unsuitable",
                    field="file",
                    width=width,
                    height=height,
                    least=SHORTEST_SIDE,
                    most=LONGEST_SIDE,
                )
            return content, width, height
    raise InvalidInput("picture_kind_unknown", field="file")
