"""Codes that others took the place of: a township's former division code, a team or a person entered twice.

A service notes each when it hears of it, and changes what it has stored. What comes late and still names the former
code is read with :func:`current_codes`, so that the order in which events arrive does not matter.
"""

from collections.abc import Iterable
from typing import Literal

from sqlalchemy import Column, MetaData, String, Table, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from shared.db.bulk_insert import insert_missing

Kind = Literal["township", "team", "volunteer"]

metadata = MetaData()

successor = Table(
    "successor",
    metadata,
    Column("kind", String(20), primary_key=True),
    Column("code", String(40), primary_key=True),
    Column("successor", String(40), nullable=False),
)


async def note_successor(session: AsyncSession, kind: Kind, code: str, by: str) -> str:
    """Notes that ``by`` took the place of ``code``. Returns the code that counts now, which is another one where
    something took the place of ``by`` as well."""
    row = {"kind": kind, "code": code, "successor": by}
    await session.execute(insert_missing(session, successor), [row])
    return await current_code(session, kind, by)


async def replace_code(
    session: AsyncSession, tables: MetaData, column: str, code: str, by: str
) -> None:
    """Changes a code to its successor in every one of these tables that has the column. The rows keep their versions,
    for nothing that people write of them changes."""
    for table in tables.sorted_tables:
        if column in table.c:
            named = update(table).where(table.c[column] == code)
            await session.execute(named.values({column: by}))


async def current_code(session: AsyncSession, kind: Kind, code: str) -> str:
    """Returns the code that counts now in place of this one."""
    return (await current_codes(session, kind, [code]))[code]


async def current_codes(session: AsyncSession, kind: Kind, codes: Iterable[str]) -> dict[str, str]:
    """Returns for each of these codes the one that counts now: itself, where nothing took its place."""
    found = {code: code for code in codes}
    ahead = set(found)
    while ahead:
        query = select(successor.c.code, successor.c.successor).where(
            successor.c.kind == kind, successor.c.code.in_(ahead)
        )
        steps = {row.code: row.successor for row in await session.execute(query)}
        found = {code: steps.get(now, now) for code, now in found.items()}
        ahead = set(steps.values())
    return found
