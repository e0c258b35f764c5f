"""PDF files, set by Typst (https://typst.app/docs/).

The font is Noto Sans CJK (SIL Open Font License 1.1), which has the rare characters of Chinese names too. It comes as
a package, so a page looks the same on every machine.
"""

import asyncio
import json
from pathlib import Path
from typing import Any

from fastapi import Response

from shared.http.downloads import disposition


class PdfFile(Response):
    """An answer that is a PDF."""

    media_type = "application/pdf"


async def pdf_file(
    template: Path, data: dict[str, Any], *, plain: str, name: str, is_personal: bool = False
) -> PdfFile:
    """Answers with what a template makes of ``data``, which it reads as JSON: text is never markup. It is set in
    another thread, and shown as ``name``, or as ``plain`` where that can't be read. What is personal is stored
    nowhere on its way."""
    content = await asyncio.to_thread(_compiled, template, data)
    headers = disposition("inline", f"{plain}.pdf", f"{name}.pdf")
    return PdfFile(
        content, headers=headers | ({"Cache-Control": "no-store"} if is_personal else {})
    )


def _compiled(template: Path, data: dict[str, Any]) -> bytes:
    import cvttf_NotoSansCJK_Regular  # half a hundred megabytes, which only these operations need
    import typst

    return typst.compile(
        str(template),
        font_paths=list(cvttf_NotoSansCJK_Regular.__path__),
        ignore_system_fonts=True,
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
    )
