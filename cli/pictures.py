"""Draws pictures of the demonstration's items: flat shapes, ours, a few kilobytes each."""

import struct
import zlib
from collections.abc import Iterator, Mapping, Sequence
from math import cos, pi, sin

WIDTH, HEIGHT = 640, 480
SMOOTH = 2
"""Each side is drawn so many times as large; points between two colours get the mean."""

Colour = tuple[int, int, int]
Shape = tuple[Colour, Sequence[tuple[float, float]]]
"""A polygon; its corners are in hundredths of the height, from the middle of the picture."""

WHITE, SKIN, INK = (255, 255, 255), (240, 196, 160), (45, 55, 72)
RED, GREEN, BLUE, GOLD, BROWN = (
    (200, 55, 50),
    (52, 128, 84),
    (38, 98, 160),
    (222, 168, 52),
    (140, 92, 54),
)


def _box(left: float, top: float, right: float, bottom: float) -> list[tuple[float, float]]:
    return [(left, top), (right, top), (right, bottom), (left, bottom)]


def _disc(x: float, y: float, radius: float, *, flat: float = 1.0) -> list[tuple[float, float]]:
    corners = 48
    angles = (2 * pi * corner / corners for corner in range(corners))
    return [(x + radius * cos(angle), y + flat * radius * sin(angle)) for angle in angles]


def _leaf(x: float, y: float, side: int) -> list[tuple[float, float]]:
    return [(x, y), (x + side * 12, y - 14), (x + side * 26, y - 12), (x + side * 16, y + 1)]


def _people(colour: Colour) -> Iterator[Shape]:
    """Three heads in front, as people see it who stand behind them."""
    for x in (-34.0, 0.0, 34.0):
        yield colour, _disc(x, 48, 15, flat=0.9)
        yield INK, _disc(x, 30, 8)


_CLINIC: tuple[Shape, ...] = (
    ((226, 240, 232), _box(-67, -50, 67, 50)),
    (WHITE, _disc(0, 0, 36)),
    (GREEN, _box(-9, -25, 9, 25)),
    (GREEN, _box(-25, -9, 25, 9)),
)
_LAW: tuple[Shape, ...] = (
    ((228, 236, 246), _box(-67, -50, 67, 50)),
    (BROWN, _box(-2, -30, 2, 32)),
    (BROWN, _box(-18, 30, 18, 35)),
    (BROWN, _box(-34, -26, 34, -22)),
    (INK, [(-30, -22), (-29, -22), (-16, 8), (-44, 8)]),
    (INK, [(29, -22), (30, -22), (44, 8), (16, 8)]),
    ((228, 236, 246), [(-29.5, -18), (-19, 6), (-40, 6)]),
    ((228, 236, 246), [(29.5, -18), (40, 6), (19, 6)]),
    (GOLD, [(-45, 8), (-15, 8), (-21, 15), (-39, 15)]),
    (GOLD, [(15, 8), (45, 8), (39, 15), (21, 15)]),
    (GOLD, _disc(0, -30, 5)),
)
_FARM: tuple[Shape, ...] = (
    ((232, 242, 214), _box(-67, -50, 67, 50)),
    (GOLD, _disc(38, -28, 11)),
    (BROWN, _disc(0, 62, 70, flat=0.5)),
    (GREEN, _box(-1.5, -26, 1.5, 32)),
    *((GREEN, _leaf(side * 1.0, y, side)) for y in (22.0, 6.0, -10.0) for side in (-1, 1)),
    (GREEN, [(0, -38), (6, -27), (0, -18), (-6, -27)]),
)
_PENSION: tuple[Shape, ...] = (
    ((246, 238, 226), _box(-67, -50, 67, 50)),
    (BLUE, _box(-30, -34, 30, 38)),
    (WHITE, _box(-24, -28, 24, 32)),
    (SKIN, _disc(-10, -12, 8)),
    (INK, _disc(-10, 8, 13, flat=0.6)),
    (BLUE, _box(6, -18, 20, -15)),
    (BLUE, _box(6, -9, 20, -6)),
    (BLUE, _box(6, 0, 20, 3)),
    (GOLD, _disc(30, 28, 15)),
    (WHITE, _disc(30, 28, 12)),
    (GOLD, _disc(30, 28, 10.5)),
    (WHITE, _box(26, 24, 34, 32)),
)
_STAGE: tuple[Shape, ...] = (
    ((250, 232, 214), _box(-67, -50, 67, 50)),
    (RED, [(-67, -50), (-34, -50), (-48, 20), (-67, 26)]),
    (RED, [(34, -50), (67, -50), (67, 26), (48, 20)]),
    (RED, _box(-67, -50, 67, -36)),
    (BROWN, _box(-67, 26, 67, 50)),
    (BLUE, [(-12, 26), (12, 26), (7, -2), (-7, -2)]),
    (SKIN, _disc(0, -10, 8)),
    (GOLD, [(6, 0), (22, -16), (25, -12), (9, 6)]),
    *_people(INK),
)
_FIRE: tuple[Shape, ...] = (
    ((246, 230, 226), _box(-67, -50, 67, 50)),
    (RED, _box(-26, -20, 4, 38)),
    (RED, _disc(-11, -20, 15)),
    (INK, _box(-16, -40, -6, -30)),
    (INK, [(-6, -40), (22, -34), (22, -30), (-6, -34)]),
    (WHITE, _box(-22, 0, 0, 18)),
    (GOLD, [(30, 38), (22, 22), (30, 4), (36, 18), (42, 8), (48, 26), (42, 38)]),
    (RED, [(34, 38), (31, 28), (35, 18), (40, 30), (38, 38)]),
)

