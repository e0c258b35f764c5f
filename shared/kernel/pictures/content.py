"""What a file is, once it was looked through."""

from dataclasses import dataclass

from shared.kernel.errors import InvalidInput

LONGEST_SIDE = 12_000
MOST_PIXELS = 60_000_000
"""Of a picture: a telephone's have 12 to 50 million. One that claims more is made to fill somebody's memory."""


@dataclass(frozen=True, slots=True)
class Content:
    """A file's kind, and what of it is kept."""

    media_type: str
    data: bytes
    sides: tuple[int, int] | None = None
    """Width and height of a picture, as it is stored: a camera that was held upright turns them."""


def damaged() -> InvalidInput:
    return InvalidInput("file_damaged", field="file")


def trailing() -> InvalidInput:
    return InvalidInput("file_holds_more", field="file")


def require_size(width: int, height: int) -> None:
    """:raises InvalidInput: a picture has no size, or is larger than pictures are."""
    if not width or not height:
        raise damaged()
    if max(width, height) > LONGEST_SIDE or width * height > MOST_PIXELS:
        raise InvalidInput(
            "picture_too_large",
            field="file",
            width=width,
            height=height,
            side=LONGEST_SIDE,
            pixels=MOST_PIXELS // 10**6,
        )
