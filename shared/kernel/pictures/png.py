"""PNG pictures (W3C, Portable Network Graphics): each part is looked at, and texts and places are left out."""

import struct
import zlib

from shared.kernel.pictures.content import Content, damaged, require_size, trailing

SIGNATURE = b"\x89PNG\r\n\x1a\n"
SAMPLES = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
"""How many a pixel has, by the type of its colour."""
KEPT = (b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"pHYs")
CHUNK_BYTES = 64 * 1024


def read(data: bytes) -> Content | None:
    """Returns the picture; None where it is no PNG.

    :raises InvalidInput: it is damaged, larger than pictures are, or something stands behind it.
    """
    if not data.startswith(SIGNATURE):
        return None
    kept, packed, place, ends = [SIGNATURE], [], len(SIGNATURE), False
    expected, sides = 0, (0, 0)
    while place < len(data) and not ends:
        if len(data) < place + 12:
            raise damaged()
        length, kind = struct.unpack(">I4s", data[place : place + 8])
        chunk = data[place + 8 : place + 8 + length]
        whole = data[place : place + 12 + length]
        if (
            len(whole) < 12 + length
            or zlib.crc32(kind + chunk) != struct.unpack(">I", whole[-4:])[0]
        ):
            raise damaged()
        if (place == len(SIGNATURE)) != (kind == b"IHDR"):
            raise damaged()
        if kind == b"IHDR":
            expected, sides = _expected(chunk)
        if kind == b"IDAT":
            packed.append(chunk)
        if kind in KEPT:
            kept.append(whole)
        elif kind[:1].isupper():  # a part that readers must know, and nobody does
            raise damaged()
        place += 12 + length
        ends = kind == b"IEND"
    if not ends:
        raise damaged()
    if place != len(data):
        raise trailing()
    _require_unpacked(packed, expected)
    return Content("image/png", b"".join(kept), sides)


def _expected(header: bytes) -> tuple[int, tuple[int, int]]:
    """How many bytes the picture has unpacked, at the most: interlaced ones have some more lines; and its sides."""
    if len(header) != 13:
        raise damaged()
    width, height, depth, colour, packing, filtering, interlaced = struct.unpack(">IIBBBBB", header)
    if colour not in SAMPLES or depth not in (1, 2, 4, 8, 16) or packing or filtering:
        raise damaged()
    require_size(width, height)
    line: int = (width * SAMPLES[colour] * depth + 7) // 8 + 1
    lines: int = height * (2 if interlaced else 1)
    return line * lines, (width, height)


def _require_unpacked(packed: list[bytes], most: int) -> None:
    """Unpacks without keeping anything.

    :raises InvalidInput: it is damaged, or unpacks to more than it says.
    """
    unpacking, size = zlib.decompressobj(), 0
    try:
        for part in packed:
            rest = part
            while rest:
                size += len(unpacking.decompress(rest, CHUNK_BYTES))
                rest = unpacking.unconsumed_tail
                if size > most:
                    raise damaged()
        size += len(unpacking.flush(CHUNK_BYTES))
    except zlib.error:
        raise damaged() from None
    if not unpacking.eof or not size or size > most:
        raise damaged()
    if unpacking.unused_data:
        raise trailing()
