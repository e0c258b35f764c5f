"""Operations on ratings.

``ratings`` are those of townships, teams and the corps; ``public`` and ``pages`` are the residents', without an account
and without script.
"""

from fastapi import APIRouter

from services.requests.ratings.routes.public import router as public
from services.requests.ratings.routes.ratings import router as ratings

router = APIRouter()
router.include_router(ratings)
router.include_router(public)
