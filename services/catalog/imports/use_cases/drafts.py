"""From a file to a preview: the table is stored, its columns are understood, its rows compared with the directory."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import delete, insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.catalog.directory.domain import Team
from services.catalog.directory.queries import entries_of
from services.catalog.imports.domain.columns import About
from services.catalog.imports.domain.directory_import import DirectoryImport
from services.catalog.imports.domain.rows import Row
from services.catalog.imports.queries import all_rows, content_of, require_reach, sealed_at
from services.catalog.imports.tables import import_row
from services.catalog.imports.use_cases.comparing import compare
from services.catalog.policy import POLICY
from shared.cache.port import Cache
from shared.db.engine import forget
from shared.db.vault import Vault
from shared.kernel.access import Grant
from shared.kernel.cells import find_headings, guess_columns
from shared.kernel.errors import InvalidInput
from shared.kernel.ids import new_id
from shared.privacy.personal_data import personal_data_in
from shared.sheets.reading import Table
from shared.unit_of_work import Transaction, UnitOfWork

IMPORTS_TOPIC = "directory_imports"
"""Signalled when an import may be taken."""

SHOWN_SECONDS = 600
"""So long the cache keeps how many rows of an import are written; it is shown only while the import runs."""

AT_A_TIME = 500
"""Rows that are read, or stored, before others have their turn."""

LONGEST_HEADING = 80

ReadRow = Callable[[int, Sequence[str]], Row]
Understand = Callable[[About, Mapping[str, int]], ReadRow]
"""Makes the reader of a table's rows, from what it is about and which column fills which field."""

OnProgress = Callable[[int], Awaitable[None]]


def written_key(import_id: str) -> str:
    """The cache's key for how many rows of an import are written."""
    return f"catalog:import_written:{import_id}"


async def draft_import(
    uow: UnitOfWork,
    about: About,
    table: Table,
    usual: Mapping[str, Sequence[str]],
    understand: Understand,
    team_code: str | None = None,
) -> DirectoryImport:
    """Stores a table as a draft, with the columns that its headings tell.

    ``usual`` are the headings that are usual for each field. ``team_code``: all volunteers of the table are of this
    team.

    :raises Forbidden: the table is not the actor's to send; names the field.
    :raises InvalidInput: there is nothing below its headings, or there are none, or there is no such team.
    """
    grant = require_sendable(uow, about, team_code)
    if team_code is not None:
        await _require_team(uow, team_code)
    top = find_headings(table.rows, usual)
    headings = [cell.strip()[:LONGEST_HEADING] for cell in table.rows[top]]
    numbered = [
        (no, cells) for no, cells in enumerate(table.rows, 1) if no > top + 1 and any(cells)
    ]
    if not numbered:
        raise InvalidInput("import_without_rows", field="file", row=top + 1)
    if about == "volunteers" and any(personal_data_in(heading) for heading in headings):
        # Headings are kept in clear, and the first person would be taken for them.
        raise InvalidInput("import_without_headings", field="file", row=top + 1)
    made = DirectoryImport(
        id=new_id(),
        due_at=None,
        about=about,
        made_by=uow.actor.subject,
        made_at=uow.now(),
        sheet=table.sheet,
        sheets=list(table.sheets),
        headings=headings,
        columns=guess_columns(headings, usual),
        sent_by=uow.actor.subject,
        team_code=team_code,
        by_leader=not grant.everything,
    )
    rows = await preview(uow, made, numbered, understand)
    stored = await asyncio.to_thread(_stored, uow.vault, made, rows)
    async with uow.transaction() as tx:
        made.count([row.outcome for row in rows])
        tx.add(made)
        await _insert(tx, stored)
    return made


def require_sendable(uow: UnitOfWork, about: About, team_code: str | None) -> Grant:
    """Checks that the actor may send a table: a leader one of the own team's volunteers only.

    :raises Forbidden: it is not the actor's to send; names the field. :raises InvalidInput: no team is meant here.
    """
    grant = uow.permit(POLICY, "import_directory")
    if about != "volunteers":
        grant.require_for("about")
        if team_code is not None:
            raise InvalidInput("import_of_no_team", field="team_code")
    else:
        grant.require_for("team_code", teams=[] if team_code is None else [team_code])
    return grant


async def _require_team(uow: UnitOfWork, code: str) -> None:
    async with uow.reading() as session:
        if code not in await entries_of(session, Team, [code]):
            raise InvalidInput("unknown_code", field="team_code", kind=Team.kind, codes=code)


async def map_columns(
    uow: UnitOfWork, import_id: str, columns: Mapping[str, int], understand: Understand
) -> DirectoryImport:
    """Takes over which column fills which field, and compares all rows anew.

    :raises NotFound: there is no such import. :raises IllegalTransition: it was started, or is over.
    :raises InvalidInput: a field or a column is not there, or two fields share a column.
    """
    grant = uow.permit(POLICY, "import_directory")
    async with uow.transaction() as tx:
        made = require_reach(grant, await tx.find(DirectoryImport, import_id), import_id)
        made.understand(columns)
        kept = await all_rows(tx.session, uow.vault, import_id)
        await _preview_again(tx, uow, made, kept, understand, left_out_of(kept))
        return made


