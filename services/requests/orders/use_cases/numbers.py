"""The readable numbers of orders, 2014-0017: the business year of the first save, and a running
number in that year.
"""

import asyncio
from collections import Counter
from contextvars import Context

from sqlalchemy import Integer, bindparam
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.expression import Executable

from services.requests.orders.domain.order import number_of
from services.requests.orders.tables import order_year
from shared.db.engine import Database, dialect_of


def _taking(dialect: str) -> Executable:
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    taken = bindparam("taken", type_=Integer)
    new = insert(order_year).values(year=bindparam("year"), last=taken)
    counted = new.on_conflict_do_update(
        index_elements=[order_year.c.year], set_={"last": order_year.c.last + taken}
    )
    return counted.returning(order_year.c.last)


_TAKE: dict[str, Executable] = {dialect: _taking(dialect) for dialect in ("postgresql", "sqlite")}
"""By dialect; counts a year on and returns its last number."""


class OrderNumbers:
    """Gives numbers, each once, to whatever orders are about to be stored.

    An order is stored with its number in one transaction, but the year's row is counted on just
    before, in a statement that commits by itself. So no order waits for another's transaction: the
    row is locked for one statement, and all orders that come while that is under way share the
    next. The price is gaps. A number is lost when the process dies before the order is stored,
    when the store refuses the order, or when the request was made before under the same key. No
    number is ever given twice, by however many processes.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: list[tuple[int, asyncio.Future[str]]] = []
        self._working: asyncio.Task[None] | None = None

    async def take(self, year: int) -> str:
        """Returns the year's next number. Raises what the store raises when it can't be reached."""
        given: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._waiting.append((year, given))
        if self._working is None or self._working.done():
            # A context of its own: what this task logs is not about the request that started it.
            self._working = asyncio.create_task(self._work(), context=Context())
        return await given

    async def _work(self) -> None:
        while self._waiting:
            group, self._waiting = self._waiting, []
            try:
                last = {
                    year: await self._count_on(year, taken)
                    for year, taken in Counter(year for year, _ in group).items()
                }
            except Exception as error:
                for _, given in group:
                    if not given.done():
                        given.set_exception(error)
                continue
            for year, given in reversed(group):
                if not given.done():  # else whoever asked has gone, and so has the number
                    given.set_result(number_of(year, last[year]))
                last[year] -= 1

    async def _count_on(self, year: int, taken: int) -> int:
        statement = _TAKE[self._database.dialect]
        ((last,),) = await self._database.run_alone(statement, {"year": year, "taken": taken})
        return int(last)


async def take_number(session: AsyncSession, year: int) -> str:
    """Returns the year's next number in a transaction that is open already.

    It is for orders that the release before stored, which gave no numbers. They are few, so that
    they may lock the year's row until the transaction ends.
    """
    counted = await session.scalar(_TAKE[dialect_of(session)], {"year": year, "taken": 1})
    return number_of(year, int(counted or 0))
