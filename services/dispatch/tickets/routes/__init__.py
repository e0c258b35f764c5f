"""Operations on tickets.

``stewards`` and ``leases`` are the booths' leaders'; ``staffing`` is the corps';
``public`` and ``pages`` are the residents', without an account, and work without
script.
"""

from fastapi import APIRouter

from services.dispatch.tickets.routes.leases import router as leases
from services.dispatch.tickets.routes.public import router as public
from services.dispatch.tickets.routes.staffing import router as staffing
from services.dispatch.tickets.routes.stewards import router as stewards

router = APIRouter()
router.include_router(stewards)
router.include_router(leases)
router.include_router(staffing)
router.include_router(public)
