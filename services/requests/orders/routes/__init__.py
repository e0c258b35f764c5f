"""Operations on orders.

``amendments`` are what becomes of an order that was handed in and is to say something else.
``filters`` are the query parameters that say which orders are meant: those that the list has, and
``export``, the same list as a file. ``orders`` are all others.
"""

from fastapi import APIRouter

from services.requests.orders.routes.amendments import router as amendments
from services.requests.orders.routes.export import router as export
from services.requests.orders.routes.orders import router as orders

router = APIRouter(tags=["requests"])
router.include_router(export)
router.include_router(amendments)
router.include_router(orders)
