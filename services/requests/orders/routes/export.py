"""Lists of orders as an Excel file."""

from fastapi import APIRouter

from services.requests.orders.domain.order import Order
from services.requests.orders.queries import orders as queries
from services.requests.orders.routes.filters import Filters, Position, Sort
from services.requests.orders.sheets import ORDERS
from shared.db.paging import Listed
from shared.http.exports import add_export
from shared.http.inputs import Limit, Uow

router = APIRouter()


async def _list_counted(
    uow: Uow,
    filters: Filters,
    *,
    sort: Sort = "created",
    after: Position = None,
    limit: Limit = 100,
) -> Listed[Order]:
    """Gives a page of the list. The first one is counted, so that no file is begun that is too long."""
    total = 0 if after else sum((await queries.count_orders(uow, filters)).values())
    items, next_after = await queries.list_orders(uow, filters, sort=sort, after=after, limit=limit)
    return Listed(items, next_after, total)


add_export(router, "/orders.xlsx", _list_counted, ORDERS, action="read_orders")
