"""PDF documents (ISO 32000): those that only show something. What runs, opens or brings along other files is refused.

Nothing is rendered. The file is searched for the names of what it must not have, also where they are written in other
ways or packed.
"""

import re
import zlib

from shared.kernel.errors import InvalidInput
from shared.kernel.pictures.content import Content, damaged, trailing

BEGINNING = re.compile(rb"%PDF-(1\.[0-7]|2\.0)[\r\n]")
END = b"%%EOF"
LONG_NAMES = (
    *(b"JavaScript", b"Launch", b"EmbeddedFile", b"EmbeddedFiles", b"RichMedia", b"SubmitForm"),
    *(b"ImportData", b"Rendition"),
)
SHORT_NAMES = (b"JS", b"XFA", b"GoToR", b"GoToE", b"Movie", b"Sound")
"""So short that packed data holds them by chance; they are looked for outside of it only."""


def _naming(names: tuple[bytes, ...]) -> re.Pattern[bytes]:
    return re.compile(rb"/(?:" + b"|".join(names) + rb")(?![A-Za-z0-9])")


_ACTIVE, _ACTIVE_OUTSIDE = _naming(LONG_NAMES), _naming(LONG_NAMES + SHORT_NAMES)
_LOCKED = _naming((b"Encrypt",))
_STREAM = re.compile(rb"stream\r?\n.*?endstream", re.DOTALL)
_ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")
_OBJECTS = re.compile(rb"/ObjStm(?![A-Za-z0-9])")
_BEGIN = re.compile(rb"stream\r?\n")
LONGEST_DICTIONARY = 2_000
MOST_UNPACKED_BYTES = 32 * 1024 * 1024


def read(data: bytes) -> Content | None:
    """Returns the document; None where it is no PDF.

    :raises InvalidInput: it is damaged, locked, does more than show something, or something stands behind it.
    """
    if not BEGINNING.match(data):
        return None
    end = data.rfind(END)
    if end < 0 or data.rfind(b"startxref") < 0:
        raise damaged()
    if data[end + len(END) :].strip():
        raise trailing()
    _require_passive(_STREAM.sub(b"", data), _ACTIVE_OUTSIDE)
    _require_passive(data, _ACTIVE)
    for unpacked in _unpacked(data):
        _require_passive(unpacked, _ACTIVE_OUTSIDE)
    return Content("application/pdf", data)


def _require_passive(text: bytes, active: re.Pattern[bytes]) -> None:
    plain = _written_out(text)
    if _LOCKED.search(plain):
        raise InvalidInput("attachment_locked", field="file")
    if active.search(plain):
        raise InvalidInput("attachment_active", field="file")


def _written_out(text: bytes) -> bytes:
    """Names may have any character as its number: /J#53 is /JS."""
    return _ESCAPED.sub(lambda match: bytes([int(match[1], 16)]), text)


def _unpacked(data: bytes) -> list[bytes]:
    """The objects that are packed, unpacked.

    :raises InvalidInput: they are more than a document has, or packed in a way that nobody packs them.
    """
    found, left = [], MOST_UNPACKED_BYTES
    for match in _OBJECTS.finditer(data):
        begin = _BEGIN.search(data, match.end(), match.end() + LONGEST_DICTIONARY)
        if begin is None:
            raise damaged()
        unpacking = zlib.decompressobj()
        try:
            objects = unpacking.decompress(data[begin.end() :], left)
        except zlib.error:
            raise damaged() from None
        if not unpacking.eof:
            raise damaged()
        left = max(1, left - len(objects))
        found.append(objects)
    if len(found) != len(_OBJECTS.findall(_written_out(data))):
        raise damaged()
    return found
