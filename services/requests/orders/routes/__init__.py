"""Operations on orders, and the tasks that they make."""

from fastapi import APIRouter

from services.requests.orders.routes.export import router as export
from services.requests.orders.routes.orders import router as orders

router = APIRouter(tags=["requests"])
router.include_router(export)
router.include_router(orders)
