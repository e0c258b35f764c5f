"""PDF files, set by Typst (https://typst.app/docs/).

The font is Noto Sans CJK (SIL Open Font License 1.1), which has the rare characters of Chinese names too. It comes as
a package, so a page looks the same on every machine.
"""

import asyncio
import json
from pathlib import Path
from typing import Any

from fastapi import Response


class PdfFile(Response):
    """An answer that is a PDF."""

    media_type = "application/pdf"


async def pdf(template: Path, data: dict[str, Any]) -> bytes:
    """Returns what a template makes of ``data``, which it reads as JSON: text is never markup. Set in another
    thread."""
    return await asyncio.to_thread(_compiled, template, data)


def _compiled(template: Path, data: dict[str, Any]) -> bytes:
    import cvttf_NotoSansCJK_Regular  # half a hundred megabytes, which only these operations need
    import typst

    return typst.compile(
        str(template),
        font_paths=list(cvttf_NotoSansCJK_Regular.__path__),
        ignore_system_fonts=True,
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
    )
