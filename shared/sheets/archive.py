"""Workbooks are ZIP archives, whose sizes may lie: what a workbook says of itself is not believed."""

import io
import lzma
import zipfile
import zlib

from shared.sheets.limits import MOST_PARTS, MOST_UNPACKED_BYTES, Refused

CHUNK_BYTES = 64 * 1024
_DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    OSError,  # so bz2 says it
    EOFError,
    ValueError,
    NotImplementedError,  # packed in a way that zipfile does not know
)
"""What reading a damaged archive raises. NotImplementedError is a RuntimeError, which by itself means encrypted."""
_NEEDED = (".xml", ".rels", "mimetype")
_LEFT_OUT = ("externallinks/", "media/", "activex/", "embeddings/", "customxml/")
"""Macros, pictures and what the workbook takes from other files: nothing of that is read."""


def repacked(data: bytes) -> bytes:
    """Returns the same workbook with the parts that hold cells only, each as long as it says.

    A packed part may be a thousand times longer than its archive, and may claim to be short. So each is
    unpacked here, up to the limit, and handed on as it was found.

    :raises Refused: it is damaged, locked by a password, or unpacks to more than a table can be.
    """
    clean = io.BytesIO()
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive, zipfile.ZipFile(clean, "w") as out:
            parts = archive.infolist()
            if len(parts) > MOST_PARTS:
                raise Refused("sheet_bomb")
            left = MOST_UNPACKED_BYTES
            for part in parts:
                if _is_needed(part.filename):
                    content = _unpacked(archive, part, left)
                    left -= len(content)
                    out.writestr(part.filename, content)
    except _DAMAGED as error:
        raise Refused("sheet_damaged") from error
    except RuntimeError as error:  # so zipfile says that a part is encrypted
        raise Refused("sheet_locked") from error
    return clean.getvalue()


def _is_needed(name: str) -> bool:
    lower = name.lower()
    return lower.endswith(_NEEDED) and not any(folder in lower for folder in _LEFT_OUT)


def _unpacked(archive: zipfile.ZipFile, part: zipfile.ZipInfo, left: int) -> bytes:
    content = bytearray()
    with archive.open(part) as file:
        while chunk := file.read(CHUNK_BYTES):
            content += chunk
            if len(content) > left:
                raise Refused("sheet_bomb")
    return bytes(content)
