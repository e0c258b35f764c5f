"""Small real files, and what attackers make of them."""

import struct
import zlib

EOF = b"\n%%EOF\n"


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(
    width: int = 3, height: int = 2, *, more: bytes = b"", packed: bytes | None = None
) -> bytes:
    """A picture of grey; ``more`` are chunks before its end."""
    rows = packed if packed is not None else zlib.compress((b"\0" + b"\x80" * width) * height)
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    parts = (chunk(b"IHDR", header), more, chunk(b"IDAT", rows), chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def segment(marker: int, data: bytes) -> bytes:
    return bytes((0xFF, marker)) + struct.pack(">H", len(data) + 2) + data


def exif(orientation: int = 6) -> bytes:
    """What a telephone writes: how it was held, and where it was."""
    entries = struct.pack("<HHIHH", 0x0112, 3, 1, orientation, 0) + struct.pack(
        "<HHII", 0x8825, 4, 1, 99
    )
    tiff = b"II*\0" + struct.pack("<IH", 8, 2) + entries + bytes(4)
    return segment(0xE1, b"Exif\0\0" + tiff + b"GPS 27.8136 120.2775")


def jpeg(
    width: int = 16, height: int = 16, *, more: bytes = b"", scan: bytes = b"\x12\xff\x00\x34"
) -> bytes:
    """The structure of a picture; ``more`` are segments before its frame."""
    frame = segment(0xC0, struct.pack(">BHHB", 8, height, width, 1) + b"\x01\x11\x00")
    tables = segment(0xDB, bytes(65)) + segment(0xC4, bytes(20))
    begin = segment(0xDA, b"\x01\x01\x00\x00\x3f\x00")
    return (
        b"\xff\xd8"
        + segment(0xE0, b"JFIF\0" + bytes(9))
        + more
        + tables
        + frame
        + begin
        + scan
        + b"\xff\xd9"
    )


def pdf(more: bytes = b"", *, version: bytes = b"1.7") -> bytes:
    """A page without anything on it; ``more`` is in its catalogue."""
    return (
        b"%PDF-" + version + b"\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R " + more + b" >>\nendobj\n"
        b"2 0 obj\n<< /Type /Pages /Kids [] /Count 0 >>\nendobj\n"
        b"trailer << /Root 1 0 R >>\nstartxref\n9" + EOF
    )


def packed_objects(objects: bytes, *, kind: bytes = b"/ObjStm") -> bytes:
    """A document whose objects are packed."""
    body = zlib.compress(objects)
    stream = (
        b"3 0 obj\n<< /Type " + kind + b" /N 1 /First 4 /Filter /FlateDecode >>\nstream\n" + body
    )
    return pdf().replace(b"trailer", stream + b"\nendstream\nendobj\ntrailer")
