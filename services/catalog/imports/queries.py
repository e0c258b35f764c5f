"""Reading imports and their rows."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.catalog.doubles.domain import Alike
from services.catalog.imports.domain.columns import veiled
from services.catalog.imports.domain.directory_import import DirectoryImport
from services.catalog.imports.domain.rows import Outcome, Row
from services.catalog.imports.tables import directory_import, import_row
from services.catalog.policy import POLICY
from shared.db.paging import SortedBy, page_of
from shared.db.reach import within
from shared.db.vault import Vault, place_of
from shared.kernel.access import Grant
from shared.kernel.cells import Fault
from shared.kernel.errors import NotFound
from shared.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class SomeRows:
    """A stretch of an import's rows; ``next_after`` is the row to continue behind, None at the end."""

    made: DirectoryImport
    rows: list[Row]
    next_after: int | None


async def list_imports(
    uow: UnitOfWork, *, after: str | None, limit: int
) -> tuple[list[DirectoryImport], str | None]:
    """Returns a page of imports, the newest first."""
    grant = uow.permit(POLICY, "import_directory")
    by = SortedBy(directory_import.c.made_at, descending=True)
    query = select(DirectoryImport)
    if not grant.everything:
        own = within(grant, team=directory_import.c.team_code)
        query = query.where(directory_import.c.by_leader, own)
    async with uow.reading() as session:
        key = directory_import.c.id
        return await page_of(session, query, key, after=after, limit=limit, by=by)


async def get_import(uow: UnitOfWork, import_id: str) -> DirectoryImport:
    """Returns the import with this id. :raises NotFound: there is none, or it is out of the actor's reach."""
    grant = uow.permit(POLICY, "import_directory")
    async with uow.reading() as session:
        return await _get(session, grant, import_id)


async def list_rows(
    uow: UnitOfWork, import_id: str, *, outcome: Outcome | None, after: int, limit: int
) -> SomeRows:
    """Returns the rows behind row ``after``: all, or those with an outcome.

    Whoever did not send a table of volunteers sees of its cells nothing that tells who they are.

    :raises NotFound: there is no such import, or it is out of the actor's reach.
    """
    grant = uow.permit(POLICY, "import_directory")
    async with uow.reading() as session:
        made = await _get(session, grant, import_id)
        query = select(import_row).where(
            import_row.c.import_id == import_id, import_row.c.row_no > after
        )
        if outcome is not None:
            query = query.where(import_row.c.outcome == outcome)
        found = (await session.execute(query.order_by(import_row.c.row_no).limit(limit + 1))).all()
        rows = [row_of(uow.vault, each) for each in found[:limit]]
        if made.is_veiled_from(uow.actor.subject):
            for row in rows:
                row.cells = veiled(row.cells, made.about, made.columns)
        return SomeRows(made, rows, rows[-1].no if len(found) > limit else None)


async def all_rows(session: AsyncSession, vault: Vault, import_id: str) -> list[Row]:
    """Returns all rows of an import, in their order."""
    query = select(import_row).where(import_row.c.import_id == import_id)
    found = await session.execute(query.order_by(import_row.c.row_no))
    return [row_of(vault, each) for each in found]


async def _get(session: AsyncSession, grant: Grant, import_id: str) -> DirectoryImport:
    return require_reach(grant, await session.get(DirectoryImport, import_id), import_id)


def require_reach(grant: Grant, found: DirectoryImport | None, import_id: str) -> DirectoryImport:
    """Returns the import. :raises NotFound: there is none, or it is out of the actor's reach."""
    if found is None:
        raise NotFound(DirectoryImport.kind, import_id, states=DirectoryImport.STEPS)
    teams = [found.team_code] if found.by_leader and found.team_code is not None else []
    grant.require(DirectoryImport.kind, import_id, teams=teams, states=DirectoryImport.STEPS)
    return found


def content_of(row: Row) -> str:
    """A row as it is stored, sealed: equal for rows that are shown alike."""
    faults = [[fault.field, fault.code, fault.facts] for fault in row.faults]
    alike = [[each.code, each.name, list(each.reasons)] for each in row.alike]
    content = {
        "cells": row.cells,
        "code": row.code,
        "faults": faults,
        "changes": row.changes,
        "alike": alike,
    }
    return json.dumps(content, ensure_ascii=False, sort_keys=True, default=date.isoformat)


def row_of(vault: Vault, stored: Any) -> Row:
    """The row that was stored."""
    content = json.loads(vault.open(stored.content_sealed, sealed_at(stored.id)))
    return Row(
        no=stored.row_no,
        cells=content["cells"],
        facts={},
        faults=[Fault(*fault) for fault in content["faults"]],
        code=content["code"],
        changes={name: (before, after) for name, (before, after) in content["changes"].items()},
        alike=[
            Alike(code, name, tuple(reasons)) for code, name, reasons in content.get("alike", ())
        ],
        outcome=stored.outcome,
    )


def sealed_at(row_id: str) -> str:
    """The place that a row's content is sealed for."""
    return place_of(import_row.c.content_sealed, row_id)


def shows_the_same(before: Sequence[Row], now: Sequence[Row]) -> bool:
    """Whether whoever saw ``before`` would see nothing new in ``now``."""
    return [(row.no, row.outcome, content_of(row)) for row in before] == [
        (row.no, row.outcome, content_of(row)) for row in now
    ]
