"""Reads a table from a file that somebody sent."""

import asyncio
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from shared.kernel.errors import InvalidInput
from shared.sheets.limits import MOST_SECONDS
from shared.telemetry.logs import logger

log = logger(__name__)


@dataclass(frozen=True, slots=True)
class Table:
    """The cells of a sheet as text, all rows of one length; row 1 of the file is ``rows[0]``.

    ``sheets`` are the names of a workbook's sheets, ``sheet`` is the one that was read.
    """

    rows: Sequence[Sequence[str]]
    sheets: Sequence[str]
    sheet: str


class TableRefused(InvalidInput):
    """What the reader's process found wrong with a file; it writes the codes out."""


async def read_table(data: bytes, *, sheet: int | None = None) -> Table:
    """Returns the table in ``data``, read by a process of its own: of a workbook the sheet with this number,
    counted from 1, or the first that is not empty.

    :raises InvalidInput: it is no table, or one that is locked, damaged or too large.
    """
    reader = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "shared.sheets.process",
        *([str(sheet)] if sheet is not None else []),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        async with asyncio.timeout(MOST_SECONDS):
            out, _ = await reader.communicate(data)
    except TimeoutError:
        raise InvalidInput("sheet_bomb", field="file") from None
    finally:
        if reader.returncode is None:
            reader.kill()
            await reader.wait()
    if reader.returncode != 0:  # the kernel ended it: by its limits, or out of memory
        log.warning("a file was more than its reader could hold", status=reader.returncode)
        raise InvalidInput("sheet_bomb", field="file")
    said = json.loads(out.decode("utf-8", "surrogatepass"))
    if "refused" in said:
        raise TableRefused(said["refused"], field="file", **said["facts"])
    return Table(**said)