PICTURES: Mapping[str, Sequence[Shape]] = {
    "health-clinic": _CLINIC,
    "legal-advice": _LAW,
    "farm-policy": _FARM,
    "pension-help": _PENSION,
    "village-stage": _STAGE,
    "fire-drill": _FIRE,
}
"""By the item's code."""


def drawn(shapes: Sequence[Shape]) -> bytes:
    """Returns the picture as a PNG file, later shapes before earlier ones."""
    width, height = WIDTH * SMOOTH, HEIGHT * SMOOTH
    rows = [bytearray(3 * width) for _ in range(height)]
    for colour, corners in shapes:
        points = [(width / 2 + x * height / 100, height / 2 + y * height / 100) for x, y in corners]
        for y, row in enumerate(rows):
            for left, right in _spans(points, y + 0.5):
                first, last = max(0, round(left)), min(width, round(right))
                if first < last:
                    row[3 * first : 3 * last] = bytes(colour) * (last - first)
    lines = b"".join(b"\0" + _mean(rows[SMOOTH * y : SMOOTH * (y + 1)]) for y in range(HEIGHT))
    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 2, 0, 0, 0)
    parts = (
        _chunk(b"IHDR", header),
        _chunk(b"IDAT", zlib.compress(lines, 9)),
        _chunk(b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def _spans(points: Sequence[tuple[float, float]], y: float) -> Iterator[tuple[float, float]]:
    """Where a polygon covers a line of the picture, from left to right."""
    crossings = sorted(
        x + (y - top) * (other - x) / (bottom - top)
        for (x, top), (other, bottom) in zip(points, [*points[1:], points[0]], strict=True)
        if min(top, bottom) <= y < max(top, bottom)
    )
    yield from zip(crossings[::2], crossings[1::2], strict=True)


def _mean(rows: Sequence[bytearray]) -> bytes:
    """One line of the picture from those that were drawn for it; most of it is of one colour."""
    if all(row == rows[0] for row in rows) and _is_plain(rows[0]):
        return bytes(rows[0][:3]) * WIDTH
    line = bytearray(3 * WIDTH)
    for sample in range(3):
        points = [row[3 * place + sample :: 3 * SMOOTH] for row in rows for place in range(SMOOTH)]
        line[sample::3] = bytes(sum(each) // len(points) for each in zip(*points, strict=True))
    return bytes(line)


def _is_plain(row: bytearray) -> bool:
    return row == bytes(row[:3]) * (len(row) // 3)


def _chunk(kind: bytes, content: bytes) -> bytes:
    return (
        struct.pack(">I", len(content))
        + kind
        + content
        + struct.pack(">I", zlib.crc32(kind + content))
    )
