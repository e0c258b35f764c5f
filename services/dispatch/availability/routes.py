"""Operations on the days on which a volunteer or a team can't come."""

from typing import Annotated

from fastapi import APIRouter, Query

from services.dispatch.availability import queries, schemas, use_cases
from shared.http.inputs import After, Code, Confirmed, Key, Limit, Page, Uow
from shared.http.openapi import secured
from shared.http.people import VolunteerNumber

router = APIRouter(prefix="/unavailable-days", tags=["dispatch"])


@router.get("", summary="Days on which somebody can't come", **secured("read_unavailable", 422))
async def list_unavailable(
    uow: Uow,
    team_code: Annotated[
        Code | None, Query(description="only of this team and its volunteers")
    ] = None,
    volunteer_no: Annotated[VolunteerNumber | None, Query()] = None,
    after: After = None,
    limit: Limit = 100,
) -> Page[schemas.UnavailableAnswer]:
    items, next_after = await queries.list_unavailable(
        uow, team_code=team_code, volunteer_no=volunteer_no, after=after, limit=limit
    )
    return Page[schemas.UnavailableAnswer].model_validate(
        {"items": items, "next_after": next_after}
    )


@router.post(
    "",
    status_code=201,
    summary="A volunteer or a team can't come on these days",
    **secured("enter_unavailable", 409, 422),
)
async def post_unavailable(
    body: schemas.UnavailableBody, uow: Uow, confirmed: Confirmed = frozenset()
) -> schemas.UnavailableAnswer:
    return schemas.UnavailableAnswer.model_validate(
        await use_cases.enter_unavailable(uow, **body.model_dump(), confirmed=confirmed)
    )


@router.post(
    "/{entry_id}/remove",
    status_code=204,
    summary="They can come after all",
    **secured("enter_unavailable", 404, 422),
)
async def remove_unavailable(entry_id: Key, uow: Uow) -> None:
    await use_cases.remove_unavailable(uow, entry_id)