async def leave_row_out(
    uow: UnitOfWork, import_id: str, *, row: int, left_out: bool, understand: Understand
) -> DirectoryImport:
    """Leaves a row out, or takes it in again, and compares all rows anew: another row may have had a fault because of
    this one.

    :raises NotFound: there is no such import. :raises IllegalTransition: it was started, or is over.
    :raises InvalidInput: it has no such row.
    """
    grant = uow.permit(POLICY, "import_directory")
    async with uow.transaction() as tx:
        made = require_reach(grant, await tx.find(DirectoryImport, import_id), import_id)
        made.require("leave_out", made.state)
        kept = await all_rows(tx.session, uow.vault, import_id)
        if row not in {each.no for each in kept}:
            raise InvalidInput("import_row_unknown", field="row", row=row)
        before = left_out_of(kept)
        now = before | {row} if left_out else before - {row}
        if now != before:
            await _preview_again(tx, uow, made, kept, understand, now)
        return made


def left_out_of(rows: Sequence[Row]) -> frozenset[int]:
    """Returns the numbers of the rows that somebody left out."""
    return frozenset(row.no for row in rows if row.outcome == "left_out")


async def start_import(uow: UnitOfWork, cache: Cache, import_id: str) -> DirectoryImport:
    """Queues an import to be applied as a whole.

    :raises NotFound: there is no such import. :raises IllegalTransition: it was started, or is over.
    :raises Conflict: it has faults, or there is nothing to change.
    """
    grant = uow.permit(POLICY, "import_directory")
    async with uow.transaction() as tx:
        made = require_reach(grant, await tx.find(DirectoryImport, import_id), import_id)
        made.start(tx.now)
        made.made_by = uow.actor.subject
        tx.after_commit(cache.signal, IMPORTS_TOPIC)
        return made


async def cancel_import(uow: UnitOfWork, import_id: str) -> DirectoryImport:
    """Gives an import up; what it would have changed stays as it is.

    :raises NotFound: there is no such import. :raises IllegalTransition: it is over.
    """
    grant = uow.permit(POLICY, "import_directory")
    async with uow.transaction() as tx:
        made = require_reach(grant, await tx.find(DirectoryImport, import_id), import_id)
        made.cancel()
        await forget_people(tx, made)
        return made


async def forget_people(tx: Transaction, made: DirectoryImport) -> None:
    """Deletes the rows of an import that is over if they say who somebody is: the volunteers' entries hold that now, or
    nobody needs it."""
    if made.holds_people:
        await tx.session.execute(delete(import_row).where(import_row.c.import_id == made.id))
        await forget(tx.session)


async def preview(
    uow: UnitOfWork,
    made: DirectoryImport,
    numbered: Sequence[tuple[int, Sequence[str]]],
    understand: Understand,
    left_out: Collection[int] = (),
    on_progress: OnProgress | None = None,
) -> list[Row]:
    """Returns the rows as they are now: read, and compared with the directory."""
    rows = await _read(made, numbered, understand, on_progress)
    async with uow.reading() as session:
        await _compare(session, uow, made, rows, left_out)
    return rows


async def _preview_again(
    tx: Transaction,
    uow: UnitOfWork,
    made: DirectoryImport,
    kept: Sequence[Row],
    understand: Understand,
    left_out: Collection[int],
) -> None:
    """Compares the stored rows anew, and stores what becomes of them, in an open transaction."""
    rows = await _read(made, [(row.no, row.cells) for row in kept], understand, None)
    await _compare(tx.session, uow, made, rows, left_out)
    await replace_rows(tx, uow.vault, made, rows)


async def _compare(
    session: AsyncSession,
    uow: UnitOfWork,
    made: DirectoryImport,
    rows: Sequence[Row],
    left_out: Collection[int],
) -> None:
    for row in rows:
        if row.no in left_out:
            row.leave_out()
    wanted = [row for row in rows if row.no not in left_out]
    await compare(session, uow, made, wanted)


async def replace_rows(
    tx: Transaction, vault: Vault, made: DirectoryImport, rows: Sequence[Row]
) -> None:
    """Stores ``rows`` in place of those that were stored."""
    await tx.session.execute(delete(import_row).where(import_row.c.import_id == made.id))
    made.count([row.outcome for row in rows])
    await _insert(tx, await asyncio.to_thread(_stored, vault, made, rows))


async def _read(
    made: DirectoryImport,
    numbered: Sequence[tuple[int, Sequence[str]]],
    understand: Understand,
    on_progress: OnProgress | None,
) -> list[Row]:
    read = understand(made.about, made.columns)
    rows: list[Row] = []
    for start in range(0, len(numbered), AT_A_TIME):
        some = numbered[start : start + AT_A_TIME]
        rows += await asyncio.to_thread(_read_some, read, some)
        if on_progress is not None:
            await on_progress(len(rows))
    return rows


def _read_some(read: ReadRow, some: Sequence[tuple[int, Sequence[str]]]) -> list[Row]:
    return [read(no, cells) for no, cells in some]


def _stored(vault: Vault, made: DirectoryImport, rows: Sequence[Row]) -> list[dict[str, Any]]:
    return [
        {
            "id": (row_id := f"{made.id}.{row.no}"),
            "import_id": made.id,
            "row_no": row.no,
            "outcome": row.outcome,
            "content_sealed": vault.seal(content_of(row), sealed_at(row_id)),
            "made_at": made.made_at,
        }
        for row in rows
    ]


async def _insert(tx: Transaction, stored: Sequence[dict[str, Any]]) -> None:
    for start in range(0, len(stored), AT_A_TIME):
        await tx.session.execute(insert(import_row), stored[start : start + AT_A_TIME])
