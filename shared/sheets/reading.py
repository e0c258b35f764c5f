"""Reads a table from a file that somebody sent."""

import asyncio
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from shared.kernel.errors import InvalidInput
from shared.sheets.limits import MOST_SECONDS
from shared.telemetry.logs import logger

TOO_MUCH = (-9, -24, -6)
"""How a reader ends whose file was more than it may take (signal(7)): by the kernel (KILL), by its limit of time
(XCPU), or because it got no more memory, which Rust answers by an abort (ABRT). That it ends otherwise is a fault of
ours, and says nothing about the file. They are numbers, for Windows does not know the names."""

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
    require_good_end(reader.returncode or 0)
    said = json.loads(out.decode("utf-8", "surrogatepass"))
    if "refused" in said:
        raise TableRefused(said["refused"], field="file", **said["facts"])
    return Table(**said)


def require_good_end(status: int) -> None:
    """Checks how the reader's process ended; ``status`` is negative where a signal ended it.

    :raises InvalidInput: it did not read the file to its end.
    """
    if status:
        log.warning("the reader of a file did not end well", status=status)
        if status in TOO_MUCH:
            raise InvalidInput("sheet_bomb", field="file")
        raise InvalidInput("sheet_unreadable", field="file")
