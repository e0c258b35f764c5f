"""What a file may be, whatever it says of itself, and a name that every system can store it under."""

import re

from shared.kernel.errors import InvalidInput
from shared.kernel.files import pdf
from shared.kernel.pictures import jpeg, png
from shared.kernel.pictures.content import Content
from shared.kernel.text import UnreadableText, shown

MOST_BYTES = 5 * 1024 * 1024
LONGEST_NAME = 80

ENDINGS = {"application/pdf": (".pdf",), "image/jpeg": (".jpg", ".jpeg"), "image/png": (".png",)}

_SEPARATORS = re.compile(r"[/\\]")
_RESERVED = re.compile(r'[<>:"|?*]')
_DEVICES = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?", re.IGNORECASE)
"""What Windows takes for a device, whatever follows."""


def checked(data: bytes) -> Content:
    """Returns what a file is by its content, without what it says of who made it where.

    :raises InvalidInput: it is no PDF, JPEG or PNG, is damaged, holds more than that, or is too large.
    """
    if not data:
        raise InvalidInput("attachment_empty", field="file")
    if len(data) > MOST_BYTES:
        raise InvalidInput("attachment_too_long", field="file", most=MOST_BYTES // 1024**2)
    for look in (pdf.read, jpeg.read, png.read):
        content = look(data)
        if content is not None:
            return content
    raise InvalidInput("attachment_kind_unknown", field="file")


def named(name: str, media_type: str) -> str:
    """Returns what a file is called here: without folders, with the ending of what it is, fit for any system.

    :raises InvalidInput: it has a character that can't be shown to others, or nothing visible, or is too long.
    """
    try:
        said = shown(name, lines=False)
    except UnreadableText as error:
        raise InvalidInput(
            "attachment_name_unreadable", field="name", character=error.character
        ) from None
    said = _RESERVED.sub("_", _SEPARATORS.split(said)[-1]).strip(" .")
    if not said:
        raise InvalidInput("attachment_name_missing", field="name")
    if _DEVICES.fullmatch(said):
        said = f"_{said}"
    if not said.lower().endswith(ENDINGS[media_type]):
        said += ENDINGS[media_type][0]
    if len(said) > LONGEST_NAME:
        raise InvalidInput("attachment_name_too_long", field="name", most=LONGEST_NAME)
    return said
