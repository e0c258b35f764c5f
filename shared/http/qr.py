"""QR codes (ISO/IEC 18004): for a page as the path of its dark squares, for a PDF as SVG."""

from io import BytesIO
from typing import Literal

import segno

from shared.http.inputs import Answer

QUIET_ZONE = 4
"""Light modules around a code, as the standard asks (ISO/IEC 18004, 9.1)."""

Correction = Literal["l", "m"]
"""How much of a code may be unreadable: 7 % or 15 %. A long text needs the lower one to stay coarse enough."""


class CodeAnswer(Answer):
    """A QR code whose dark modules are the squares of one SVG path, in a square of ``size`` modules."""

    size: int
    path: str


def drawn(text: str, *, error: Correction = "m") -> CodeAnswer:
    """Returns a QR code for a page."""
    rows = list(segno.make(text, micro=False, error=error).matrix_iter(border=QUIET_ZONE))
    path = "".join(
        f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, dark in enumerate(row) if dark
    )
    return CodeAnswer(size=len(rows), path=path)


def svg(text: str, *, error: Correction = "m") -> str:
    """Returns a QR code as SVG, for a PDF."""
    file = BytesIO()
    segno.make(text, micro=False, error=error).save(file, kind="svg", border=2, xmldecl=False)
    return file.getvalue().decode()
