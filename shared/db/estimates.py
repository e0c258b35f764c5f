"""How many rows PostgreSQL expects of a query, from its statistics: without reading them."""

import json
from typing import Any

from sqlalchemy import Select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.expression import ClauseElement, Executable

from shared.db.engine import dialect_of


class _Explained(Executable, ClauseElement):
    inherit_cache = False

    def __init__(self, query: Select[Any]) -> None:
        self.query = query


@compiles(_Explained)
def _explain(element: _Explained, compiler: SQLCompiler, **kw: Any) -> str:
    return f"EXPLAIN (FORMAT JSON) {compiler.process(element.query, **kw)}"


async def expected_rows(session: AsyncSession, query: Select[Any]) -> int | None:
    """Returns how many rows the store expects, None on SQLite, which says nothing of it.

    It may be wrong by far, so nothing but the way to the rows may depend on it.
    """
    if dialect_of(session) != "postgresql":
        return None
    plan = await session.scalar(_Explained(query))
    if isinstance(plan, str):
        plan = json.loads(plan)
    return int(plan[0]["Plan"]["Plan Rows"])
