"""JPEG pictures (ITU-T T.81): each segment is looked at; what it says of camera, place and person is left out."""

import struct

from shared.kernel.pictures.content import Content, damaged, require_size, trailing

START, END = b"\xff\xd8", b"\xff\xd9"
FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
SCAN = 0xDA
KEPT_APPLICATION = (0xE0, 0xE2, 0xEE)
"""JFIF, colour profile, Adobe: how the picture looks. All others are about who took it, where and by what."""
EXIF, COMMENT = 0xE1, 0xFE
ORIENTATION = 0x0112


def read(data: bytes) -> Content | None:
    """Returns the picture; None where it is no JPEG.

    :raises InvalidInput: it is damaged, larger than pictures are, or something stands behind it.
    """
    if not data.startswith(START + b"\xff"):
        return None
    kept, place, turned = [START], 2, None
    sides: tuple[int, int] | None = None
    while True:
        marker, segment, following = _segment(data, place)
        if marker in FRAMES:
            if sides is not None or len(segment) < 9:
                raise damaged()
            height, width = struct.unpack(">HH", segment[5:9])
            require_size(width, height)
            sides = width, height
        if marker == EXIF and turned is None:
            turned = _orientation(segment)
        elif (marker < 0xE0 or marker in KEPT_APPLICATION) and marker != COMMENT:
            kept.append(data[place:following])
        place = following
        if marker == SCAN:
            if sides is None:
                raise damaged()
            following = _behind_scan(data, place)
            kept.append(data[place:following])
            place = following
            if data[place : place + 2] == END:
                break
    if place + 2 != len(data):
        raise trailing()
    if turned is not None:
        kept.insert(1, _turning(turned))
    return Content("image/jpeg", b"".join([*kept, END]), sides)


def _segment(data: bytes, place: int) -> tuple[int, bytes, int]:
    """The marker at ``place``, its segment with the length in front, and where the next begins."""
    if data[place : place + 1] != b"\xff" or len(data) < place + 4:
        raise damaged()
    marker, length = data[place + 1], struct.unpack(">H", data[place + 2 : place + 4])[0]
    following = place + 2 + length
    if marker < 0xC0 or 0xD0 <= marker <= 0xD9 or length < 2 or following > len(data):
        raise damaged()
    return marker, data[place + 2 : following], following


def _behind_scan(data: bytes, place: int) -> int:
    """Where the entropy-coded data that begins at ``place`` ends: at a marker that is no restart."""
    while True:
        place = data.find(b"\xff", place)
        if place < 0 or place + 1 >= len(data):
            raise damaged()
        following = data[place + 1]
        if following and not 0xD0 <= following <= 0xD7 and following != 0xFF:
            return place
        place += 1 if following == 0xFF else 2


def _orientation(segment: bytes) -> int | None:
    """How the camera was held (Exif 2.32, tag 274), for a picture lies on its side otherwise."""
    if segment[2:8] != b"Exif\0\0":
        return None
    tiff = segment[8:]
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    if order is None or len(tiff) < 8:
        return None
    (first,) = struct.unpack(f"{order}I", tiff[4:8])
    for number in range(64):
        entry = tiff[first + 2 + 12 * number : first + 14 + 12 * number]
        if len(entry) < 12:
            return None
        tag, kind, count, value = struct.unpack(f"{order}HHIH", entry[:10])
        if (tag, kind, count) == (ORIENTATION, 3, 1):
            return int(value) if 1 <= value <= 8 else None
    return None


def _turning(orientation: int) -> bytes:
    """An Exif segment that says nothing else."""
    entry = struct.pack(">HHIHH", ORIENTATION, 3, 1, orientation, 0)
    tiff = b"MM\0*" + struct.pack(">IH", 8, 1) + entry + bytes(4)
    body = b"Exif\0\0" + tiff
    return b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body
